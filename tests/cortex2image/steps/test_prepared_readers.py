"""Every reader of prepared betas through the steps up to standardised betas, on a small data set each."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.bdpy_files import some_content, write_bdpy, write_pictures
from tests.support.bold5000_tree import write_bold5000
from tests.support.nsd_tree import write_nsd_tree
from tests.support.studies import as_option, some_dataset

from cortex2image.data.open_dataset import open_betas
from cortex2image.data.prepared import BetaDataset
from cortex2image.steps import prepared_betas, standardise, stimuli, trials
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS, STIMULI, TRIALS, VOXELS

Settings = dict[str, Any]


def nsd_volumes(root: Path) -> tuple[Settings, str, str]:
    write_nsd_tree(root, ["sub-02"], [2], train=40, shared=20, side=16)
    return {"reader": "nsd", "mask": "atlas", "rois": {"atlas": "streams"}}, "sub-02", "session"


def nsd_surface(root: Path) -> tuple[Settings, str, str]:
    write_nsd_tree(root, ["sub-03"], [1], space="fsaverage", vertices=30, train=40, shared=20, side=16)
    return {"reader": "nsd", "space": "fsaverage", "rois": {"atlas": "streams"}}, "sub-03", "session"


def bold5000_volumes(root: Path) -> tuple[Settings, str, str]:
    write_bold5000(root)
    return {"reader": "bold5000"}, "sub-CSI1", "session"


def bold5000_tables(root: Path) -> tuple[Settings, str, str]:
    write_bold5000(root)
    return {"reader": "bold5000", "space": "roi-tables"}, "sub-CSI1", "session"


def bdpy(root: Path) -> tuple[Settings, str, str]:
    train, test = [f"n0151887{k}_{100 + k}" for k in range(6)], ["n02051845_7", "n03626115_19498"]
    shown = [*train, *test, *test]
    numbers = {"DataType": [1] * 6 + [2] * 4, "Session": [1] * 10, "Run": [2, 2, 1, 1, 1, 1, 1, 1, 2, 2]}
    root.mkdir()
    write_bdpy(root / "Subject1.h5", some_content(shown, **numbers), old=True)
    write_pictures(root, set(shown))
    return {"reader": "bdpy"}, "sub-01", "all"


DATA_SETS = [nsd_volumes, nsd_surface, bold5000_volumes, bold5000_tables, bdpy]


def run_steps(dataset: Settings, subject: str, by: str, folder: Path) -> None:
    """Run the steps as their rules do."""
    tables = {name: str(folder / f"{name}.parquet") for name in ("stimuli", "trials", "single", "mask")}
    source = {key: value for key, value in dataset.items() if key not in ("mask", "rois")}
    pictures = ["--pictures", str(folder / "pictures")] if dataset["reader"] == "nsd" else []
    settings = as_option(subjects=[subject], dataset=source)
    stimuli.main(["--stimuli", tables["stimuli"], *pictures, *settings])
    listed = ["--stimuli", tables["stimuli"], "--trials", tables["trials"]]
    trials.main(["--subject", subject, *listed, *as_option(dataset=source)])
    written = ["--trials", tables["trials"], "--betas", tables["single"], "--voxels", tables["mask"]]
    prepared_betas.main(["--subject", subject, *written, *as_option(dataset=dataset)])
    read = [*listed, "--single-trial-betas", tables["single"]]
    read += ["--mask-voxels", tables["mask"]]
    outputs = ["--betas", str(folder / "betas.parquet"), "--voxels", str(folder / "voxels.parquet")]
    standardise.main([*read, *outputs, *as_option(standardise={"by": by})])


def by_hand(
    dataset: BetaDataset, subject: str, by: str, is_train: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised betas with everything in memory at once, and which voxels they are of."""
    sessions, voxels = dataset.sessions(subject), dataset.voxels(subject)
    betas = np.concatenate([dataset.read(session, voxels) for session in sessions]).astype(np.float64)
    kept = ~np.isnan(betas).any(axis=0)
    labels = np.repeat(np.arange(len(sessions)), [s.trials for s in sessions]) * (by == "session")
    for label in np.unique(labels):
        rows = betas[labels == label]
        train = betas[(labels == label) & is_train]
        betas[labels == label] = (rows - train.mean(axis=0)) / train.std(axis=0)
    return betas[:, kept], voxels.indices[kept]


@pytest.mark.parametrize("write", DATA_SETS, ids=lambda write: write.__name__)
def test_betas_reach_the_tables(tmp_path: Path, write: Callable[[Path], tuple[Settings, str, str]]) -> None:
    settings, subject, by = write(tmp_path / "data")
    settings["root"] = str(tmp_path / "data")
    run_steps(settings, subject, by, tmp_path)
    is_train = np.array(TRIALS.read(tmp_path / "trials.parquet")["split"].to_pylist()) == "train"
    expected, indices = by_hand(open_betas(some_dataset(**settings)), subject, by, is_train)
    np.testing.assert_allclose(matrix(BETAS.read(tmp_path / "betas.parquet"), "beta"), expected, atol=1e-4)
    voxels = VOXELS.read(tmp_path / "voxels.parquet")
    np.testing.assert_array_equal(np.column_stack([voxels[axis].to_numpy() for axis in "ijk"]), indices)
    pictures = STIMULI.read(tmp_path / "stimuli.parquet")["image_path"].to_pylist()
    assert all(Path(path).is_file() for path in pictures)
    assert 0 < is_train.sum() < len(is_train)
