"""What the head of a NIfTI file claims, tested before anything is read or memory is asked for.

The head says how large image and extensions are, and libraries believe it. A file of a kilobyte may claim a
terabyte, and a gzip file of ten megabytes may really hold ten gigabytes of zeros. NIfTI-1 and NIfTI-2, head
and extensions: https://nifti.nimh.nih.gov.
"""

import gzip
import math
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

LARGEST_VOLUME = 2**27
"""Most voxels of one volume: 512 x 512 x 512, a whole head at 0.4 mm."""
LARGEST_EXTENSIONS = 2**26
"""Most bytes of all extensions; XML of parcellations has a few."""
DEFLATE_RATIO = 1032
"""How far gzip packs at most (zlib's technical details: 1032 to 1)."""
# Size of the head: (position and format of the offset of the image, end of the head).
_HEADS = {348: (108, "f", 352), 540: (168, "q", 544)}
_RATIOS = {".gz": DEFLATE_RATIO, ".mgz": DEFLATE_RATIO, ".bz2": None, ".zst": None}  # None: not known
_EXTENSION_HEAD, _SMALLEST_EXTENSION = 8, 16


def require_bounded_extensions(path: str | Path) -> None:
    """Test the sizes of the extensions of a NIfTI file; other files pass.

    Raises
    ------
    OSError, EOFError, zlib.error
        The file cannot be read.
    ValueError
        An extension claims less than nothing, or more room than there is before the image.
    """
    packed = Path(path).suffix.lower() == ".gz"
    with cast(BinaryIO, gzip.open(path)) if packed else open(path, "rb") as file:
        start = file.read(max(_HEADS) + 4)
        sizes = {order: struct.unpack(f"{order}i", start[:4].ljust(4, b"\0"))[0] for order in "<>"}
        for order, size in sizes.items():
            if size in _HEADS and start[size : size + 1] > b"\0":
                _walk_extensions(file, start, order, *_HEADS[size])


def _walk_extensions(file: BinaryIO, start: bytes, order: str, place: int, kind: str, end: int) -> None:
    if len(start) < end:
        raise ValueError("a head that is cut short")
    offset = struct.unpack_from(f"{order}{kind}", start, place)[0]
    if not 0 <= offset - end <= LARGEST_EXTENSIONS:
        raise ValueError(f"an image that begins at byte {offset:g}")
    file.seek(end)
    left = int(offset) - end
    while left >= _SMALLEST_EXTENSION:
        head = file.read(_EXTENSION_HEAD)
        claimed = struct.unpack(f"{order}ii", head)[0] if len(head) == _EXTENSION_HEAD else 0
        if not _EXTENSION_HEAD <= claimed <= left:
            raise ValueError(f"an extension of {claimed} bytes in {left} bytes before the image")
        file.seek(claimed - _EXTENSION_HEAD, 1)
        left -= claimed


def require_plausible(path: str | Path, shape: Sequence[int], claimed: int) -> None:
    """Test that a file can hold the image that its head claims.

    Parameters
    ----------
    path : path of the file that holds the values
    shape : sequence of int
        Of the image.
    claimed : int
        Bytes of the file, unpacked, if the head is right.

    Raises
    ------
    OSError
        The file is missing.
    ValueError
        An axis has no length, a volume is larger than any of a brain, or the file is too small.
    """
    lengths = tuple(map(int, shape))
    if not lengths or min(lengths) < 1 or math.prod(lengths[:3]) > LARGEST_VOLUME:
        raise ValueError(f"a shape of {lengths}; at most {LARGEST_VOLUME} voxels are a volume of a brain")
    size, ratio = Path(path).stat().st_size, _RATIOS.get(Path(path).suffix.lower(), 1)
    if ratio is not None and claimed > size * ratio:
        raise ValueError(f"{size} bytes, too few for the {claimed} bytes that its head claims")
