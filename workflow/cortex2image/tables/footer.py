"""The footer of a Parquet file, and the digest in front of it.

Parquet has checksums for pages of values, but none for the footer: names of columns, facts in the metadata,
and where the pages are. The files of this project therefore carry a seal between the last page and the
footer, 8 letters and the SHA-256 of all that follows it. Readers find pages by their offsets, and pass it by.
"""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from cortex2image.errors import ContractError

MAGIC = b"PAR1"
TAIL_BYTES = 4 + len(MAGIC)  # the length of the footer, and the magic letters
SEAL = b"C2I-SEAL"
SEAL_BYTES = len(SEAL) + hashlib.sha256().digest_size
ANEW = "delete the file and run the workflow again, which makes it anew"


def seal(path: str | Path) -> None:
    """Put the seal in front of the footer of a file that has none."""
    with open(path, "r+b") as file:
        end = _end(file)
        file.seek(-len(end), os.SEEK_END)
        file.write(_sealed(end))


def replace_footer(path: str | Path, footer: bytes) -> None:
    """Give a sealed file another footer: its metadata, their length and the magic letters."""
    with open(path, "r+b") as file:
        file.seek(-len(_end(file)) - SEAL_BYTES, os.SEEK_END)
        file.truncate()
        file.write(_sealed(footer))


def require_whole_footer(path: str | Path) -> None:
    """Read the footer of a table, and none of its values.

    Raises
    ------
    ContractError
        The file has no seal, or its footer is not the one that was sealed.
    FileNotFoundError
    """
    with open(path, "rb") as file:
        end = _end(file)
        file.seek(max(0, file.seek(0, os.SEEK_END) - len(end) - SEAL_BYTES))
        found = file.read(SEAL_BYTES)
    if found == _sealed(end)[:SEAL_BYTES]:
        return
    damaged = end.endswith(MAGIC) and found.startswith(SEAL)
    fault = "bytes that changed after they were written" if damaged else "no contract with a checksum"
    more = "; the disk or a copy damaged the file" if damaged else ": the file is cut short, or of other make"
    raise ContractError(path, "the end of a Parquet table of this workflow", fault + more, ANEW)


def _end(file: BinaryIO) -> bytes:
    """Return the footer with its length and the magic letters; what there is of a short file."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL_BYTES))
    length = int.from_bytes(file.read(4), "little")
    file.seek(max(0, size - TAIL_BYTES - length))
    return file.read()


def _sealed(end: bytes) -> bytes:
    return SEAL + hashlib.sha256(end).digest() + end
