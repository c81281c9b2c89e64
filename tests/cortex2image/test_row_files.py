"""Rows in NumPy files are those that were written, or refused."""

import re

import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.row_files import RowFile, checksum_file, require_whole_rows

ROWS = np.arange(12, dtype=np.float32).reshape(4, 3)


@pytest.fixture
def path(tmp_path):
    """Four rows, written in two parts."""
    with RowFile(tmp_path / "rows.npy", 4, 3, "<f2") as file:
        file.append(ROWS[:3])
        file.append(ROWS[3:])
    return tmp_path / "rows.npy"


def flip(path, byte, bit=0):
    content = bytearray(path.read_bytes())
    content[byte] ^= 1 << bit
    path.write_bytes(content)


def test_numpy_reads_what_was_written_in_the_given_format(path):
    rows = np.load(path, mmap_mode="r")
    assert rows.dtype == np.float16
    np.testing.assert_array_equal(rows, ROWS)
    require_whole_rows(path, rows, "")


@pytest.mark.parametrize("bit", range(3 * 16))
def test_any_bit_of_a_row_is_missed_and_other_rows_can_be_used(path, bit):
    start = path.stat().st_size - 2 * 3 * 2  # row 2 of 0 to 3, of 3 numbers of 2 bytes
    flip(path, start + bit // 8, bit % 8)
    rows = np.load(path, mmap_mode="r")
    with pytest.raises(DataError, match=r"1 rows that changed(.|\n)*first 2(.|\n)*make it anew") as error:
        require_whole_rows(path, rows, "make it anew")
    assert error.value.where == str(path)
    require_whole_rows(path, rows, "", np.array([0, 3, 1]))


@pytest.mark.parametrize(
    ("content", "found"), [(None, "No such file"), (b"", "^0$"), (b"abc", "buffer size"), (bytes(20), "^5$")]
)
def test_checksums_that_are_missing_or_of_another_number_are_refused(path, content, found):
    checksum_file(path).unlink()
    if content is not None:
        checksum_file(path).write_bytes(content)
    with pytest.raises(DataError) as error:
        require_whole_rows(path, np.load(path), "make it anew")
    assert error.value.where == str(checksum_file(path))
    assert re.search(found, error.value.found)


def test_a_file_that_fails_gets_no_checksums(tmp_path):
    with pytest.raises(RuntimeError), RowFile(tmp_path / "rows.npy", 4, 3, "<f4") as file:
        file.append(ROWS)
        raise RuntimeError
    assert not checksum_file(tmp_path / "rows.npy").exists()
