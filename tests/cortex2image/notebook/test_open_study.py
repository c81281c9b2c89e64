"""Tables, pictures and maps of a study by short names, from any working directory."""

import shutil
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.support.notebook_study import METHODS

import cortex2image
from cortex2image.errors import Cortex2imageError, DataError
from cortex2image.tables.recordings import STIMULI, VOXELS
from cortex2image.tables.results import ENCODING, RECONSTRUCTIONS

pytestmark = pytest.mark.xdist_group("notebook")


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB"))


def test_a_study_says_what_it_is(study):
    assert (study.name, study.subjects, study.methods) == ("demo", ("sub-01", "sub-02"), METHODS)
    assert {"z", "c"} <= set(study.models)
    assert "sub-01, sub-02" in repr(study)


def test_tables_are_those_on_disk_and_complete_by_tab(study, written):
    pd.testing.assert_frame_equal(study.stimuli, STIMULI.read(written.root / "stimuli.parquet").to_pandas())
    assert {"scores", "stimuli", "plot", "encoder"} <= set(dir(study))
    assert "studies" not in dir(study)  # it could be there, and is not
    voxels = study.table("voxels", subject="sub-01")
    assert len(voxels) == VOXELS.read(written.brain.paths["voxels"]).num_rows
    assert study.facts("voxels", subject="sub-01")["ncsnr_from"] == "train"


def test_pictures_are_those_of_the_table_by_stimulus_and_sample(study, written):
    pictures, stimuli = study.pictures("sub-01", "zc")
    assert pictures.dtype == np.uint8
    assert pictures.shape == (len(stimuli), 2, 16, 16, 3)
    table = RECONSTRUCTIONS.read(written.root / "sub-01" / "reconstructions" / "zc.parquet").to_pandas()
    for row in table.sample(5, random_state=1).itertuples():
        found = pictures[stimuli.index(row.stimulus_id), row.sample]
        np.testing.assert_array_equal(found, pixels(row.image_path))
    some = study.pictures("sub-01", "zc", stimuli[3:1:-1])
    np.testing.assert_array_equal(some.pictures, pictures[[3, 2]])


def test_what_was_seen_comes_with_its_ids(study):
    pictures, stimuli = study.seen()
    first = study.stimuli.set_index("stimulus_id").loc[stimuli[0], "image_path"]
    np.testing.assert_array_equal(pictures[0], pixels(first))
    assert study.seen(stimuli[:2], size=8).pictures.shape == (2, 8, 8, 3)


def test_a_moved_study_shows_its_own_pictures(written, tmp_path, monkeypatch):
    """Paths of tables start from the working directory of the workflow, which a notebook does not share."""
    root = tmp_path / "elsewhere" / "renamed"
    shutil.copytree(written.root, root)
    for name in ("stimuli", "sub-01/reconstructions/z"):
        contract = STIMULI if name == "stimuli" else RECONSTRUCTIONS
        table = contract.read(root / f"{name}.parquet").to_pandas()
        table["image_path"] = [
            f"results/demo/{Path(p).relative_to(written.root)}" for p in table["image_path"]
        ]
        contract.write({k: list(v) for k, v in table.to_dict("list").items()}, root / f"{name}.parquet")
    monkeypatch.chdir(tmp_path)
    moved = cortex2image.open_study("elsewhere/renamed")
    assert moved.pictures("sub-01", "z").pictures.shape[1:] == (1, 16, 16, 3)
    assert len(moved.seen().stimuli) == (moved.stimuli["split"] == "test").sum()
    (root / "sub-01" / "reconstructions" / "z" / "0-0.png").unlink()
    with pytest.raises(DataError, match=r"z/0-0\.png"):
        moved.pictures("sub-01", "z")


