"""BIDS data sets with fMRIPrep derivatives, in the spellings found in the wild, and tables of pictures."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
from PIL import Image

GRID, VOLUMES, TR = (3, 4, 2), 20, 1.5
EVENT_COLUMNS = "onset\tduration\ttrial_type\tstim_file\n"


@dataclass
class BidsTree:
    """A data set to which a test adds files; each run may have a spelling of its own."""

    root: Path

    @property
    def fmriprep(self) -> Path:
        return self.root / "derivatives" / "fmriprep"

    def add_pictures(self, *names: str, test: tuple[str, ...] = ()) -> None:
        """Write small pictures and the table that lists them; those not in `test` are for training."""
        count = len(names)
        columns = {
            "stim_file": names,
            "split": ["test" if name in test else "train" for name in names],
            "captions": ["a cat | one cat"] * count,
            "category": ["cat"] * count,
        }
        write_picture_table(self.root, columns)

    def add_events(self, folder: str, stem: str, *shown: str) -> Path:
        """Write events: a picture for 2 s every 4 s, the first one at 1 s."""
        path = self.root / folder / "func" / f"{stem}_events.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [f"{1 + 4 * number}\t2\timage\t{name}\n" for number, name in enumerate(shown)]
        path.write_text(EVENT_COLUMNS + "".join(rows))
        return path

    def add_bold(self, folder: str, stem: str, space: str = "_space-T1w", **facts: object) -> Path:
        """Write recording, brain mask and (with `facts`) sidecar of a run as fMRIPrep >= 1.2 names them.

        The header of the recording states the RepetitionTime of the facts.
        """
        func = self.fmriprep / folder / "func"
        func.mkdir(parents=True, exist_ok=True)
        path = func / f"{stem}{space}_desc-preproc_bold.nii.gz"
        bold = np.random.default_rng(0).normal(100, 1, (*GRID, VOLUMES)).astype(np.float32)
        image = nib.Nifti1Image(bold, np.eye(4))
        image.header.set_xyzt_units("mm", "sec")
        image.header.set_zooms((1.0, 1.0, 1.0, facts.get("RepetitionTime", TR)))
        nib.save(image, path)
        mask = nib.Nifti1Image(np.ones(GRID, np.uint8), np.eye(4))
        nib.save(mask, func / f"{stem}{space}_desc-brain_mask.nii.gz")
        if facts:
            path.with_name(path.name.replace(".nii.gz", ".json")).write_text(json.dumps(facts))
        return path

    def add_confounds(self, folder: str, stem: str, suffix: str = "desc-confounds_timeseries") -> Path:
        """Write confounds of a run, in which the first value of the derivative is missing."""
        path = self.fmriprep / folder / "func" / f"{stem}_{suffix}.tsv"
        rows = [f"{number}\t{'n/a' if number == 0 else 1}\n" for number in range(VOLUMES)]
        path.write_text("trans_x\ttrans_x_derivative1\n" + "".join(rows))
        return path

    def add_run(self, folder: str, stem: str, *shown: str) -> None:
        """Write a complete run."""
        self.add_events(folder, stem, *shown)
        self.add_bold(folder, stem, RepetitionTime=TR)
        self.add_confounds(folder, stem)


def write_picture_table(root: Path, table: Mapping[str, Sequence[str]]) -> None:
    """Write ``stimuli/stimuli.tsv`` from the columns of `table`, and each picture in `stim_file`."""
    folder = root / "stimuli"
    folder.mkdir(parents=True, exist_ok=True)
    for name in table["stim_file"]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_picture(folder / name)
    rows = [table.keys(), *zip(*table.values(), strict=True)]
    (folder / "stimuli.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))


def write_picture(path: Path) -> None:
    """Write a small picture, another one for every name."""
    drawn = np.random.default_rng(zlib.crc32(path.name.encode())).integers(0, 256, (8, 8, 3), np.uint8)
    Image.fromarray(drawn).save(path, "PNG")


def write_small_study(tree: BidsTree) -> None:
    """Write two subjects, two sessions of two runs; everybody sees the test picture `t.png` in each run."""
    tree.add_pictures("a.png", "b.png", "set/c.png", "t.png", "unseen.png", test=("t.png",))
    for subject in ("sub-01", "sub-02"):
        for session, shown in (("ses-1", "a.png"), ("ses-2", "set/c.png")):
            stem = f"{subject}_{session}_task-scenes"
            tree.add_run(f"{subject}/{session}", f"{stem}_run-1", shown, "t.png", "n/a")
            tree.add_run(f"{subject}/{session}", f"{stem}_run-2", "t.png", "b.png")
