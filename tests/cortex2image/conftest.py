"""Tiny inputs: BIDS data sets in the spellings found in the wild, and a model set with random weights."""

import json
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

GRID, VOLUMES, TR = (3, 4, 2), 20, 1.5
EVENT_COLUMNS = "onset\tduration\ttrial_type\tstim_file\n"


@dataclass
class BidsTree:
    """Writes the files of a data set; each spelling can be chosen per run."""

    root: Path

    @property
    def fmriprep(self) -> Path:
        return self.root / "derivatives" / "fmriprep"

    def add_pictures(self, *names: str, test: tuple[str, ...] = ()) -> None:
        """Write empty pictures and the table that lists them, all for training but those in `test`."""
        lines = ["stim_file\tsplit\tcaptions\tcategory"]
        for name in names:
            picture = self.root / "stimuli" / name
            picture.parent.mkdir(parents=True, exist_ok=True)
            picture.touch()
            split = "test" if name in test else "train"
            lines.append(f"{name}\t{split}\ta cat | one cat\tcat")
        (self.root / "stimuli" / "stimuli.tsv").write_text("\n".join(lines) + "\n")

    def add_events(self, folder: str, stem: str, *shown: str) -> Path:
        """Write events: one picture every 4 s from 1 s on, for 2 s."""
        path = self.root / folder / "func" / f"{stem}_events.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [f"{1 + 4 * number}\t2\timage\t{name}\n" for number, name in enumerate(shown)]
        path.write_text(EVENT_COLUMNS + "".join(rows))
        return path

    def add_bold(self, folder: str, stem: str, space: str = "_space-T1w", **facts: object) -> Path:
        """Write recording, sidecar and brain mask of a run as fMRIPrep >= 1.2 names them."""
        func = self.fmriprep / folder / "func"
        func.mkdir(parents=True, exist_ok=True)
        path = func / f"{stem}{space}_desc-preproc_bold.nii.gz"
        bold = np.random.default_rng(0).normal(100, 1, (*GRID, VOLUMES)).astype(np.float32)
        image = nib.Nifti1Image(bold, np.eye(4))
        image.header.set_xyzt_units("mm", "sec")
        image.header.set_zooms((1.0, 1.0, 1.0, TR))
        nib.save(image, path)
        mask = nib.Nifti1Image(np.ones(GRID, np.uint8), np.eye(4))
        nib.save(mask, func / f"{stem}{space}_desc-brain_mask.nii.gz")
        if facts:
            path.with_name(path.name.replace(".nii.gz", ".json")).write_text(json.dumps(facts))
        return path

    def add_confounds(self, folder: str, stem: str, suffix: str = "desc-confounds_timeseries") -> Path:
        """Write confounds whose derivative has no first value."""
        path = self.fmriprep / folder / "func" / f"{stem}_{suffix}.tsv"
        rows = [f"{number}\t{'n/a' if number == 0 else 1}\n" for number in range(VOLUMES)]
        path.write_text("trans_x\ttrans_x_derivative1\n" + "".join(rows))
        return path

    def add_run(self, folder: str, stem: str, *shown: str) -> None:
        """Write a complete run."""
        self.add_events(folder, stem, *shown)
        self.add_bold(folder, stem, RepetitionTime=TR)
        self.add_confounds(folder, stem)


@pytest.fixture
def bids_tree(tmp_path: Path) -> BidsTree:
    """An empty data set below `tmp_path`."""
    tree = BidsTree(tmp_path / "bids")
    tree.fmriprep.mkdir(parents=True)
    return tree


@pytest.fixture
def small_study(bids_tree: BidsTree) -> BidsTree:
    """Two subjects, two sessions of two runs: `t.png` is the test picture that everybody sees each time."""
    bids_tree.add_pictures("a.png", "b.png", "set/c.png", "t.png", "unseen.png", test=("t.png",))
    for subject in ("sub-01", "sub-02"):
        for session, shown in (("ses-1", "a.png"), ("ses-2", "set/c.png")):
            stem = f"{subject}_{session}_task-scenes"
            bids_tree.add_run(f"{subject}/{session}", f"{stem}_run-1", shown, "t.png", "n/a")
            bids_tree.add_run(f"{subject}/{session}", f"{stem}_run-2", "t.png", "b.png")
    return bids_tree


@pytest.fixture
def haxby_root(tmp_path: Path) -> Path:
    """A distribution like that of Haxby 2001: subj1 whole, subj5 with one run marked as rest throughout."""
    root = tmp_path / "haxby2001"
    for number, corrupted in ((1, None), (5, 2)):
        folder = root / f"subj{number}"
        folder.mkdir(parents=True)
        lines = ["labels chunks"]
        for chunk in range(3):
            order = ("face", "house") if chunk % 2 else ("house", "face")
            words = ["rest"] * 3 + [order[0]] * 4 + ["rest"] * 2 + [order[1]] * 5 + ["rest"]
            lines += [f"{'rest' if chunk == corrupted else word} {chunk}" for word in words]
        (folder / "labels.txt").write_text("\n".join(lines) + "\n")
        bold = np.random.default_rng(number).integers(0, 1000, (3, 2, 1, 45)).astype(np.int16)
        nib.save(nib.Nifti1Image(bold, np.eye(4)), folder / "bold.nii.gz")
    nib.save(nib.Nifti1Image(np.ones((3, 2, 1), np.int16), np.eye(4)), root / "mask.nii.gz")
    return root


@pytest.fixture(scope="session")
def tiny_model_set(tmp_path_factory):
    """A model set of random weights on disk, in the layout of a real one."""
    from tests.support.tiny_models import write_tiny_model_set

    return write_tiny_model_set(tmp_path_factory.mktemp("tiny-model-set"))


@pytest.fixture(scope="session")
def tiny_diffusion(tiny_model_set):
    """The same, loaded."""
    from cortex2image.networks.load import load_diffusion

    return load_diffusion(tiny_model_set, "cpu")


@pytest.fixture(scope="session")
def photo_set(tmp_path_factory):
    """Every judge of photographs with made-up weights on disk, as they are fetched."""
    from tests.support.pretrained_models import write_photo_set

    return write_photo_set(tmp_path_factory.mktemp("photo-set"))