def test_a_map_holds_the_scores_of_the_table_where_the_voxels_lie(study):
    image = study.map("sub-01", "z")
    table = study.table("encoding", subject="sub-01", model="z")
    grid = study.grid("sub-01")
    np.testing.assert_array_equal(image.affine, grid.affine)
    values = image.get_fdata(dtype=np.float32)[tuple(grid.indices.T)]
    np.testing.assert_array_equal(values, table["r"].astype(np.float32))
    some = study.map("sub-01", "z", significant=True).get_fdata()[tuple(grid.indices.T)]
    assert ((some != 0) == (table["q"] < 0.05)).all()


def test_values_of_voxels_become_a_volume_that_other_tools_open(study, tmp_path):
    table = study.table("encoding", subject="sub-01", model="z")
    image = study.to_volume("sub-01", table["alpha"], "penalty")
    nib.save(image, tmp_path / "alpha.nii.gz")
    again, stored = nib.load(tmp_path / "alpha.nii.gz"), study.map("sub-01", "z")
    np.testing.assert_array_equal(again.affine, stored.affine)
    for code in ("sform_code", "qform_code", "xyzt_units"):
        assert again.header[code] == stored.header[code]
    found = again.get_fdata(dtype=np.float32)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(stored.get_fdata(dtype=np.float32)))
    np.testing.assert_array_equal(found[tuple(study.grid("sub-01").indices.T)], table["alpha"].astype("f4"))
    assert again.header.get_intent()[2] == "penalty"
    with pytest.raises(DataError, match=r"\(180,\) numbers"):
        study.to_volume("sub-01", np.zeros(3))


WRONG = {
    "did you mean 'voxels'": lambda study: study.table("voxel", subject="sub-01"),
    r"study.table\('voxels', subject='sub-01'\)": lambda study: study.table("voxels"),
    "did you mean 'sub-0": lambda study: study.table("voxels", subject="sub-1"),
    "did you mean 'subject'": lambda study: study.table("voxels", subjects="sub-01"),
    "one of z, c, zc": lambda study: study.pictures("sub-01", "nobody"),
    "encoding model": lambda study: study.map("sub-01", "zz"),
    "did you mean 'images/scene_03'": lambda study: study.pictures("sub-01", "z", ["image/scene_03"]),
    "snakemake --cores all results/demo/studies.parquet": lambda study: study.studies,
    "results/demo/sub-02/encoding/z.parquet": lambda study: study.table(
        "encoding", subject="sub-02", model="z"
    ),
}


@pytest.mark.parametrize("message", WRONG)
def test_what_is_not_there_is_answered_with_what_to_do(study, message):
    with pytest.raises(Cortex2imageError, match=message):
        WRONG[message](study)


def test_an_unknown_attribute_is_answered_with_the_nearest(study):
    with pytest.raises(AttributeError, match="did you mean scores"):
        study.__getattr__("score")
    assert not hasattr(study, "_ipython_canary_method_should_not_exist_")


def test_a_study_that_was_not_run_names_the_target(written):
    with pytest.raises(DataError, match=r"dem/provenance.json(.|\n)*studies that were run are demo"):
        cortex2image.open_study(written.root.with_name("dem"))


def test_results_of_another_version_are_refused_at_once(written, tmp_path):
    (tmp_path / "provenance.json").write_text('{"config": {"study": "old", "no_such_key": 1}}')
    with pytest.raises(DataError, match=r"no_such_key(.|\n)*run the workflow again"):
        cortex2image.open_study(tmp_path)


def test_a_damaged_table_is_refused(written, tmp_path):
    root = tmp_path / "results" / "demo"
    shutil.copytree(written.root, root)
    (root / "sub-01" / "encoding" / "z.parquet").write_bytes(b"no Parquet")
    with pytest.raises(Cortex2imageError, match=r"z\.parquet"):
        cortex2image.open_study(root).table("encoding", subject="sub-01", model="z")
    assert ENCODING.read(written.root / "sub-01" / "encoding" / "z.parquet").num_rows == 180
