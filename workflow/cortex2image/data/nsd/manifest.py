"""Which files of NSD a study needs: where each comes from, its size, and whether it is there, whole."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cortex2image.data.nsd.facts import (
    CAPTION_SPLITS,
    FSAVERAGE_VERTICES,
    HEMISPHERES,
    PICTURE_SHAPE,
    PICTURES,
    SUBJECTS,
    TRIALS_PER_SESSION,
)
from cortex2image.data.nsd.layout import Layout, subject_number
from cortex2image.data.nsd.least_size import least_bytes
from cortex2image.data.nsd.trials import count_sessions

BUCKET = "natural-scenes-dataset"
COCO = "annotations_trainval2017.zip of cocodataset.org"
TERMS = (
    "NSD is given to those who accept its Data Access Agreement: read it and fill in its form, "
    "at naturalscenesdataset.org under Data."
)
# The order of magnitude of the small files, most of them compressed: beside a session none of them counts.
TYPICAL_BYTES = {
    "design": 500_000,
    "stim_info": 11_000_000,
    "responses": 3_000_000,
    "captions_train2017": 92_000_000,
    "captions_val2017": 3_900_000,
    "ctab": 1_000,
    "mask": 100_000,
    "atlas": 300_000,
    "ncsnr": 1_500_000,
}


@dataclass(frozen=True)
class Needed:
    """One file that a study reads.

    Attributes
    ----------
    key : str
        Path below the root, which is the key in the bucket too.
    purpose : str
        What it holds.
    expected_bytes : int
        What its size follows from the shape of its content, or is about; for sums, not for checks.
    actual_bytes : int or None
        Its size on disk, None where it is missing.
    origin : str
        The bucket, or what else it comes from.
    required : bool
        False where the study runs without it: with regions unchecked, or less exact hemispheres or masks.
    least_bytes : int
        Size on disk below which it is too short, by what its own beginning says.
    """

    key: str
    purpose: str
    expected_bytes: int
    actual_bytes: int | None
    origin: str = BUCKET
    required: bool = True
    least_bytes: int = 0

    @property
    def whole(self) -> bool:
        """Whether it is there and not too short."""
        return self.actual_bytes is not None and self.actual_bytes >= self.least_bytes

    @property
    def bytes(self) -> int:
        """Size on disk, or what is expected of a file that is missing or too short."""
        if self.actual_bytes is None or not self.whole:
            return max(self.expected_bytes, self.least_bytes)
        return self.actual_bytes


def needed(
    layout: Layout,
    subjects: Sequence[str],
    sessions: int | None = None,
    atlas: str | None = None,
    mask: str = "brain",
    ncsnr: bool = False,
) -> list[Needed]:
    """Return every file that a study of `subjects` reads.

    Of the files that are there ``responses.tsv`` is read, and the beginning of those that tell their size.

    Parameters
    ----------
    layout : Layout
    subjects : sequence of str
    sessions : int, optional
        Only the first so many; without it, and beyond what a subject came through, all.
    atlas : str, optional
        Name of the atlas, e.g. ``streams``.
    mask : str
        ``brain`` or ``atlas``: the brain mask is read for the first only.
    ncsnr : bool
        Whether the released noise ceilings are read.

    Raises
    ------
    ConfigError
        The atlas has no labels in this space.
    """
    if atlas:
        layout.check_atlas(atlas)
    files = [
        *_shared(layout),
        *(file for subject in subjects for file in _recorded(layout, subject, sessions)),
        *(file for subject in subjects for file in _regions(layout, subject, atlas, mask)),
        *(file for subject in subjects if ncsnr for file in _noise_ceilings(layout, subject)),
    ]
    return _unique(files)


def _unique(files: Iterable[Needed]) -> list[Needed]:
    """Return each file once, in order of first mention: subjects share pictures, and a surface's labels."""
    by_key: dict[str, Needed] = {}
    for file in files:
        by_key.setdefault(file.key, file)
    return list(by_key.values())


def session_bytes(layout: Layout, subject: str) -> int:
    """Return the size of one file of betas: int16 of a volume, float32 of a hemisphere."""
    if layout.is_surface:
        return FSAVERAGE_VERTICES * TRIALS_PER_SESSION * 4
    return math.prod(SUBJECTS[subject_number(subject)].shapes[layout.space]) * TRIALS_PER_SESSION * 2


def _shared(layout: Layout) -> Iterator[Needed]:
    yield _file(layout, layout.design(), "what was shown when", TYPICAL_BYTES["design"])
    yield _file(layout, layout.stim_info(), "pictures and their COCO ids", TYPICAL_BYTES["stim_info"])
    yield _file(layout, layout.stimuli(), "the pictures", PICTURES * math.prod(PICTURE_SHAPE))
    for split in CAPTION_SPLITS:
        size = TYPICAL_BYTES[f"captions_{split}"]
        yield _file(layout, layout.captions(split), f"captions of {split}", size, origin=COCO)


def _recorded(layout: Layout, subject: str, sessions: int | None) -> Iterator[Needed]:
    yield _file(layout, layout.responses(subject), f"trials of {subject}", TYPICAL_BYTES["responses"])
    for number in range(1, count_sessions(layout, subject, sessions) + 1):
        session = f"{subject}, session {number}"
        for path in layout.session_files(subject, number):
            yield _file(layout, path, f"betas of {session}", session_bytes(layout, subject))
        if not layout.is_surface:
            mask = layout.valid(subject, number)
            yield _file(layout, mask, f"valid voxels of {session}", TYPICAL_BYTES["mask"], required=False)


def _regions(layout: Layout, subject: str, atlas: str | None, mask: str) -> Iterator[Needed]:
    if mask == "brain" and not layout.is_surface:
        yield _file(layout, layout.brainmask(subject), f"brain of {subject}", TYPICAL_BYTES["mask"])
    if atlas is None:
        return
    size, volume = TYPICAL_BYTES["atlas"], not layout.is_surface
    of_whom = f" of {subject}" if volume else ""
    ctab = layout.ctab(subject, atlas)
    yield _file(layout, ctab, f"names of {atlas}", TYPICAL_BYTES["ctab"], required=False)
    if volume:
        yield _file(layout, layout.atlas(subject, atlas), f"{atlas}{of_whom}", size)
    for side in HEMISPHERES:
        path, purpose = layout.hemisphere_atlas(subject, side, atlas), f"{side} of {atlas}{of_whom}"
        yield _file(layout, path, purpose, size, required=not volume)


def _noise_ceilings(layout: Layout, subject: str) -> Iterator[Needed]:
    for path in layout.ncsnr(subject):
        yield _file(layout, path, f"noise ceilings of {subject}", TYPICAL_BYTES["ncsnr"])


def _file(
    layout: Layout, path: Path, purpose: str, size: int, origin: str = BUCKET, required: bool = True
) -> Needed:
    actual, least = (path.stat().st_size, least_bytes(path)) if path.is_file() else (None, 0)
    return Needed(path.relative_to(layout.root).as_posix(), purpose, size, actual, origin, required, least)
