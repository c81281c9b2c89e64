"""HDF5 files of others, opened so that whatever is wrong with one is told as such."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cortex2image.errors import DataError

# What h5py raises on files that are cut short, damaged, or of another content than is looked for.
UNREADABLE = (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError)


@contextmanager
def opened(path: str | Path, expected: str, fix: str) -> Iterator[Any]:
    """Open a file for reading; what is done with it in the ``with`` block counts as reading it.

    Parameters
    ----------
    path : path
    expected, fix : str
        What the file should have been, and what to do; for the error.

    Raises
    ------
    DataError
        It is missing, damaged, or not what is read from it.
    """
    import h5py  # here, since every step that opens a data set imports its reader

    try:
        with h5py.File(path, "r") as file:
            yield file
    except DataError:
        raise
    except UNREADABLE as error:
        raise DataError(path, expected, " ".join(str(error).split()) or repr(error), fix) from None


def dataset_of(path: str | Path, file: Any, key: str, fix: str) -> Any:
    """Return a dataset at the top of an open file.

    Raises
    ------
    DataError
        There is none of this name, or a group.
    """
    found = f"a group {key}" if key in file else ", ".join(file) or "nothing"
    if key not in file or not hasattr(file[key], "shape"):
        raise DataError(path, f"a dataset {key}", found, fix)
    return file[key]
