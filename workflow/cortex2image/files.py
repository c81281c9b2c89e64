"""Files and folders that are either whole or absent."""

import errno
import functools
import hashlib
import os
import re
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LEFTOVER = re.compile(r"\.([0-9a-f]{8})-([0-9]+)-[0-9a-f]{8}-.+", re.DOTALL)
"""Temporary names: where a process runs, its number, and a word that no other writer has."""
ABANDONED_S = 7 * 24 * 3600
"""Age of a temporary file of another machine that no living process can still be writing."""
_TRIES = 10


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside `path`; rename it into place when the block ends without an error.

    A job that dies, a machine that fails, or two jobs that write the same output (an orphan on a cluster) can
    therefore never leave a mixture or a part. The temporary name keeps the suffixes of `path`, since they set
    the format. Errors of the file system name `path`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _delete_leftovers_once(path.parent.resolve())
    temporary = _temporary(path)
    try:
        with _named(temporary, path):
            yield temporary
            _reach_disk(temporary)
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder that takes the place of `folder` if the block ends without an error.

    Of two writers, the last one counts. Errors of the file system name `folder`.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _delete_leftovers(folder.parent)
    temporary = _temporary(folder)
    try:
        with _named(temporary, folder):
            temporary.mkdir()
            yield temporary
            _take_place(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _temporary(path: Path) -> Path:
    """Return an unused name beside `path`."""
    return path.with_name(f".{_place()}-{os.getpid()}-{secrets.token_hex(4)}-{path.name}")


def _delete_leftovers(folder: Path) -> None:
    """Delete what killed processes left in a folder under temporary names."""
    for path in folder.iterdir():
        match = LEFTOVER.fullmatch(path.name)
        if match and _is_abandoned(path, match[1], int(match[2])):
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


# A step may write thousands of files into one folder.
_delete_leftovers_once = functools.cache(_delete_leftovers)


def _is_abandoned(path: Path, place: str, process: int) -> bool:
    """Return whether nobody writes a temporary file any more; in doubt it is left alone."""
    try:
        if place != _place():
            return time.time() - path.lstat().st_mtime > ABANDONED_S
        os.kill(process, 0)
    except (ProcessLookupError, FileNotFoundError):
        return True
    except OSError:  # a process of another user
        return False
    return _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Return whether a process is dead and keeps its number, as where nobody waits for orphans."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False


@functools.cache
def _place() -> str:
    """Return 8 digits for the machine, or the container, within which numbers of processes are unique."""
    namespace = ""
    with suppress(OSError):
        namespace = os.readlink("/proc/self/ns/pid")
    return hashlib.blake2b(f"{socket.gethostname()} {namespace}".encode(), digest_size=4).hexdigest()


@contextmanager
def _named(temporary: Path, path: Path) -> Iterator[None]:
    """Let errors of the file system name the file that was meant, not the temporary one, or none."""
    try:
        yield
    except OSError as error:
        if error.errno and str(error.filename or temporary).startswith(str(temporary)):
            error.filename, error.filename2 = str(path), None
        raise


def _reach_disk(path: Path) -> None:
    """Wait until a file is on the disk: after a failure of power a name without its content may remain."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _take_place(temporary: Path, folder: Path) -> None:
    """Rename a folder, over one that is there; again if another writer puts one there in between."""
    for attempt in range(_TRIES):
        aside = _temporary(folder)
        with suppress(FileNotFoundError):
            folder.rename(aside)
        try:
            temporary.rename(folder)
            return
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or attempt == _TRIES - 1:
                raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
