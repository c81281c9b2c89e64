"""The manifest of NSD: each file that a study needs, with its origin and size, and whether it is there.

Some files show themselves that they were cut short: an HDF5 file holds the address of its end in its
superblock (HDF5 File Format Specification, II.A), an MGH file the number of its values in its header. A
compressed NIfTI file holds neither, and only reading it shows that it was cut short.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cortex2image.data.nsd.facts import (
    CAPTION_SPLITS,
    FSAVERAGE_VERTICES,
    HEMISPHERES,
    PICTURE_SHAPE,
    PICTURES,
    SUBJECTS,
    TRIALS_PER_SESSION,
)
from cortex2image.data.nsd.layout import DEFAULT_BETAS, DEFAULT_SPACE, Layout, subject_number
from cortex2image.data.nsd.trials import count_sessions
from cortex2image.data.paths import root_folder
from cortex2image.study.settings import Study

BUCKET = "natural-scenes-dataset"
COCO = "annotations_trainval2017.zip of cocodataset.org"
TERMS = (
    "NSD is given to those who accept its Data Access Agreement: read it and fill in its form, "
    "at naturalscenesdataset.org under Data."
)
# Approximate sizes of small files, most of them compressed; the betas of one session are much larger.
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
SIGNATURE = b"\x89HDF\r\n\x1a\n"
# Bytes at which the superblock may begin; in files of MATLAB it begins after 512 bytes.
STARTS = (0, 512, 1024, 2048)
SUPERBLOCK_BYTES = 48
# Position of the end-of-file address (8 bytes) in superblocks of versions 0 to 3.
END_AT = {0: 40, 1: 44, 2: 28, 3: 28}
MGH_HEADER_BYTES = 284
# Bytes per value of the MGH types unsigned char, int, float, short.
MGH_VALUE_BYTES = {0: 1, 1: 4, 3: 4, 4: 2}
HDF5_SUFFIXES = (".hdf5", ".mat")


@dataclass(frozen=True)
class Needed:
    """One file that a study reads.

    Attributes
    ----------
    key : str
        Path below the root, which is also the key in the bucket.
    purpose : str
        What the file holds.
    expected_bytes : int
        Size that follows from the shape of its content, or an approximate size; for sums, not for checks.
    actual_bytes : int or None
        Size on disk, None if the file is missing.
    origin : str
        The bucket, or where else the file comes from.
    required : bool
        False if the study runs without it: with unchecked regions, or with less exact hemispheres or masks.
    least_bytes : int
        Smallest size of the whole file according to its own first bytes, see :func:`least_bytes`.
    fault : str
        What is wrong with a file that is there, in words; empty if nothing is known to be wrong.
    """

    key: str
    purpose: str
    expected_bytes: int
    actual_bytes: int | None
    origin: str = BUCKET
    required: bool = True
    least_bytes: int = 0
    fault: str = ""

    @property
    def whole(self) -> bool:
        """Whether the file is there and not too short."""
        return self.actual_bytes is not None and self.actual_bytes >= self.least_bytes

    @property
    def bytes(self) -> int:
        """Size on disk, or the expected size of a file that is missing or too short."""
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

    If they exist, ``responses.tsv`` is read, and the first bytes of files that hold their own size.

    Parameters
    ----------
    layout : Layout
    subjects : sequence of str
    sessions : int, optional
        Number of sessions to take from the first on; by default all that a subject took part in.
    atlas : str, optional
        Name of the atlas, e.g. ``streams``.
    mask : str
        ``brain`` or ``atlas``; the brain mask is read with ``brain`` only.
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


def study_manifest(study: Study) -> list[Needed]:
    """Return every file that a study reads, as :func:`needed` does."""
    dataset = study.dataset
    layout = Layout(root_folder(dataset), dataset.space or DEFAULT_SPACE, dataset.betas or DEFAULT_BETAS)
    released = study.standardise.ncsnr_from == "released"
    return needed(layout, study.subjects, dataset.sessions, dataset.rois.atlas, dataset.mask, released)


def _unique(files: Iterable[Needed]) -> list[Needed]:
    """Return each file once, in order: subjects share the pictures, and the labels of a surface."""
    by_key: dict[str, Needed] = {}
    for file in files:
        by_key.setdefault(file.key, file)
    return list(by_key.values())


def session_bytes(layout: Layout, subject: str) -> int:
    """Return the size of one file of betas: int16 for a volume, float32 for a hemisphere."""
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


def least_bytes(path: Path) -> int:
    """Return the size in bytes that a whole file has at least; 0 if the file does not say.

    Parameters
    ----------
    path : path of a file that exists, of which the first bytes are read
    """
    if path.suffix not in (*HDF5_SUFFIXES, ".mgh"):
        return 0
    try:
        with path.open("rb") as file:
            head = file.read(STARTS[-1] + SUPERBLOCK_BYTES)
    except OSError:
        return 0  # the step that reads the file says what is wrong
    if path.suffix == ".mgh":
        return _mgh_bytes(head)
    # A .mat file without a superblock has an older format than HDF5, as that of the design does.
    return _hdf5_bytes(head) or (SUPERBLOCK_BYTES if path.suffix == ".hdf5" else 0)


def _hdf5_bytes(head: bytes) -> int:
    """Return the end-of-file address of an HDF5 file; 0 without a superblock."""
    for start in STARTS:
        block = head[start : start + SUPERBLOCK_BYTES].ljust(SUPERBLOCK_BYTES, b"\x00")
        end = END_AT.get(block[len(SIGNATURE)])
        if block.startswith(SIGNATURE) and end is not None:
            return int.from_bytes(block[end : end + 8], "little")
    return 0


def _mgh_bytes(head: bytes) -> int:
    """Return the size of header and values of an MGH file.

    The header begins with version, width, height, depth, frames and type.
    """
    if len(head) < MGH_HEADER_BYTES:
        return MGH_HEADER_BYTES
    shape: list[int]
    _, *shape, kind = np.frombuffer(head, ">i4", 6).tolist()
    return MGH_HEADER_BYTES + math.prod(shape) * MGH_VALUE_BYTES.get(kind, 0)
