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
    methods: tuple[str, ...],
    metrics: tuple[str, ...],
    stimuli: list[str],
) -> None:
    """Write the evaluation of every subject and method with two samples, and the scores of samples.

    `table` is the name of an evaluation's path, such as ``evaluation`` or ``category_evaluation``.
    """
    rng, tables = np.random.default_rng(11), {}
    for subject in subjects:
        for method in methods:
            keys = [(i, k, m) for m in metrics for i in stimuli for k in range(2)]
            value = rng.uniform(0.2, 1, len(keys))
            data = dict(zip(("stimulus_id", "sample", "metric"), zip(*keys, strict=True), strict=True))
            data |= {"value": value, "as_rival": [None] * len(keys)}
            path = root / path_in_study(table, subject=subject, method=method)
            EVALUATION.write(data, path, subject=subject, method=method)
            tables[subject, method] = EVALUATION.read(path).to_pandas()
    rows = sample_rows(tables)
    SAMPLE_SCORES.write(as_columns(SAMPLE_SCORES.columns, rows), root / "sample_scores.parquet")
