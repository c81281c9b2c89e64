"""Whether files of images are whole and share a grid, found out from their heads where that is possible."""

import gzip
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from cortex2image.data.volumes import read_head
from cortex2image.errors import DataError

READ_BYTES = 1 << 24
TRAILER_BYTES = 4


def whole_shape(path: Path) -> tuple[int, ...]:
    """Return the shape of a NIfTI image, after a test that its file was not cut short.

    Raises
    ------
    DataError
        The file is missing, is no NIfTI file, or is shorter than its header says.
    """
    head = read_head(path)
    packed = path.name.endswith(".gz")
    whole = gzip_is_whole(path, head.bytes) if packed else path.stat().st_size >= head.bytes
    if not whole:
        fix = "copy or download the file again; it was cut short or damaged"
        raise DataError(path, f"{head.bytes} bytes{' unpacked' if packed else ''}", "fewer", fix)
    return head.shape


def odd_grids(shapes: Mapping[Path, tuple[int, ...]]) -> list[DataError]:
    """Return an error for each file whose grid is not that of most files; of one if none is that of most."""
    counts = Counter(shapes.values())
    usual = [shape for shape, count in counts.items() if 2 * count > len(shapes)]
    if len(counts) < 2:
        return []
    if not usual:
        first, *others = shapes
        found = "; ".join(f"{shape} in {path.name}" for path, shape in shapes.items())
        fix = "take all files of one subject and one space"
        return [DataError(first, f"one grid, also in {', '.join(p.name for p in others)}", found, fix)]
    expected = f"the grid of the other {counts[usual[0]]} files of this subject and space, {usual[0]}"
    return [
        DataError(path, expected, f"grid {shape}", "take the file of this subject and this space")
        for path, shape in shapes.items()
        if shape != usual[0]
    ]


def gzip_is_whole(path: Path, size: int) -> bool:
    """Return whether a gzip file holds at least `size` bytes.

    A gzip file ends with the size of what it holds, modulo 2^32 (RFC 1952), so that the end of a whole file
    is read and no more. A file that ends otherwise, cut short or packed in several pieces, is read whole.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TRAILER_BYTES))
        if int.from_bytes(file.read(), "little") == size % 2**32:
            return True
    return _unpacked_bytes(path) >= size


def _unpacked_bytes(path: Path) -> int:
    """Return how many bytes a gzip file holds; -1 if it is cut short or damaged."""
    total = 0
    try:
        with gzip.open(path) as file:
            while block := file.read(READ_BYTES):
                total += len(block)
    except (OSError, EOFError, zlib.error):
        return -1
    return total
