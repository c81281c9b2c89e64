"""The files of BOLD5000 release 2, which lie in one folder: one set per subject and preparation."""

import re
from dataclasses import dataclass
from pathlib import Path

from cortex2image.errors import DataError

DEFAULT_BETAS = "TYPED-FITHRF-GLMDENOISE-RR"
# The release is said to misspell one preparation. This was not checked, so that both spellings are accepted.
TYPE_B, TYPE_B_RELEASED = "TYPEB", "TYBEB"
TABLES_FOLDER = Path("BOLD5000_GLMsingle_ROI_betas", "py")
# The archive of stimuli also holds the lists of pictures.
LISTS_FOLDER = Path("BOLD5000_Stimuli", "Stimuli_Presentation_Lists")
REGIONS = ("EarlyVis", "LOC", "OPA", "PPA", "RSC")
HEMISPHERES = {"LH": "left", "RH": "right"}


@dataclass(frozen=True)
class SubjectFiles:
    """The files of the subject `name`, e.g. ``CSI1``, in the preparation `betas`."""

    root: Path
    name: str
    betas: str

    @property
    def names(self) -> Path:
        """List of the pictures in order of presentation: beside the betas, or in the archive of stimuli."""
        name = f"{self.name}_imgnames.txt"
        inside = self.root / LISTS_FOLDER / self.name / name
        return inside if inside.is_file() and not (self.root / name).is_file() else self.root / name

    @property
    def brain_mask(self) -> Path:
        """Brain mask on the grid of the betas."""
        return self.root / f"{self.name}_brainmask.nii.gz"

    def sessions(self) -> list[Path]:
        """Return the volumes of betas, one per session, in order; an empty list where there are none.

        Raises
        ------
        DataError
            A session between others is missing or there twice, or files have both spellings of a preparation.
        """
        paths = {spelt: self._numbered(spelt) for spelt in _spellings(self.betas)}
        found = {spelt: files for spelt, files in paths.items() if files}
        if len(found) > 1:
            fix = "remove the files of one of them"
            raise DataError(self.root, "one preparation of the betas", " and ".join(found), fix)
        files = next(iter(found.values()), {})
        gaps = [number for number in range(1, len(files) + 1) if number not in files]
        if gaps:
            fix = "get the missing files: trials are told by their place over all sessions"
            raise DataError(self.root, f"sessions of {self.name} without a gap", f"no session {gaps[0]}", fix)
        return [files[number] for number in sorted(files)]

    def tables(self) -> dict[tuple[str, str], Path]:
        """Return the file of each (hemisphere, region), ``left`` first, whether it exists or not."""
        folder = self.root / TABLES_FOLDER
        spellings = [f"{self.name}_GLMbetas-{spelt}_allses" for spelt in _spellings(self.betas)]
        stem = next((s for s in spellings if any(folder.glob(f"{s}_*.npy"))), spellings[0])
        return {
            (hemisphere, region): folder / f"{stem}_{side}{region}.npy"
            for side, hemisphere in HEMISPHERES.items()
            for region in REGIONS
        }

    def _numbered(self, betas: str) -> dict[int, Path]:
        stem = f"{self.name}_GLMbetas-{betas}_ses-"
        numbered: dict[int, Path] = {}
        for path in sorted(self.root.glob(f"{stem}*.nii.gz")):
            end = path.name.removeprefix(stem)
            if re.fullmatch(r"[0-9]+\.nii\.gz", end):
                other = numbered.setdefault(int(end[:-7]), path)
                if other != path:
                    found = f"{other.name} and {path.name}"
                    raise DataError(
                        self.root, "one file of betas per session", found, "keep one of them there"
                    )
        return numbered


def subject_names(root: Path) -> list[str]:
    """Return the subjects whose list of pictures exists, e.g. ``CSI1``, sorted."""
    lists = [*root.glob("CSI*_imgnames.txt"), *root.glob(f"{LISTS_FOLDER}/*/CSI*_imgnames.txt")]
    return sorted({path.name.removesuffix("_imgnames.txt") for path in lists})


def _spellings(betas: str) -> tuple[str, ...]:
    plain = betas.replace(TYPE_B_RELEASED, TYPE_B)
    return tuple(dict.fromkeys((plain, plain.replace(TYPE_B, TYPE_B_RELEASED))))
