"""Rows of numbers in NumPy files, which have no checksums of their own: one is kept for each row beside them.

``name.npy`` holds (rows, width) numbers in C order, ``name.crc32`` the CRC-32 of each row as 4 bytes, least
significant first.
"""

import zlib
from pathlib import Path
from types import TracebackType

import numpy as np

from cortex2image.errors import DataError

CHECKSUM = np.dtype("<u4")


class RowFile:
    """A NumPy file in the making; rows are appended, and their checksums written at its end.

    Parameters
    ----------
    path : path that ends in ``.npy``
    rows, width : int
        Shape of the finished array.
    dtype : str or dtype
        Number format on disk.
    """

    def __init__(self, path: Path, rows: int, width: int, dtype: str | np.dtype):
        self._path, self._dtype = path, np.dtype(dtype)
        self._checksums: list[int] = []
        self._file = path.open("wb")
        header = {"descr": self._dtype.str, "fortran_order": False, "shape": (rows, width)}
        np.lib.format.write_array_header_1_0(self._file, header)

    def append(self, rows: np.ndarray) -> None:
        """Append rows, (b, width), in the number format of the file."""
        stored = np.ascontiguousarray(rows, self._dtype)
        self._checksums += map(zlib.crc32, stored)
        self._file.write(stored.data)

    def __enter__(self) -> "RowFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None:
            checksum_file(self._path).write_bytes(np.array(self._checksums, CHECKSUM).tobytes())


def checksum_file(path: Path) -> Path:
    """Return the file of the checksums of ``name.npy``."""
    return path.with_suffix(".crc32")


def require_whole_rows(path: Path, rows: np.ndarray, fix: str, which: np.ndarray | None = None) -> None:
    """Read rows of a file and compare them with their checksums.

    Parameters
    ----------
    path : path of the NumPy file
    rows : (n, width) array, mapped from the file
    fix : str
        What to do about a damaged file.
    which : (m,) int array, optional
        The rows to be read; by default all.

    Raises
    ------
    DataError
        The checksums are missing or of another number, or rows are not those that were written.
    """
    beside = checksum_file(path)
    try:
        known = np.frombuffer(beside.read_bytes(), CHECKSUM)
    except (OSError, ValueError) as error:
        raise DataError(beside, f"the checksums of {path.name}", str(error), fix) from None
    if len(known) != len(rows):
        raise DataError(beside, f"checksums of {len(rows)} rows", f"{len(known)}", fix)
    wanted = range(len(rows)) if which is None else which
    damaged = [int(row) for row in wanted if zlib.crc32(rows[row]) != known[row]]
    if damaged:
        found = f"{len(damaged)} rows that changed after they were written, first {damaged[0]}"
        raise DataError(path, f"rows with the checksums of {beside.name}", found, fix)
