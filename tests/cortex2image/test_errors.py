"""Errors say where, what was expected, what was found and what to do."""

import pytest

from cortex2image import errors

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
