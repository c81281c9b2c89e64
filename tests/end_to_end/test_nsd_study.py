"""The study on a small tree of NSD with a planted signal: both presets, all containers, what is recovered."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from tests.support.alone import run_alone
from tests.support.nsd_tree import NsdTree, write_nsd_tree
from tests.support.snakemake import Clone, copied
from tests.support.studies import as_option

from cortex2image.steps import decode_features, prepared_betas
from cortex2image.tables import contracts

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.xdist_group("nsd")]
SUBJECTS = ("sub-01", "sub-02")
SMALL: dict[str, Any] = {
    "dataset": {
        "root": "nsd",
        "rois": {"atlas": "streams", "labels": {"early": 1, "ventral": 5, "parietal": 7}},
    },
    "models": {"set": "miniature", "precision": "float32"},
    "features": {"shards": 2},
    "reconstruct": {"methods": ["zc"], "samples": 2, "steps": 5},
    "evaluate": {"permutations": 200, "bootstraps": 200, "brain": {"regions": ["early", "parietal"]}},
    "ridge": {"alphas": [10, 1000], "folds": 3, "device": "cpu"},
}


@dataclass(frozen=True)
class NsdClone:
    """A copy of the repository beside a small tree of NSD, in which both presets have run."""

    clone: Clone
    tree: NsdTree

    def results(self, preset: str) -> Path:
        return self.clone.root / "results" / preset


def changed(config: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return `config` with `changes` laid over it, key by key."""
    merged = dict(config)
    for key, value in changes.items():
        merged[key] = changed(config.get(key, {}), value) if isinstance(value, dict) else value
    return merged


def run_preset(clone: Clone, preset: str, **changes: Any) -> None:
    """Run a shipped preset at small size, its way of working untouched, every job with its inputs alone."""
    config = yaml.safe_load((clone.root / "config" / f"{preset}.yaml").read_text())
    small = changed(changed(config, SMALL), changes)
    small["dataset"]["rois"] = SMALL["dataset"]["rois"]
    (clone.root / f"{preset}.yaml").write_text(yaml.safe_dump(small))
    done = run_alone(clone.root, "nsd", "all", "--configfile", f"{preset}.yaml")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]


@pytest.fixture(scope="module")
def nsd(tmp_path_factory) -> NsdClone:
    clone = Clone(copied(tmp_path_factory.mktemp("nsd") / "cortex2image"))
    containers = ("hdf5", "mat", "nii.gz")
    tree = write_nsd_tree(
        clone.root / "nsd", SUBJECTS, (2, 1), containers=containers, train=100, shared=40, side=32
    )
    grid = {"noise_levels": [], "steps": [2], "layers": ["down0", "mid"]}
    run_preset(clone, "nsd", subjects=list(SUBJECTS), encode={"models": ["z", "c"], "grid": grid})
    run_preset(clone, "nsd-as-released", subjects=["sub-01"], encode={"models": ["z"]})
    return NsdClone(clone, tree)


def mean_r(nsd: NsdClone, preset: str, subject: str) -> dict[tuple[str, str], float]:
    """Return mean r by encoding model and region."""
    scores = contracts.ENCODING_SCORES.read(nsd.results(preset) / "encoding_scores.parquet").to_pylist()
    return {(row["model"], row["roi"]): row["mean_r"] for row in scores if row["subject"] == subject}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_region_is_explained_by_what_was_planted_in_it(nsd, subject):
    r = mean_r(nsd, "nsd", subject)
    assert r["z", "early"] > 0.4
    assert r["c", "ventral"] > 0.4
    assert r["z", "early"] > r["c", "early"] + 0.1
    assert r["c", "ventral"] > r["z", "ventral"] + 0.1
    assert max(abs(r["z", "parietal"]), abs(r["c", "parietal"])) < 0.1


@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("space", ["z", "c"])
def test_features_are_decoded_from_planted_regions(nsd, subject, space):
    assert decoded_r(nsd.results("nsd") / subject / "decoded" / f"{space}-scores.parquet") > 0.3


def decoded_r(path: Path) -> float:
    return float(np.nanmean(contracts.DECODED_SCORES.read(path)["r"].to_numpy(zero_copy_only=False)))


def test_the_study_as_released_recovers_the_plant_as_well(nsd):
    decoded = nsd.results("nsd-as-released") / "sub-01" / "decoded"
    assert min(decoded_r(decoded / f"{space}-scores.parquet") for space in ("z", "c")) > 0.3
    r = mean_r(nsd, "nsd-as-released", "sub-01")
    assert r["z", "early"] > 0.4
    assert abs(r["z", "parietal"]) < 0.1


