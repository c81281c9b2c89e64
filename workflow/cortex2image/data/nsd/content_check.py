"""Whether a file holds what the ETag of its object says: of one piece, or of parts whose size is inferred.

The ETag of an object that was stored in one piece is the MD5 of its content; of one stored in N parts it is
the MD5 of their MD5s with ``-N`` behind it. It does not say how large the parts are, so those sizes are tried
that uploading programs use and that make N parts. Where none fits, the content stays unchecked and only the
size speaks for it.
"""

import hashlib
import re
from pathlib import Path
from typing import BinaryIO

PLAIN = re.compile(r"[0-9a-f]{32}")
OF_PARTS = re.compile(r"[0-9a-f]{32}-([0-9]+)")
MIB = 1 << 20
PART_BYTES = tuple(size * MIB for size in (5, 8, 10, 15, 16, 20, 25, 32, 50, 64, 100, 128, 256, 512, 1024))
READ_BYTES = MIB


def content_is(path: Path, etag: str) -> bool | None:
    """Return whether a file has this ETag; None where that cannot be told.

    Parameters
    ----------
    path : path of a file, which is read once for each size of parts that is possible
    etag : str
        Without quotation marks.
    """
    if PLAIN.fullmatch(etag):
        with path.open("rb") as file:
            return hashlib.file_digest(file, "md5").hexdigest() == etag
    parts = OF_PARTS.fullmatch(etag)
    if parts is None:
        return None
    size, count = path.stat().st_size, int(parts[1])
    if any(etag_of_parts(path, part) == etag for part in possible_parts(size, count)):
        return True
    return False if count == 1 else None


def possible_parts(size: int, count: int) -> list[int]:
    """Return the sizes in bytes that the parts may have; of a single part, that of the whole."""
    if count == 1:
        return [max(size, 1)]
    return [part for part in PART_BYTES if -(-size // part) == count]


def etag_of_parts(path: Path, part: int) -> str:
    """Return the ETag of a file that is stored in parts of `part` bytes each."""
    digests = []
    with path.open("rb") as file:
        while (digest := _md5_of_next(file, part)) is not None:
            digests.append(digest)
    return f"{hashlib.md5(b''.join(digests)).hexdigest()}-{len(digests)}"


def _md5_of_next(file: BinaryIO, part: int) -> bytes | None:
    """Return the MD5 of the next part; None at the end of the file."""
    digest, left = hashlib.md5(), part
    while left and (piece := file.read(min(READ_BYTES, left))):
        digest.update(piece)
        left -= len(piece)
    return None if left == part else digest.digest()
