"""HDF5 files that others wrote: any fault of a file becomes a DataError that names the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cortex2image.errors import DataError

# Errors of h5py on files that are cut short or damaged, or that hold something else.
UNREADABLE = (OSError, KeyError, ValueError, TypeError, AttributeError, RuntimeError)


@contextmanager
def opened(path: str | Path, expected: str, fix: str) -> Iterator[Any]:
    """Open an HDF5 file for reading; errors of h5py in the whole ``with`` block become DataErrors.

    Parameters
    ----------
    path : path
    expected, fix : str
        Parts of the error: what the file should have been, and what to do.

    Raises
    ------
    DataError
        The file is missing or damaged, or does not hold what is read.
    """
    import h5py  # imported late: not every data set of a reader that can read HDF5 has such files

    try:
        with h5py.File(path, "r") as file:
            yield file
    except DataError:
        raise
    except UNREADABLE as error:
        raise DataError(path, expected, " ".join(str(error).split()) or repr(error), fix) from None


def dataset_of(path: str | Path, file: Any, key: str, fix: str) -> Any:
    """Return a dataset at the top level of an open file.

    Raises
    ------
    DataError
        The file has nothing of this name, or a group.
    """
    found = f"a group {key}" if key in file else ", ".join(file) or "nothing"
    if key not in file or not hasattr(file[key], "shape"):
        raise DataError(path, f"a dataset {key}", found, fix)
    return file[key]
