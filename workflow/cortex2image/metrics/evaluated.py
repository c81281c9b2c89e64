"""What the evaluations of a study hold of each subject, method and metric, checked, as scores and nulls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cortex2image.errors import DataError
from cortex2image.metrics.registry import metric_facts
from cortex2image.progress import say
from cortex2image.stats.crossed_intervals import FEWEST, Scores
from cortex2image.tables.scores import POOLED

# Kinds of metrics whose values fill the range between their bounds, which intervals must not leave.
BOUNDED = ("identification", "category", "classification")
Frames = dict[tuple[str, str], pd.DataFrame]
"""By method and metric, a row per subject and a column per stimulus or draw."""


@dataclass(frozen=True)
class Evaluated:
    """Values of every method and metric, credit against rivals where a metric is an identification, nulls."""

    values: Frames
    rivals: Frames
    nulls: Frames


@dataclass(frozen=True)
class Rated:
    """The scores of one subject, or of all, by one method and metric.

    Attributes
    ----------
    scores : Scores
        Of s subjects and n stimuli, means over samples.
    stimuli : n ids
    nulls : (s, draws) array
        Permutation null of each subject's mean.
    """

    scores: Scores
    stimuli: tuple[str, ...]
    nulls: np.ndarray

    @property
    def value(self) -> float:
        """Return the mean over subjects of each subject's score."""
        return float(self.scores.values.mean())


Ratings = Mapping[tuple[str, str, str], Rated]
"""What was evaluated, by subject (or `all`), method and metric."""


def rate(evaluated: Evaluated) -> dict[tuple[str, str, str], Rated]:
    """Return the scores of each subject, then of all subjects, for every method and metric.

    Metrics that some subjects need not have are left out for these and for all, see :func:`scored_subjects`.

    Raises
    ------
    DataError
        A subject lacks a metric or has fewer than three stimuli, or an identification does not say how
        stimuli fare as rivals; nobody described the metric.
    """
    subjects = sorted({subject for frame in evaluated.values.values() for subject in frame.index})
    rated = {}
    for method, metric in evaluated.values:
        scored = scored_subjects(evaluated.values, (method, metric), subjects)
        pooled = [(POOLED, scored)] if scored == subjects else []
        whole = _complete(evaluated, (method, metric), scored)
        for label, chosen in [*((subject, [subject]) for subject in scored), *pooled]:
            rated[label, method, metric] = _rated(method, metric, *(frame.loc[chosen] for frame in whole))
    return rated


def scored_subjects(frames: Frames, key: tuple[str, str], subjects: Sequence[str]) -> list[str]:
    """Return the subjects who must have a metric: all, or those whose stimuli offer what it needs.

    Some metrics need stimuli that a subject may not have, such as two of one category. There is then no score
    over all subjects, which a line says.
    """
    method, metric = key
    have = [subject for subject in subjects if subject in frames[key].index]
    if have == subjects or metric_facts(metric).needs is None:
        return list(subjects)
    say(f"warning: {metric} of {method} has no score over all subjects: {', '.join(have)} alone have it")
    return have


def bounds_of(metric: str) -> tuple[float, float] | None:
    """Return the bounds that intervals of a metric must not leave, None where scores stay away from them."""
    facts = metric_facts(metric)
    return facts.bounds if facts.kind in BOUNDED else None


def _complete(evaluated: Evaluated, key: tuple[str, str], subjects: Sequence[str]) -> list[pd.DataFrame]:
    """Return values, nulls and, if the metric has them, credits against rivals of every subject."""
    kinds = {"evaluation": evaluated.values, "nulls": evaluated.nulls}
    if key in evaluated.rivals:
        kinds["rivals"] = evaluated.rivals
    return [complete_rows(frames, key, subjects, kind) for kind, frames in kinds.items()]


def complete_rows(frames: Frames, key: tuple[str, str], subjects: Sequence[str], kind: str) -> pd.DataFrame:
    """Return the frame of one (method, metric) with a row of every subject, in their order.

    Raises
    ------
    DataError
        A subject lacks the metric: a mean over the others would pass for a mean over all.
    """
    frame = frames.get(key, pd.DataFrame())
    missing = [subject for subject in subjects if subject not in frame.index]
    if missing:
        method, metric = key
        fix = "delete this evaluation and run the workflow again"
        raise DataError(f"{kind} of {method}, {metric}", "rows of every subject", f"none of {missing}", fix)
    return frame.loc[list(subjects)]


def _rated(
    method: str, metric: str, values: pd.DataFrame, null: pd.DataFrame, rivals: pd.DataFrame | None = None
) -> Rated:
    values = values.dropna(axis=1, how="all")
    where, fewest = f"evaluation of {method}, {metric}", int(values.notna().sum(axis=1).min())
    if fewest < FEWEST:
        fix = "score at least three test stimuli: no interval can be made of fewer"
        raise DataError(where, f"{FEWEST} stimuli of every subject", f"{fewest}", fix)
    if metric_facts(metric).kind == "identification" and rivals is None:
        fix = "delete the evaluation and run the workflow again"
        raise DataError(where, "the column as_rival of an identification", "nulls alone", fix)
    matched = None if rivals is None else rivals[values.columns].to_numpy()
    return Rated(Scores(values.to_numpy(), matched), tuple(values.columns), _draws(null.to_numpy()))


def _draws(nulls: np.ndarray) -> np.ndarray:
    """Return as many draws of every subject as the longest null has.

    A shorter null holds all permutations of few stimuli, in random order, which are then used again.
    """
    own = [null[np.isfinite(null)] for null in nulls]
    return np.stack([np.resize(null, max(map(len, own))) for null in own])


def require_same_stimuli(ratings: Ratings, subject: str, metric: str, methods: Sequence[str]) -> None:
    """Refuse to compare methods that were scored by different stimuli.

    Raises
    ------
    DataError
        A method was not scored by the stimuli of the first one.
    """
    first, *others = (ratings[subject, method, metric] for method in methods)
    seen = np.isfinite(first.scores.searched)
    for name, other in zip(methods[1:], others, strict=True):
        differing = len(set(first.stimuli) ^ set(other.stimuli))
        if not differing:
            differing = int((np.isfinite(other.scores.searched) != seen).sum())
        if differing:
            fix = "delete both evaluations and run the workflow again"
            where = f"evaluations of {methods[0]} and {name}, {subject}, {metric}"
            raise DataError(where, "the same stimuli", f"{differing} that one of them lacks", fix)
