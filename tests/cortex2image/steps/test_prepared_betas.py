"""Betas that others estimated take the place of those of the single-trial GLM."""

import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest
from tests.support.studies import as_option
from tests.support.synthetic_betas import AFFINE, INDICES, SHAPE, SyntheticBetas

from cortex2image.data.open_dataset import open_betas
from cortex2image.errors import ConfigError, ContractError, DataError
from cortex2image.steps import prepared_betas, stimuli, trials
from cortex2image.tables import row_groups
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import MASK_VOXELS, SINGLE_TRIAL_BETAS, TRIALS

SOURCE = {"reader": "nsd", "root": "nowhere"}
SUBJECT = ["--subject", "sub-01"]
LIST_TRIALS = [
    *SUBJECT,
    "--stimuli",
    "stimuli.parquet",
    "--trials",
    "trials.parquet",
    *as_option(dataset=SOURCE),
]


@pytest.fixture
def told(tmp_path, monkeypatch) -> SyntheticBetas:
    """The made-up data set takes the place of NSD; its trials are listed."""
    dataset = SyntheticBetas()
    monkeypatch.chdir(tmp_path)
    for module in (stimuli, trials):
        monkeypatch.setattr(module, "open_dataset", lambda settings: dataset)
    monkeypatch.setattr(prepared_betas, "open_betas", lambda settings: dataset)
    stimuli.main(["--stimuli", "stimuli.parquet", *as_option(subjects=["sub-01"], dataset=SOURCE)])
    trials.main(LIST_TRIALS)
    return dataset


def run(
    threads: int = 1, ncsnr_from: str = "all", source: Mapping[str, str] = SOURCE
) -> tuple[pa.Table, pa.Table]:
    files = ["--trials", "trials.parquet", "--betas", "betas.parquet", "--voxels", "voxels.parquet"]
    settings = as_option(dataset=source, standardise={"ncsnr_from": ncsnr_from})
    prepared_betas.main([*SUBJECT, *files, "--threads", str(threads), *settings])
    return SINGLE_TRIAL_BETAS.read("betas.parquet"), MASK_VOXELS.read("voxels.parquet")


def test_trials_come_from_what_was_shown(told):
    table = TRIALS.read("trials.parquet")
    assert table["trial_id"].to_pylist()[:4] == [
        "ses-01_run-00_trial-000", "ses-01_run-00_trial-001", "ses-01_run-00_trial-002",
        "ses-01_run-01_trial-000",
    ]  # fmt: skip
    assert table["stimulus_id"].to_pylist() == [f"told-{i % 4}" for i in range(6)] * 3
    assert json.loads(table.schema.metadata[b"left_out"]) == ["ses-09: missing"]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_rows_are_the_trials_and_columns_the_voxels(told, threads):
    betas, voxels = run(threads)
    assert betas["trial_id"].to_pylist() == TRIALS.read("trials.parquet")["trial_id"].to_pylist()
    expected = np.array([[100 * s + t + v / 10 for v in range(5)] for s in (1, 2, 3) for t in range(6)])
    expected[:, 3] = 0
    expected[6:12, 1] = 0
    np.testing.assert_array_equal(matrix(betas, "beta"), expected.astype(np.float32))
    assert voxels["invalid_sessions"].to_pylist() == [0, 1, 0, 3, 0]


def test_voxels_keep_their_place_region_and_grid(told):
    _, voxels = run()
    np.testing.assert_array_equal(np.column_stack([voxels[axis].to_numpy() for axis in "ijk"]), INDICES)
    assert voxels["roi"].to_pylist() == ["early", "early", "ventral", "unlabelled", "ventral"]
    assert voxels["hemisphere"].to_pylist() == ["left"] * 3 + ["right"] * 2
    assert json.loads(voxels.schema.metadata[b"shape"]) == list(SHAPE)
    assert json.loads(voxels.schema.metadata[b"affine"]) == AFFINE.tolist()


def test_released_noise_ceilings_travel_with_the_voxels_on_request(told, monkeypatch):
    _, voxels = run()
    assert voxels["released_ncsnr"].null_count == 5
    with pytest.raises(ConfigError, match="released noise ceilings"):
        run(ncsnr_from="released")
    ratio = np.array([0.5, 1, np.nan, 0, 2])
    monkeypatch.setattr(SyntheticBetas, "released_ncsnr", lambda *_: ratio, raising=False)
    monkeypatch.setattr(SyntheticBetas, "released_ncsnr_files", lambda *_: [], raising=False)
    _, voxels = run(ncsnr_from="released")
    assert voxels["released_ncsnr"].to_pylist() == [0.5, 1, None, 0, 2]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_no_more_sessions_in_memory_than_threads(told, monkeypatch, threads):
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 50)
    told.count = 8
    trials.main(LIST_TRIALS)
    run(threads)
    assert told.most <= threads


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda told: setattr(told, "read_trials", 5), r"ses-01\.hdf5\n.*6 trials\n.*found: +5"),
        (lambda told: setattr(told, "count", 2), r"trials\.parquet(.|\n)*2 sessions; differing: ses-03"),
        (lambda told: setattr(told, "trials", 8), r"trials\.parquet(.|\n)*differing: ses-01"),
    ],
)
def test_sessions_that_do_not_fit_the_trials_leave_no_table(told, tmp_path, spoil, match):
    spoil(told)
    with pytest.raises(DataError, match=match):
        run()
    assert not list(tmp_path.glob("*betas.parquet"))
    assert not (tmp_path / "voxels.parquet").exists()


def test_a_voxel_that_is_nan_in_one_trial_only_is_refused(told, tmp_path, monkeypatch):
    read = told.read

    def spoilt(session, voxels):
        betas = read(session, voxels)
        betas[3, 0] = np.nan
        return betas

    monkeypatch.setattr(told, "read", spoilt)
    with pytest.raises(ContractError, match="NaN or Inf in 1 rows, first 3"):
        run()
    assert not list(tmp_path.glob("*betas.parquet"))


def test_recordings_are_refused(told, tmp_path, monkeypatch):
    monkeypatch.setattr(prepared_betas, "open_betas", open_betas)
    with pytest.raises(ConfigError, match=r"one of nsd, bold5000, bdpy\n.*'bids'"):
        run(source={"reader": "bids", "root": str(tmp_path)})
    assert not (tmp_path / "betas.parquet").exists()
