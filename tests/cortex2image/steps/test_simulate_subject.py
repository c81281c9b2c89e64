from collections import Counter
from pathlib import Path

import nibabel as nib
import pandas as pd
import pytest
from tests.support.studies import as_option

from cortex2image.errors import DataError
from cortex2image.simulation.layout import Sizes, dataset_files, subject_files, truth_files
from cortex2image.simulation.truth import load_truth
from cortex2image.steps import simulate_stimuli, simulate_subject

SIZES = Sizes(20, 4, 2)
SUBJECTS = ("sub-01", "sub-02")


def _study(folder: Path, sizes: Sizes = SIZES, repeats: bool = True) -> list[str]:
    """Return folders and settings; `repeats` are read by the subjects alone."""
    counts = {"train_stimuli": sizes.train_stimuli, "test_stimuli": sizes.test_stimuli}
    counts |= {"test_repeats": sizes.test_repeats} if repeats else {}
    folders = ["--bids", str(folder / "bids"), "--truth", str(folder / "truth")]
    return [*folders, *as_option(seed=5, simulation=counts)]


def _simulate(folder: Path, subject: str, sizes: Sizes = SIZES) -> None:
    simulate_subject.main(["--subject", subject, *_study(folder, sizes)])


def _files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """A whole small study: pictures and two subjects."""
    folder = tmp_path_factory.mktemp("study")
    simulate_stimuli.main(_study(folder, repeats=False))
    for subject in SUBJECTS:
        _simulate(folder, subject)
    return folder


@pytest.fixture
def pictures(tmp_path) -> Path:
    """The pictures alone."""
    simulate_stimuli.main(_study(tmp_path, repeats=False))
    return tmp_path


def test_exactly_the_predicted_files_are_written(study):
    bids, truth = str(study / "bids"), str(study / "truth")
    predicted = {*dataset_files(bids).values(), f"{truth}/scenes.jsonl"}
    for subject in SUBJECTS:
        predicted |= {*subject_files(bids, subject, SIZES), *truth_files(truth, subject).values()}
    written = {str(path) for path in study.rglob("*") if path.is_file() and path.suffix != ".png"}
    assert written == predicted


def test_the_truth_lies_outside_of_the_data_set(study):
    assert not list((study / "bids").rglob("*.npz"))
    assert load_truth(study / "truth" / "sub-01.npz").responses.shape[0] == 24


def test_a_subject_depends_on_no_other_subject(study, pictures):
    _simulate(pictures, "sub-02")
    alone = _files(pictures)
    together = {name: data for name, data in _files(study).items() if "sub-01" not in name}
    assert alone == together


def test_every_test_picture_is_shown_exactly_as_often_as_asked(study):
    for subject in SUBJECTS:
        events = [
            pd.read_csv(path, sep="\t", na_values="n/a") for path in study.glob(f"bids/{subject}/**/*.tsv")
        ]
        shown = Counter(pd.concat(events)["stim_file"].dropna())
        expected = {f"images/train-{index:04d}.png": 1 for index in range(20)}
        assert shown == expected | {f"images/test-{index:04d}.png": 2 for index in range(4)}


def test_events_end_before_their_run_does(study):
    for path in study.glob("bids/sub-*/**/*_events.tsv"):
        events = pd.read_csv(path, sep="\t")
        folder = study / "bids" / "derivatives" / "fmriprep" / path.parent.relative_to(study / "bids")
        stem = path.name.removesuffix("_events.tsv")
        image = nib.load(folder / f"{stem}_space-T1w_desc-preproc_bold.nii.gz")
        assert (events["onset"] + events["duration"]).max() < image.shape[3] * image.header.get_zooms()[3]


def test_a_missing_picture_leaves_no_subject_behind(pictures):
    (pictures / "bids" / "stimuli" / "images" / "train-0003.png").unlink()
    with pytest.raises(DataError, match=r"train-0003\.png"):
        _simulate(pictures, "sub-01")
    assert not list(pictures.rglob("*sub-01*"))


def test_pictures_of_other_settings_are_refused(pictures):
    with pytest.raises(DataError, match="run simulate_stimuli with the same settings"):
        _simulate(pictures, "sub-01", Sizes(21, 4, 2))
    assert not list(pictures.rglob("*sub-01*"))
