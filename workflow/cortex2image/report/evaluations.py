"""The scores of single stimuli, from the evaluations of every subject and method."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from cortex2image.study.methods import SEEN
from cortex2image.study.run_methods import method_names
from cortex2image.study.settings import Study
from cortex2image.tables.folder import StudyFolder
from cortex2image.tables.origin import origin
from cortex2image.tables.results import EVALUATION

OF_METHODS = ("evaluation", "brain_evaluation", "category_evaluation")
OF_SPACES = ("features_evaluation", "decoded_evaluation")
"""Names of the tables that may evaluate a method, or the decoded features of a space."""

StimulusScores = Mapping[tuple[str, str], pd.DataFrame]
"""By subject and method, (stimuli, metrics) values: each the mean over the samples of a stimulus."""


def stimulus_scores(folder: StudyFolder, study: Study) -> StimulusScores:
    """Return the scores of single stimuli; what was not evaluated has none.

    Raises
    ------
    DataError, ContractError
        An evaluation is damaged, of another contract, or does not say whose it is.
    """
    found: dict[tuple[str, str], list[pd.DataFrame]] = {}
    for path in _paths(folder, study):
        table = EVALUATION.read(path)
        rows = table.select(["stimulus_id", "metric", "value"]).to_pandas()
        means = rows.groupby(["stimulus_id", "metric"])["value"].mean().unstack()
        found.setdefault(origin(table, path), []).append(means.astype("float32"))
    return {key: pd.concat(parts, axis=1).sort_index() for key, parts in found.items()}


def _paths(folder: StudyFolder, study: Study) -> Iterator[Path]:
    methods = (*method_names(study.reconstruct), SEEN.name)
    wanted = [(name, {"method": method}) for method in methods for name in OF_METHODS]
    wanted += [(name, {"space": space}) for space in study.decode.rois for name in OF_SPACES]
    for subject in study.subjects:
        for name, wildcards in wanted:
            if folder.has(name, subject=subject, **wildcards):
                yield folder.open(name, subject=subject, **wildcards)
