"""The encoding step on a tiny subject."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from tests.support.tiny_subject import SILENT, fit_options, write_tiny_subject

from cortex2image.errors import ContractError
from cortex2image.steps import encode_voxels
from cortex2image.steps.encode_voxels import main
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.recordings import BETAS, VOXELS
from cortex2image.tables.results import ENCODING

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


def encode(folder: Path, paths: dict[str, str]) -> pa.Table:
    encoding = str(folder / "encoding.parquet")
    main([*fit_options(paths), "--encoding", encoding])
    return ENCODING.read(encoding)


@pytest.mark.parametrize("folds", [0, 8])
def test_voxels_that_respond_are_told_from_silent_ones(tmp_path, folds):
    table = encode(tmp_path, write_tiny_subject(tmp_path, folds))
    r, q = table.column("r").to_numpy(), table.column("q").to_numpy()
    assert r[: SILENT.start].min() > 0.6
    assert (q[: SILENT.start] < 0.05).all()
    assert table.column("voxel_id").to_pylist() == list(range(len(r)))


def silence(paths: dict[str, str], voxels: int, offset: float) -> None:
    """Replace the subject's voxels by noise; each run of 8 trials has an offset in each voxel."""
    rng = np.random.default_rng(11)
    betas, mask = BETAS.read(paths["betas"]), VOXELS.read(paths["voxels"])
    runs = np.arange(betas.num_rows) // 8
    noise = rng.standard_normal((len(runs), voxels)) + offset * rng.standard_normal((len(runs), voxels))[runs]
    BETAS.write({"trial_id": betas.column("trial_id"), "beta": vectors(noise)}, paths["betas"])
    silent = mask.take([SILENT.start] * voxels).drop_columns("voxel_id")
    VOXELS.write(silent.append_column("voxel_id", pa.array(range(voxels), pa.int32())), paths["voxels"])


@pytest.mark.parametrize(("folds", "offset"), [(0, 0), (8, 0), (8, 2)])
def test_silent_voxels_are_silent_whatever_the_offsets_of_runs(tmp_path, folds, offset):
    paths = write_tiny_subject(tmp_path, folds)
    silence(paths, 1500, offset)
    table = encode(tmp_path, paths)
    r, p, q = (table.column(name).to_numpy() for name in ("r", "p", "q"))
    assert abs(r.mean()) < 0.15
    assert np.mean(p < 0.05) <= 0.065
    assert not (q < 0.05).any()


def test_signal_is_found_through_the_offsets_of_runs(tmp_path):
    paths = write_tiny_subject(tmp_path, 8)
    before = encode(tmp_path, paths)
    betas = BETAS.read(paths["betas"])
    offset = 3 * np.random.default_rng(12).standard_normal((8, 15))[np.arange(64) // 8]
    BETAS.write(
        {"trial_id": betas.column("trial_id"), "beta": vectors(matrix(betas, "beta") + offset)},
        paths["betas"],
    )
    after = encode(tmp_path, paths)
    assert (after.column("q").to_numpy()[: SILENT.start] < 0.05).mean() > 0.7
    assert after.column("r").to_numpy().mean() > 0.6 * before.column("r").to_numpy().mean()


def test_scores_are_normalised_only_where_a_ceiling_is_known(tmp_path):
    table = encode(tmp_path, write_tiny_subject(tmp_path))
    normalised, r = table.column("ceiling_normalised").to_pylist(), table.column("r").to_numpy()
    assert [value is None for value in normalised] == [True] + [False] * 10 + [True] * 4
    np.testing.assert_allclose(normalised[1:11], r[1:11] / np.sqrt(0.9))


def test_blocks_of_voxels_change_no_score(tmp_path, monkeypatch):
    paths = write_tiny_subject(tmp_path)
    whole = encode(tmp_path, paths).to_pydict()
    plan = encode_voxels.plan_memory
    monkeypatch.setattr(
        encode_voxels, "plan_memory", lambda *sizes, **free: replace(plan(*sizes, **free), targets=4)
    )
    for name, values in encode(tmp_path, paths).to_pydict().items():
        np.testing.assert_allclose(
            np.array(values, float), np.array(whole[name], float), rtol=1e-5, atol=1e-6, err_msg=name
        )


def test_betas_cut_short_give_no_output(tmp_path):
    paths = write_tiny_subject(tmp_path)
    content = Path(paths["betas"]).read_bytes()
    Path(paths["betas"]).write_bytes(content[: len(content) // 2])
    with pytest.raises(ContractError, match=r"betas\.parquet"):
        encode(tmp_path, paths)
    assert not list(tmp_path.glob("*encoding*"))
