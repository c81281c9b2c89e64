"""Evaluations of random numbers: what the report shows of single stimuli and of samples."""

from pathlib import Path

import numpy as np

from cortex2image.metrics.sample_rows import sample_rows
from cortex2image.tables.columns import as_columns
from cortex2image.tables.paths import path_in_study
from cortex2image.tables.results import EVALUATION
from cortex2image.tables.scores import SAMPLE_SCORES


def write_evaluations(
    root: Path,
    table: str,
    subjects: tuple[str, ...],
    samples: dict[str, int],
    metrics: tuple[str, ...],
    stimuli: list[str],
) -> None:
    """Write the evaluation of every subject and method, and the scores of samples.

    In each sample and metric the stimuli hold all places from the best, 1, to the worst, 0.

    Parameters
    ----------
    root, subjects, metrics, stimuli
    table : name of an evaluation's path, such as ``evaluation`` or ``category_evaluation``
    samples : method -> number of its samples
    """
    rng, tables, count = np.random.default_rng(3), {}, len(stimuli)
    for subject in subjects:
        for method, drawn in samples.items():
            keys = [(i, k, m) for m in metrics for k in range(drawn) for i in stimuli]
            places = [rng.permutation(count) / (count - 1) for _ in range(drawn * len(metrics))]
            data = dict(zip(("stimulus_id", "sample", "metric"), zip(*keys, strict=True), strict=True))
            data |= {"value": np.concatenate(places), "as_rival": [None] * len(keys)}
            path = root / path_in_study(table, subject=subject, method=method)
            EVALUATION.write(data, path, subject=subject, method=method)
            tables[subject, method] = EVALUATION.read(path).to_pandas()
    rows = sample_rows(tables)
    SAMPLE_SCORES.write(as_columns(SAMPLE_SCORES.columns, rows), root / "sample_scores.parquet")
