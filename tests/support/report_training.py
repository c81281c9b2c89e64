"""Tables of random numbers that only targets of their own make: studies compared, learning curves."""

from pathlib import Path

import numpy as np
import pandas as pd

from cortex2image.tables.columns import as_columns
from cortex2image.tables.learning_curve import LEARNING_CURVE, METRICS
from cortex2image.tables.scores import SCORES
from cortex2image.tables.studies import STUDIES


def write_studies(root: Path, names: tuple[str, ...]) -> None:
    """Write the table of several studies, each with the scores of the study below `root`."""
    scores = SCORES.read(root / "scores.parquet").to_pandas()
    splits = {
        name: {"study": name, "split": f"split {i}", "training_stimuli": 600.0 + i}
        for i, name in enumerate(names)
    }
    beside = {"training_trials": 1200.0, "test_trials": 3.0, "nearest_training": None}
    rows = [split | beside | row for split in splits.values() for row in scores.to_dict("records")]
    known = [{name: _known(value) for name, value in row.items()} for row in rows]
    STUDIES.write(as_columns(STUDIES.columns, known), root / "studies.parquet")


def _known(value: object) -> object:
    return None if isinstance(value, float) and np.isnan(value) else value


def write_learning_curves(root: Path, subjects: tuple[str, ...], spaces: tuple[str, ...]) -> None:
    """Write a learning curve of every subject."""
    rng = np.random.default_rng(5)
    for subject in subjects:
        keys = [(space, count, metric) for space in spaces for count in (1, 2, 4) for metric in METRICS]
        frame = pd.DataFrame(keys, columns=["space", "count", "metric"])
        value = rng.uniform(0.3, 0.7, len(frame))
        beside = {"unit": "session", "n": 60, "null_mean": 0.2, "null_sd": 0.02, "p": 0.001}
        frame = frame.assign(subject=subject, hours=frame["count"] * 0.8, value=value, **beside)
        frame = frame.assign(training_trials=frame["count"] * 300, training_stimuli=frame["count"] * 100)
        frame = frame.assign(ci_low=value - 0.1, ci_high=value + 0.1)
        columns = {column.name: frame[column.name].tolist() for column in LEARNING_CURVE.columns}
        LEARNING_CURVE.write(columns, root / subject / "learning_curve.parquet")
