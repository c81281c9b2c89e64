"""Disk for what lies there only for a while."""

import shutil
from pathlib import Path

from cortex2image.errors import DataError


def check_scratch(folder: str | Path, need_bytes: int) -> None:
    """Check that the disk of a folder has room.

    Parameters
    ----------
    folder : path
        Where files will be written; it need not be there yet.
    need_bytes : int

    Raises
    ------
    DataError
        Fewer bytes are free.
    """
    there = Path(folder).absolute()
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free
    if free < need_bytes:
        expected, found = (f"{size / 1e9:.3g} GB" for size in (need_bytes, free))
        fix = "free disk, lower features/scratch_gb or raise features/shards, or work on a larger disk"
        raise DataError(folder, f"{expected} of free disk", f"{found} free", fix)
