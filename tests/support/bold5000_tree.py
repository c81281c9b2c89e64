"""A folder as BOLD5000 release 2 is distributed: one subject, sessions of two runs and of one, few voxels."""

from dataclasses import dataclass, field
from pathlib import Path

import nibabel as nib
import numpy as np
from tests.support.bids_tree import write_picture_table

GRID = (4, 3, 2)
AFFINE = np.array([[2.0, 0, 0, -3], [0, 2, 0, -40], [0, 0, 2, 10], [0, 0, 0, 1]])
LENGTHS = (74, 37)
REPEATED, REPEATS = ("COCO_train2014_000000000077", "airport3"), 4
BETAS = "TYPED-FITHRF-GLMDENOISE-RR"
SIDES, REGIONS, WIDTH = ("LH", "RH"), ("EarlyVis", "LOC", "OPA", "PPA", "RSC"), 2


@dataclass
class Bold5000Tree:
    """What was written, for tests to compare with.

    Attributes
    ----------
    betas : (trials, X, Y, Z) float32 array
    mask : (X, Y, Z) bool array
    names, order : list of str
        Picture of each trial, as in the list of pictures, and without the mark of repeats and the suffix.
    tables : dict
        Responses (trials, voxels) of each region, float32.
    """

    root: Path
    name: str
    betas: np.ndarray
    mask: np.ndarray
    names: list[str]
    order: list[str]
    tables: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def names_file(self) -> Path:
        return self.root / f"{self.name}_imgnames.txt"

    def volume(self, session: int, betas: str = BETAS) -> Path:
        return self.root / f"{self.name}_GLMbetas-{betas}_ses-{session:02d}.nii.gz"

    def table(self, region: str, betas: str = BETAS) -> Path:
        folder = self.root / "BOLD5000_GLMsingle_ROI_betas" / "py"
        return folder / f"{self.name}_GLMbetas-{betas}_allses_{region}.npy"

    def write_names(self, names: list[str]) -> None:
        self.names_file.write_text("".join(f"{name}\n" for name in names))

    def write_atlas(self, codes: np.ndarray, affine: np.ndarray = AFFINE) -> Path:
        path = self.root / f"sub-{self.name}_atlas.nii.gz"
        nib.save(nib.Nifti1Image(codes.astype(np.int16), affine), path)
        return path


def write_bold5000(root: Path, name: str = "CSI1", seed: int = 0, betas: str = BETAS) -> Bold5000Tree:
    """Write volumes, mask, list of pictures, tables of regions and table of pictures below `root`."""
    rng = np.random.default_rng(seed)
    names, order = _shown(rng, sum(LENGTHS))
    root.mkdir(parents=True, exist_ok=True)
    values = rng.normal(0, 1.5, (len(names), *GRID)).astype(np.float32)
    mask = rng.random(GRID) < 0.6
    tree = Bold5000Tree(root, name, values, mask, names, order)
    start = 0
    for session, length in enumerate(LENGTHS, start=1):
        volume = np.moveaxis(values[start : start + length], 0, -1)
        nib.save(
            nib.Nifti1Image(volume, np.eye(4)), tree.volume(session, betas)
        )  # the released affine is wrong too
        start += length
    nib.save(nib.Nifti1Image(mask.astype(np.uint8), AFFINE), root / f"{name}_brainmask.nii.gz")
    tree.write_names(names)
    _write_tables(tree, rng, betas)
    pictures = sorted(set(order))
    columns = {
        "stim_file": [f"Presented/{picture}.jpg" for picture in pictures],
        "captions": ["a thing | one thing"] * len(pictures),
        "category": ["n/a"] * len(pictures),
    }
    write_picture_table(root, columns)
    return tree


def _shown(rng: np.random.Generator, trials: int) -> tuple[list[str], list[str]]:
    once = [f"n{1440764 + k:08d}_{10 + k}.JPEG" for k in range(trials - REPEATS * len(REPEATED))]
    names = [*once, *(f"rep_{picture}.jpg" for picture in REPEATED for _ in range(REPEATS))]
    names = [names[k] for k in rng.permutation(trials)]
    return names, [name.removeprefix("rep_").rsplit(".", 1)[0] for name in names]


def _write_tables(tree: Bold5000Tree, rng: np.random.Generator, betas: str) -> None:
    for region in [f"{side}{region}" for side in SIDES for region in REGIONS]:
        tree.tables[region] = rng.normal(0, 1, (len(tree.names), WIDTH)).astype(np.float32)
        path = tree.table(region, betas)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, tree.tables[region])
