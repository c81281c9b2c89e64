"""Room on a disk, asked for before work begins that fills it."""

import shutil
from pathlib import Path

from cortex2image.errors import DataError

FIX = "free disk, lower features/scratch_gb or raise features/shards, or work on a larger disk"


def check_scratch(folder: str | Path, need_bytes: int, fix: str = FIX) -> None:
    """Check that the disk of a folder has room.

    Parameters
    ----------
    folder : path
        Where files will be written; it need not be there yet.
    need_bytes : int
    fix : str
        What to do if the room is too small.

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
        raise DataError(folder, f"{expected} of free disk", f"{found} free", fix)
