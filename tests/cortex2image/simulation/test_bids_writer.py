import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
import pytest

from cortex2image.simulation.anatomy import build_anatomy, traits_of
from cortex2image.simulation.bids_writer import (
    INTENSITY_STEP,
    events_table,
    write_atlas,
    write_dataset,
    write_run,
)
from cortex2image.simulation.design import BLANK, RunDesign
from cortex2image.simulation.layout import RunName, dataset_files, run_files
from cortex2image.simulation.scanner import confounds, draw_motion

TRAITS = traits_of(1, "sub-02")
ANATOMY = build_anatomy(TRAITS)
DESIGN = RunDesign(np.array([6.0, 13.5, 21.25]), np.array([1, BLANK, 0]), 20)


@pytest.fixture
def run(tmp_path):
    """Write a run of 20 volumes; return its files, the intensities and the confounds."""
    rng = np.random.default_rng(0)
    bold = rng.uniform(80, 120, (20, len(ANATOMY.ijk)))
    table = confounds(draw_motion(20, 1, rng), 1, TRAITS.tr)
    files = run_files(str(tmp_path), "sub-02", RunName("ses-1", "run-1"))
    write_run(files, ANATOMY, TRAITS, events_table(DESIGN, ["a.png", "b.png"]), bold, table)
    return files, bold, table


def test_volumes_hold_the_intensities_on_the_subjects_grid(run):
    files, bold, _ = run
    image = nib.load(files["bold"])
    assert image.shape == (*TRAITS.shape, 20)
    np.testing.assert_allclose(image.affine, ANATOMY.affine, atol=1e-4)
    assert image.header.get_zooms()[3] == pytest.approx(TRAITS.tr)
    stored = image.get_fdata()[tuple(ANATOMY.ijk.T)].T
    np.testing.assert_allclose(stored, bold, atol=INTENSITY_STEP)
    mask = nib.load(files["mask"]).get_fdata() == 1
    np.testing.assert_array_equal(np.argwhere(mask), ANATOMY.ijk)
    reference = nib.load(files["boldref"]).get_fdata()
    np.testing.assert_allclose(reference[mask], bold.mean(0), atol=INTENSITY_STEP)


def test_sidecar_says_how_the_run_was_timed(run):
    sidecar = json.loads(Path(run[0]["sidecar"]).read_text())
    assert (sidecar["RepetitionTime"], sidecar["StartTime"]) == (TRAITS.tr, TRAITS.start_time)


def test_tables_write_missing_values_as_bids_does(run):
    files, _, table = run
    events = pd.read_csv(files["events"], sep="\t", na_values="n/a", keep_default_na=False)
    assert list(events["stim_file"].fillna("none")) == ["b.png", "none", "a.png"]
    assert list(events["trial_type"]) == ["image", "blank", "image"]
    assert "n/a" in Path(files["confounds"]).read_text().splitlines()[1].split("\t")
    stored = pd.read_csv(files["confounds"], sep="\t", na_values="n/a")
    np.testing.assert_allclose(stored.to_numpy(), table.to_numpy(), rtol=1e-6, atol=1e-9)


def test_atlas_holds_the_codes_as_floats_and_minus_one_outside(tmp_path):
    path = tmp_path / "atlas.nii.gz"
    write_atlas(ANATOMY, str(path))
    image = nib.load(path)
    volume = np.asarray(image.dataobj)
    assert image.get_data_dtype() == np.float32
    np.testing.assert_array_equal(volume[tuple(ANATOMY.ijk.T)], ANATOMY.labels)
    assert volume[0, 0, 0] == -1


def test_shared_files_describe_three_bids_folders(tmp_path):
    write_dataset(str(tmp_path), pd.DataFrame({"stim_file": ["images/a.png"]}))
    files = dataset_files(str(tmp_path))
    assert all(Path(path).is_file() for path in files.values())
    assert json.loads(Path(files["fmriprep"]).read_text())["DatasetType"] == "derivative"