@pytest.mark.parametrize("space", ["z", "c"])
def test_nothing_is_decoded_where_nothing_was_planted(nsd, tmp_path, space):
    results = nsd.results("nsd")
    tables = {name: results / "sub-01" / f"{name}.parquet" for name in ("trials", "betas", "voxels")}
    tables |= {"features": results / "features" / f"{space}.parquet"}
    outputs = {name: tmp_path / f"{name}.parquet" for name in ("decoded", "scores")}
    options = [part for name, path in (tables | outputs).items() for part in (f"--{name}", str(path))]
    ridge = {"alphas": [10, 1000], "folds": 3}
    settings = as_option(seed=1, ridge=ridge, decode={"rois": {space: ["parietal"]}})
    decode_features.main([*options, *settings, "--subject", "sub-01", "--space", space])
    assert abs(decoded_r(tmp_path / "scores.parquet")) < 0.1


def test_pictures_are_recognised(nsd):
    for preset in ("nsd", "nsd-as-released"):
        scores = contracts.SCORES.read(nsd.results(preset) / "scores.parquet").to_pylist()
        (row,) = [row for row in scores if row["subject"] == "sub-01" and row["metric"].endswith("pixcorr")]
        assert row["value"] > row["null_mean"] + 4 * row["null_sd"]


def test_test_pictures_are_the_shared_ones(nsd):
    stimuli = contracts.STIMULI.read(nsd.results("nsd") / "stimuli.parquet").to_pylist()
    shared = set(nsd.tree.plan.pictures[0, :1000].tolist())
    for row in stimuli:
        number = int(row["stimulus_id"].removeprefix("nsd-")) + 1
        assert row["split"] == ("test" if number in shared else "train")
        assert (nsd.clone.root / row["image_path"]).is_file()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_noise_ceilings_are_those_planted(nsd, subject):
    voxels = contracts.VOXELS.read(nsd.results("nsd") / subject / "voxels.parquet").to_pandas()
    brain = nsd.tree.brains[subject]
    places = list(map(tuple, voxels[list("ijk")].to_numpy().tolist()))
    planted = np.array([brain.ncsnr[place] for place in places])
    usual = np.array([place != brain.saturated for place in places])  # one beta there is far too large
    np.testing.assert_allclose(voxels["ncsnr"][usual], planted[usual], atol=0.35)
    signal = usual & (planted > 0)
    assert abs((voxels["ncsnr"] - planted)[signal].mean()) < 0.05


def test_voxels_without_data_in_a_session_are_left_out_and_the_page_says_so(nsd):
    voxels = contracts.VOXELS.read(nsd.results("nsd") / "sub-01" / "voxels.parquet").to_pandas()
    brain = nsd.tree.brains["sub-01"]
    there = set(map(tuple, voxels[list("ijk")].to_numpy().tolist()))
    assert not there & {brain.never_valid, brain.once_invalid}
    labelled = np.isin(brain.codes, [1, 5, 7]).sum()
    assert len(there) == labelled - 2
    page = (nsd.results("nsd") / "report" / "index.html").read_text()
    assert f"sub-01 (24 runs used): 2 of {labelled} voxels lack data in a session" in page


def test_the_containers_hold_the_same_betas(nsd, tmp_path):
    """The step prefers HDF5, then the old MATLAB files, then NIfTI; each is taken away in turn."""
    root = Path(shutil.copytree(nsd.tree.layout.root, tmp_path / "nsd"))
    written = []
    for suffix in (".hdf5", ".mat", ".nii.gz"):
        written.append(read_betas(nsd, root, tmp_path / f"betas{suffix}.parquet"))
        for path in root.rglob(f"betas_session*{suffix}"):
            path.unlink()
    assert written[0] == written[1] == written[2]
    assert not list(root.rglob("betas_session*"))


def read_betas(nsd: NsdClone, root: Path, path: Path) -> bytes:
    trials = nsd.results("nsd") / "sub-01" / "trials.parquet"
    regions = {"mask": "atlas", "rois": {"atlas": "streams"}}
    source = as_option(dataset={"reader": "nsd", "root": str(root), **regions})
    outputs = ["--betas", str(path), "--voxels", str(path.with_suffix(".voxels"))]
    prepared_betas.main([*source, "--subject", "sub-01", "--trials", str(trials), *outputs])
    return path.read_bytes()
