"""A file that grows beside the name it will have, and takes that name only when it is what was announced."""

import os
from dataclasses import dataclass
from pathlib import Path

from cortex2image.data.nsd.content_check import content_is
from cortex2image.errors import DataError


@dataclass(frozen=True)
class RemoteObject:
    """An object of a bucket: its size, and the tag that changes with its content."""

    key: str
    size: int
    etag: str


class PartialFile:
    """What has come so far of an object: ``name.part``, and in ``name.part.etag`` of which state of it.

    Construction touches nothing. What an earlier attempt left counts only if it is of the same state.

    Parameters
    ----------
    path : Path
        The name the whole file will have.
    remote : RemoteObject
    """

    def __init__(self, path: Path, remote: RemoteObject) -> None:
        self.path, self.remote = path, remote
        self.data = path.with_name(f"{path.name}.part")
        self._tag = path.with_name(f"{path.name}.part.etag")

    @property
    def bytes(self) -> int:
        """Bytes that are there and need not come again."""
        if not self.data.exists() or not self._tag.exists() or self._tag.read_text() != self.remote.etag:
            return 0
        size = self.data.stat().st_size
        return size if size <= self.remote.size else 0

    def start(self) -> None:
        """Keep what need not come again, and begin the file where there is nothing of it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.bytes == 0:
            self.data.write_bytes(b"")
            self._tag.write_text(self.remote.etag)

    def discard(self) -> None:
        """Remove what is there."""
        self.data.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)

    def finish(self) -> bool:
        """Give the file its name if it is whole.

        Returns
        -------
        bool
            Whether its content was checked; else its size alone, see
            :mod:`cortex2image.data.nsd.content_check`.

        Raises
        ------
        DataError
            It is too short, and kept to go on from; or its content is not the announced one, and removed.
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
