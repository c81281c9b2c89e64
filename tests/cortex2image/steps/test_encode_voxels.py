"""The encoding step on a tiny subject."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.cortex2image.steps.tiny_subject import SILENT, fit_options, write_tiny_subject

from cortex2image.contracts import ENCODING
from cortex2image.steps.encode_voxels import main

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


def encode(folder: Path, paths: dict[str, str]) -> pa.Table:
    encoding = str(folder / "encoding.parquet")
    main([*fit_options(paths), "--model", "z", "--encoding", encoding])
    return ENCODING.read(encoding)


@pytest.mark.parametrize("folds", [0, 8])
def test_voxels_that_respond_are_told_from_silent_ones(tmp_path, folds):
    table = encode(tmp_path, write_tiny_subject(tmp_path, folds))
    r, q = table.column("r").to_numpy(), table.column("q").to_numpy()
    assert r[: SILENT.start].min() > 0.6
    assert r[SILENT].mean() < 0.5
    assert (q[: SILENT.start] < 0.05).all()
    assert table.column("voxel_id").to_pylist() == list(range(len(r)))


def test_scores_are_normalised_only_where_a_ceiling_is_known(tmp_path):
    table = encode(tmp_path, write_tiny_subject(tmp_path))
    normalised, r = table.column("ceiling_normalised").to_pylist(), table.column("r").to_numpy()
    assert [value is None for value in normalised] == [True] + [False] * 10 + [True] * 4
    np.testing.assert_allclose(normalised[1:11], r[1:11] / np.sqrt(0.9))
