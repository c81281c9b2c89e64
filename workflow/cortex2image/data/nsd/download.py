"""Downloads that can be interrupted: partial files, the check of their content, and their progress.

The ETag of an object of S3 that was stored in one piece is the MD5 of its content. The ETag of an object that
was stored in N parts is the MD5 of the MD5s of the parts, followed by ``-N``. It does not say how large the
parts are. So the part sizes of common upload programs that give N parts are tried; where none fits, only the
size of the file is checked.
"""

import hashlib
import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cortex2image.data.nsd.manifest_report import readable
from cortex2image.errors import DataError
from cortex2image.progress import say

PLAIN = re.compile(r"[0-9a-f]{32}")
OF_PARTS = re.compile(r"[0-9a-f]{32}-([0-9]+)")
MIB = 1 << 20
PART_BYTES = tuple(size * MIB for size in (5, 8, 10, 15, 16, 20, 25, 32, 50, 64, 100, 128, 256, 512, 1024))
READ_BYTES = MIB


@dataclass(frozen=True)
class RemoteObject:
    """An object of a bucket: its size in bytes, and its ETag, which changes with its content."""

    key: str
    size: int
    etag: str


class PartialFile:
    """The first bytes of an object in ``name.part``, and the object's ETag in ``name.part.etag``.

    Bytes that an earlier attempt left count only if they came with the same ETag. The constructor touches no
    file.

    Parameters
    ----------
    path : Path
        Path of the whole file, once it is complete.
    remote : RemoteObject
    """

    def __init__(self, path: Path, remote: RemoteObject) -> None:
        self.path, self.remote = path, remote
        self.data = path.with_name(f"{path.name}.part")
        self._tag = path.with_name(f"{path.name}.part.etag")

    @property
    def bytes(self) -> int:
        """Number of bytes that are there and need not be fetched again."""
        if not self.data.exists() or not self._tag.exists() or self._tag.read_text() != self.remote.etag:
            return 0
        size = self.data.stat().st_size
        return size if size <= self.remote.size else 0

    def start(self) -> None:
        """Begin the partial file, unless an earlier one can be continued."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.bytes == 0:
            self.data.write_bytes(b"")
            self._tag.write_text(self.remote.etag)

    def discard(self) -> None:
        """Remove the partial file."""
        self.data.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)

    def finish(self) -> bool:
        """Move the partial file to its path, if it is whole.

        Returns
        -------
        bool
            Whether the content was checked; otherwise only the size was, see :func:`content_is`.

        Raises
        ------
        DataError
            The file is too short, and stays to be continued; or it has other content, and is removed.
        """
        came = self.data.stat().st_size
        if came != self.remote.size:
            expected = f"{self.remote.size} bytes of {self.remote.key}"
            raise DataError(self.path, expected, f"{came} bytes came", "run again: it goes on from there")
        checked = content_is(self.data, self.remote.etag)
        if checked is False:
            self.discard()
            expected = f"content of MD5 {self.remote.etag}, as the bucket says of {self.remote.key}"
            raise DataError(self.path, expected, "other content", "run again: it starts anew")
        os.replace(self.data, self.path)
        self._tag.unlink()
        return bool(checked)


def content_is(path: Path, etag: str) -> bool | None:
    """Return whether a file has this ETag; None if that cannot be decided.

    Parameters
    ----------
    path : path of a file, which is read once for each possible size of parts
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
    """Return the possible sizes in bytes of `count` parts of a file; a single part has the file's `size`."""
    if count == 1:
        return [max(size, 1)]
    return [part for part in PART_BYTES if -(-size // part) == count]


def etag_of_parts(path: Path, part: int) -> str:
    """Return the ETag that a file has in S3 if it is stored in parts of `part` bytes."""
    digests = []
    with path.open("rb") as file:
        while (digest := _md5_of_next(file, part)) is not None:
            digests.append(digest)
    return f"{hashlib.md5(b''.join(digests)).hexdigest()}-{len(digests)}"


def _md5_of_next(file: BinaryIO, part: int) -> bytes | None:
    """Return the MD5 of the next `part` bytes; None at the end of the file."""
    digest, left = hashlib.md5(), part
    while left and (piece := file.read(min(READ_BYTES, left))):
        digest.update(piece)
        left -= len(piece)
    return None if left == part else digest.digest()


class StoppedError(Exception):
    """The download was stopped by the user or the machine."""


class ByteProgress:
    """Number of bytes that all threads have fetched, with a line on standard error from time to time.

    Parameters
    ----------
    total : int
        Number of bytes to fetch.
    every_s : float
        Seconds between two lines.
    """

    def __init__(self, total: int, every_s: float = 10.0) -> None:
        self.total, self.every_s, self.done = total, every_s, 0
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._start = self._last = time.monotonic()

    def advance(self, size: int) -> None:
        """Count `size` bytes that arrived; any thread may call this.

        Raises
        ------
        StoppedError
            The download was stopped; the bytes that arrived are kept.
        """
        if self._stopped.is_set():
            raise StoppedError
        with self._lock:
            self.done += size
            if time.monotonic() - self._last >= self.every_s:
                self._last = time.monotonic()
                say(self.line())

    def line(self) -> str:
        """Return how many bytes have arrived, and how fast."""
        seconds = max(time.monotonic() - self._start, 1e-3)
        return f"{readable(self.done)} of {readable(self.total)}, {readable(self.done / seconds)}/s"

    def stop(self) -> None:
        """Make every thread stop at its next chunk."""
        self._stopped.set()
