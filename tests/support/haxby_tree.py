"""A small folder as Haxby 2001 is distributed."""

from pathlib import Path

import nibabel as nib
import numpy as np


def write_haxby(root: Path) -> None:
    """Write subj1, which is whole, and subj5, of which one run is marked as rest throughout."""
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
