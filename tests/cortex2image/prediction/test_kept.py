"""Predictions that are kept on their way to a scorer."""

import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.prediction.fit_sizes import FitSizes
from cortex2image.prediction.kept import KeptPredictions, with_predictions
from cortex2image.prediction.partitions import Trials
from cortex2image.tables.columns import matrix
from cortex2image.tables.predictions import ENCODING_PREDICTIONS


class Seen:
    """A receiver that remembers what it got."""

    def __init__(self) -> None:
        self.blocks: list[tuple[int, slice, np.ndarray]] = []

    def add(self, fold: int, voxels: slice, predicted: np.ndarray, measured: np.ndarray) -> None:
        self.blocks.append((fold, voxels, predicted))


def trials_of(fold: list[int] | None) -> Trials:
    names = np.array(["d", "a", "c", "b", "a", "e"])
    split = np.array(["train", "test", "test", "train", "test", "train"])
    run = np.array(list("123456"))
    return Trials(names, run, split, None if fold is None else np.array(fold))


def add(kept: KeptPredictions, fold: int, voxels: slice, values: np.ndarray) -> None:
    kept.add(fold, voxels, values, values)


def test_blocks_of_folds_are_put_together_by_stimulus(tmp_path):
    seen, rng = Seen(), np.random.default_rng(0)
    kept = KeptPredictions(trials_of([7, 2, 7, 2, 2, 7]), 3, seen)
    first, second = rng.standard_normal((2, 3)), rng.standard_normal((3, 3))  # a b, then c d e
    add(kept, 1, slice(0, 3), second)
    add(kept, 0, slice(2, 3), first[:, 2:])
    with pytest.raises(DataError, match="2 voxels"):
        kept.table()
    add(kept, 0, slice(0, 2), first[:, :2])
    ENCODING_PREDICTIONS.write(kept.table(), tmp_path / "p.parquet")
    table = ENCODING_PREDICTIONS.read(tmp_path / "p.parquet")
    assert table["stimulus_id"].to_pylist() == list("abcde")
    assert table["fold"].to_pylist() == [2, 2, 7, 7, 7]
    np.testing.assert_allclose(matrix(table, "predicted"), np.concatenate([first, second]), rtol=1e-6)
    assert [fold for fold, _, _ in seen.blocks] == [1, 0, 0]


def test_a_study_with_one_split_has_no_folds():
    kept = KeptPredictions(trials_of(None), 1, Seen())
    add(kept, 0, slice(0, 1), np.array([[1.0], [2.0]]))
    assert kept.table()["fold"] == [None, None]
    assert kept.table()["stimulus_id"].tolist() == ["a", "c"]


def test_predictions_of_nsd_take_59_mb():
    sizes = FitSizes("encode", 27_750, 24_750, 9_000, 982, 6_400, 15_000)
    assert (with_predictions(sizes).scores - sizes.scores) * 15_000 == pytest.approx(59e6, rel=0.01)
