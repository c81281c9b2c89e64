import shutil
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from tests.support.studies import some_dataset

from cortex2image.data.open_dataset import open_recordings
from cortex2image.data.volumes import load_bold, load_mask
from cortex2image.scenes.render import render
from cortex2image.simulation.bids_writer import events_table, write_atlas, write_dataset, write_run
from cortex2image.simulation.layout import Sizes, atlas_file, run_files, run_names, truth_files
from cortex2image.simulation.stimuli import scene_files, stimuli_table, study_scenes
from cortex2image.simulation.subject import Subject, build_subject
from cortex2image.simulation.truth import Truth, load_truth, save_truth, truth_of

SEED, SIZES, LABEL = 11, Sizes(10, 3, 2), "sub-01"
SCENES = study_scenes(SEED, SIZES)


@pytest.fixture(scope="module")
def pictures():
    return np.stack([render(scene, 64) for scene in SCENES])


@pytest.fixture(scope="module")
def subject(pictures) -> Subject:
    return build_subject(SEED, LABEL, SIZES, SCENES, pictures)


@pytest.fixture(scope="module")
def study(tmp_path_factory, subject, pictures) -> Path:
    """A folder with the data set of one subject in ``bids`` and the truth in ``truth``."""
    folder = tmp_path_factory.mktemp("study")
    root, names = str(folder / "bids"), scene_files(SCENES)
    for name, picture in zip(names, pictures, strict=True):
        path = folder / "bids" / "stimuli" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
    write_dataset(root, stimuli_table(SCENES))
    for number, name in enumerate(run_names(SIZES)):
        events = events_table(subject.designs[number], names)
        files = run_files(root, LABEL, name)
        write_run(files, subject.anatomy, subject.traits, events, *subject.scan_run(number))
    write_atlas(subject.anatomy, atlas_file(root, LABEL))
    truth = truth_of(subject, SCENES, SIZES.test_repeats)
    save_truth(truth, {}, **truth_files(str(folder / "truth"), LABEL))
    return folder


def read_everything(root: Path) -> dict[str, Any]:
    """Return all that the reader of the data set gives, and the volumes that it points to."""
    dataset = open_recordings(some_dataset("simulated", root, derivatives=f"{root}/derivatives/fmriprep"))
    runs = dataset.runs(LABEL)
    return {
        "subjects": dataset.subjects(),
        "files": dataset.subject_files(LABEL),
        "problems": dataset.problems(LABEL),
        "stimuli": dataset.stimuli([LABEL]),
        "events": [run.events for run in runs],
        "confounds": [run.confounds.to_numpy() for run in runs],
        "masks": [load_mask(run.mask) for run in runs],
        "bold": [load_bold(run.bold, load_mask(run.mask)[0], run.volumes) for run in runs],
        "atlas": np.asarray(nib.load(atlas_file(str(root), LABEL)).dataobj),
    }


def test_truth_comes_back_as_it_was_saved(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {name: rng.normal(size=(3, 2)) for name in Truth.__dataclass_fields__}
    truth = Truth(**arrays | {"kind": np.array(["early", "silent"]), "stimulus_id": np.array(["a", "b"])})
    save_truth(truth, {"seed": 1}, tmp_path / "a.npz", tmp_path / "a.json")
    loaded = load_truth(tmp_path / "a.npz")
    for name, values in vars(truth).items():
        np.testing.assert_array_equal(getattr(loaded, name), values)


def test_truth_describes_every_voxel_and_stimulus(subject):
    truth = truth_of(subject, SCENES, SIZES.test_repeats)
    voxels = len(subject.anatomy.ijk)
    assert truth.responses.shape == (13, voxels)
    assert list(truth.stimulus_id[[0, 10]]) == ["images/train-0000", "images/test-0000"]
    silent = truth.kind == "silent"
    assert (truth.responses[:, silent] == 0).all()
    assert (truth.noise_ceiling[silent] == 0).all()
    np.testing.assert_allclose(truth.noise_ceiling, truth.ncsnr**2 / (truth.ncsnr**2 + 1 / 2))


def test_the_data_set_reads_the_same_after_its_truth_is_gone(study):
    with_truth = read_everything(study / "bids")
    shutil.rmtree(study / "truth")
    np.testing.assert_equal(read_everything(study / "bids"), with_truth)
    assert with_truth["bold"][0].std() > 0
    assert len(with_truth["stimuli"]) == len(SCENES)


def test_no_file_of_the_data_set_lies_in_the_truth(study):
    files = open_recordings(
        some_dataset("simulated", study / "bids", derivatives=f"{study}/bids/derivatives/fmriprep")
    ).subject_files(LABEL)
    assert all(path.resolve().is_relative_to((study / "bids").resolve()) for path in files)
