"""Errors say where, what was expected, what was found and what to do."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cortex2image import errors


def bad_input():
    raise errors.DataError("file.tsv", "two rows", "one row", "add a row")


def test_a_step_ends_with_the_message_alone(capsys):
    with pytest.raises(SystemExit) as end:
        errors.or_end(bad_input)
    assert str(end.value).splitlines()[0] == "DataError: file.tsv"
    assert "Traceback" not in str(end.value)


def test_errors_of_the_code_keep_their_traceback():
    with pytest.raises(ZeroDivisionError):
        errors.or_end(lambda: print(1 / 0))


@pytest.mark.parametrize(
    ("number", "fix"),
    [
        (errno.ENOSPC, "free space on this disk"),
        (errno.EROFS, "mount the disk for writing"),
        (errno.EACCES, "give yourself the right"),
    ],
)
def test_a_disk_that_takes_no_file_is_no_error_of_the_code(number, fix):
    def refused():
        raise OSError(number, os.strerror(number), "betas.parquet")

    with pytest.raises(SystemExit) as end:
        errors.or_end(refused)
    message = str(end.value).splitlines()
    assert message[0] == "DataError: betas.parquet"
    assert os.strerror(number) in message[2]
    assert fix in message[3]


def test_other_errors_of_the_system_keep_their_traceback():
    def unfit():
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), "betas.parquet")

    with pytest.raises(OSError, match="Invalid argument"):
        errors.or_end(unfit)


def test_what_happens_as_python_ends_spoils_no_finished_step():
    imports = "import atexit, os; from cortex2image.errors import run_step"
    code = f"{imports}; atexit.register(os._exit, 77); run_step(lambda: print('done'))"
    places = {**os.environ, "PYTHONPATH": str(Path(errors.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=places)
    assert (done.returncode, done.stdout) == (0, "done\n")


KINDS = [errors.ConfigError, errors.DataError, errors.ContractError, errors.ModelSetError]


@pytest.mark.parametrize("kind", KINDS)
def test_the_four_parts_are_in_the_message(kind):
    with pytest.raises(ValueError, match="file") as error:
        raise kind("file.tsv", "two rows", "one row", "add a row")
    assert str(error.value).splitlines() == [
        "file.tsv",
        "  expected: two rows",
        "  found:    one row",
        "  to do:    add a row",
    ]


def test_text_of_a_file_does_not_steer_the_terminal():
    message = str(errors.DataError("\x1b]0;title\x07.tsv", "é, 見, -\n    a list", "a\rb\u202e", "\ud800"))
    assert message.splitlines() == [
        r"\x1b]0;title\x07.tsv",
        "  expected: é, 見, -",
        "    a list",
        r"  found:    a\rb\u202e",
        r"  to do:    \ud800",
    ]


def test_a_cell_of_millions_of_characters_is_shown_in_part():
    message = str(errors.DataError("a.tsv", "a cell", "x" * 10**6, "shorten it"))
    assert len(message) < 1.1 * errors.LONGEST
    assert "x ... (1000000 characters)" in message
