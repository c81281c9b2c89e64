"""Categories and runs of the stimuli of a study without image identity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cortex2image.errors import DataError


@dataclass(frozen=True)
class Categories:
    """The categories of a study.

    Attributes
    ----------
    names : list of str, sorted
    of : mapping of stimulus id to the position in `names` of its category
    captions : for each category the different captions of its stimuli, sorted
    """

    names: list[str]
    of: Mapping[str, int]
    captions: list[list[str]]

    def labels(self, stimuli: Sequence[str], source: object) -> np.ndarray:
        """Return the position in `names` of the category of each stimulus, (n,) int.

        Raises
        ------
        DataError
            A stimulus is not in the stimulus table; `source` is the table that names it.
        """
        missing = [stimulus for stimulus in stimuli if stimulus not in self.of]
        if missing:
            found = f"{len(missing)} others, first {missing[0]}"
            fix = "delete this table and run the workflow again: it is of another study"
            raise DataError(source, "stimuli of stimuli.parquet", found, fix)
        return np.array([self.of[stimulus] for stimulus in stimuli], dtype=np.intp)


def study_categories(columns: Mapping[str, Sequence[Any]], source: object) -> Categories:
    """Collect the categories of a study.

    Parameters
    ----------
    columns : columns of :data:`cortex2image.tables.recordings.STIMULI`
    source : the table, for error messages

    Raises
    ------
    DataError
        A stimulus has no category, or there are fewer than two categories.
    """
    category_of = dict(zip(columns["stimulus_id"], columns["category"], strict=True))
    names = sorted({category for category in category_of.values() if category})
    without = [stimulus for stimulus, category in category_of.items() if not category]
    if without or len(names) < 2:
        found = f"{len(without)} stimuli without a category; categories: {', '.join(names) or 'none'}"
        fix = (
            "state the category of every stimulus, or score this study by its pictures (step evaluate_images)"
        )
        raise DataError(source, "a category for every stimulus, and at least two", found, fix)
    captions: list[set[str]] = [set() for _ in names]
    of = {stimulus: names.index(category) for stimulus, category in category_of.items()}
    for stimulus, texts in zip(columns["stimulus_id"], columns["captions"], strict=True):
        captions[of[stimulus]].update(texts)
    return Categories(names, of, [sorted(texts) for texts in captions])


def stimulus_runs(columns: Mapping[str, Sequence[Any]], stimuli: Sequence[str], source: object) -> np.ndarray:
    """Return the run in which each stimulus was shown; the permutation null exchanges labels within runs.

    Parameters
    ----------
    columns : columns of :data:`cortex2image.tables.recordings.TRIALS`
    stimuli : ids
    source : the table, for error messages

    Returns
    -------
    (len(stimuli),) array of str, unique over sessions

    Raises
    ------
    DataError
        A stimulus was shown in no run, or in more than one.
    """
    runs: dict[str, set[str]] = {stimulus: set() for stimulus in stimuli}
    for stimulus, session, run in zip(*(columns[c] for c in ("stimulus_id", "session", "run")), strict=True):
        if stimulus in runs:
            runs[stimulus].add(f"{session} {run}")
    for stimulus, found in runs.items():
        if len(found) != 1:
            fix = "give the blocks of different runs different stimulus ids"
            where = f"{source}, stimulus {stimulus}"
            raise DataError(where, "trials in exactly one run", ", ".join(sorted(found)) or "none", fix)
    return np.array([next(iter(runs[stimulus])) for stimulus in stimuli])
