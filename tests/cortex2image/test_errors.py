"""Errors say where, what was expected, what was found and what to do."""

import pytest

from cortex2image import errors


def bad_input():
    raise errors.DataError("file.tsv", "two rows", "one row", "add a row")


def test_a_step_ends_with_the_message_alone(capsys):
    with pytest.raises(SystemExit) as end:
        errors.run_step(bad_input)
    assert str(end.value).splitlines()[0] == "DataError: file.tsv"
    assert "Traceback" not in str(end.value)


def test_errors_of_the_code_keep_their_traceback():
    with pytest.raises(ZeroDivisionError):
        errors.run_step(lambda: print(1 / 0))


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
