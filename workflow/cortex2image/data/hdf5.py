"""HDF5 files that others wrote: any fault of a file becomes a DataError that names the file.

A dataset may say that its values lie in another file, anywhere on this machine, and it may claim any size.
Only values that lie in the file itself are read, and no more than it can hold.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from cortex2image.errors import DataError

# Errors of h5py on files that are cut short or damaged, or that hold something else.
UNREADABLE = (
    OSError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
    AssertionError,
)
LARGEST_RATIO = 1032
"""How far gzip, the filter that packs most, packs at most."""
SMALL_BYTES = 2**26  # that any file may claim, so that a small table need not be filled


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
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise OSError("no regular file")
        with h5py.File(path, "r") as file:
            yield file
    except DataError:
        raise
    except UNREADABLE as error:
        raise DataError(path, expected, " ".join(str(error).split()) or repr(error), fix) from None


def dataset_of(path: str | Path, file: Any, key: str, fix: str) -> Any:
    """Return a dataset of an open file.

    Parameters
    ----------
    path : path of the file
    file : h5py.File or h5py.Group
    key : str
        Name of the dataset, without slashes.
    fix : str
        What to do if it cannot be read.

    Raises
    ------
    DataError
        The file has nothing of this name, or a group; or the values lie in another file.
    """
    dataset = member_of(path, file, key, fix)
    if dataset is None or not hasattr(dataset, "shape"):
        found = ", ".join(file) or "nothing" if dataset is None else f"a group {key}"
        raise DataError(path, f"a dataset {key}", found, fix)
    if dataset.is_virtual or dataset.external:
        _refuse_elsewhere(path, key, fix)
    return dataset


def held_dataset(path: str | Path, file: Any, key: str, fix: str) -> Any:
    """Return a dataset as :func:`dataset_of` does, which the file can hold as a whole.

    Raises
    ------
    DataError
        As :func:`dataset_of`, or the dataset claims more values than the file has room for.
    """
    dataset = dataset_of(path, file, key, fix)
    held = Path(path).stat().st_size * LARGEST_RATIO + SMALL_BYTES
    if dataset.nbytes > held:
        found = f"{dataset.nbytes} bytes of {key}, shape {dataset.shape}"
        raise DataError(path, f"at most {held} bytes of {key}, which such a file can hold", found, fix)
    return dataset


def member_of(path: str | Path, group: Any, key: str, fix: str) -> Any:
    """Return what a group of an open file holds under a name; None if there is nothing.

    Raises
    ------
    DataError
        It is a link into another file.
    """
    import h5py

    if isinstance(group.get(key, getlink=True), h5py.ExternalLink):
        _refuse_elsewhere(path, key, fix)
    member = group.get(key)
    if member is not None and member.file.id != group.file.id:
        _refuse_elsewhere(path, key, fix)
    return member


def _refuse_elsewhere(path: str | Path, key: str, fix: str) -> NoReturn:
    raise DataError(path, f"the values of {key} in the file itself", "a link to another file", fix)
