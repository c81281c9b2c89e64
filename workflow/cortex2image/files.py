"""Files and folders that are either whole or absent."""

import glob
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; rename it into place when the block ends without an error.

    A job that dies, or two jobs that write the same output (an orphan on a cluster), can therefore never
    leave a mixture. The temporary name keeps the suffixes of `path`, since they set the format.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}-{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder that takes the place of `folder` if the block ends without an error.

    What a killed process left under such a temporary name is deleted first.
    """
    temporary = folder.with_name(f".{os.getpid()}-{folder.name}")
    for left in folder.parent.glob(f".[0-9]*-{glob.escape(folder.name)}"):
        if left.name.partition("-")[2] == folder.name:
            shutil.rmtree(left, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
