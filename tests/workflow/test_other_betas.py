"""The shipped examples of other prepared betas, and NSD on a surface, on small trees through Snakemake."""

import re

import numpy as np
import pytest
import yaml
from tests.support.bdpy_files import some_content, write_bdpy, write_pictures
from tests.support.bold5000_tree import write_bold5000
from tests.support.nsd_tree import write_nsd_tree
from tests.support.snakemake import ROOT

from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS


def write_config(folder, name, **dataset):
    """Write the shipped example with the data set's folder, and what else a small tree lacks."""
    config = yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text())
    config["dataset"] |= {"root": "data", **dataset}
    (folder / "mine.yaml").write_text(yaml.safe_dump(config | {"subjects": config["subjects"][:1]}))
    return folder / "mine.yaml"


def write_kamitani(root):
    train, test = [f"n0151887{k}_{100 + k}" for k in range(6)], ["n02051845_7", "n03626115_19498"]
    shown = [*train, *test, *test]
    numbers = {"DataType": [1] * 6 + [2] * 4, "Session": [1] * 10, "Run": [2, 2, 1, 1, 1, 1, 1, 1, 2, 2]}
    root.mkdir()
    write_bdpy(root / "Subject1.h5", some_content(shown, **numbers), old=True)
    write_pictures(root, set(shown))


@pytest.mark.parametrize(
    ("name", "write", "dataset"),
    [
        ("bold5000", write_bold5000, {}),
        ("kamitani", write_kamitani, {"rois": {"labels": {"V1": 1, "LOC": 5}}}),
    ],
)
def test_the_shipped_examples_preprocess(snakemake, tmp_path, name, write, dataset):
    write(tmp_path / "data")
    decode = "decode={rois: {z: [V1], c: [LOC]}}" if name == "kamitani" else ""
    options = ["--config", decode] if decode else []
    done = snakemake("preprocess", *options, config=write_config(tmp_path, name, **dataset))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    (subject,) = (path.parent for path in tmp_path.glob(f"results/{name}/*/betas.parquet"))
    betas, voxels = (table.read(subject / table.path.rsplit("/", 1)[-1]) for table in (BETAS, VOXELS))
    split = np.array(TRIALS.read(subject / "trials.parquet")["split"].to_pylist())
    values = matrix(betas, "beta")
    assert values.shape == (len(split), voxels.num_rows)
    np.testing.assert_allclose(values[split == "train"].mean(axis=0), 0, atol=1e-5)


def test_nsd_on_a_surface_has_a_plan_that_asks_for_what_its_vertices_need(snakemake, tmp_path):
    tree = {"space": "fsaverage", "vertices": 30, "train": 40, "shared": 20, "side": 16}
    write_nsd_tree(tmp_path / "data", ["sub-01"], [1], **tree)
    labels = {"early": 1, "ventral": 5}
    needed = []
    for mask in ("atlas", "brain"):
        rois = {"atlas": "streams", "labels": labels}
        config = write_config(tmp_path, "nsd", space="fsaverage", sessions=1, mask=mask, rois=rois)
        without_layers = "encode={grid: {noise_levels: [], steps: [], layers: []}}"
        same_regions = "evaluate={brain: {regions: []}}"
        settings = "--config", "models={set: miniature}", without_layers, same_regions
        done = snakemake("preprocess", "--dry-run", *settings, config=config)
        assert done.returncode == 0, done.stdout + done.stderr
        job = re.search(r"rule prepared_betas:.*?mem_mb=(\d+)", done.stdout, re.DOTALL)
        needed.append(int(job[1]))
    assert needed[0] < needed[1]
