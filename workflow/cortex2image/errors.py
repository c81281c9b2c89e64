"""The few exceptions of the project: each says what was expected, what was found, where, and what to do."""

import sys
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class Cortex2imageError(ValueError):
    """Base of every error this project raises on bad input.

    Parameters
    ----------
    where : str
        The file, table or setting at fault.
    expected, found : str
        What should have been there, and what was.
    fix : str
        The next thing to do, as an instruction.
    """

    def __init__(self, where: object, expected: str, found: str, fix: str):
        self.where, self.expected, self.found, self.fix = str(where), expected, found, fix
        super().__init__(f"{where}\n  expected: {expected}\n  found:    {found}\n  to do:    {fix}")


class ConfigError(Cortex2imageError):
    """A setting contradicts another setting or the data."""


class DataError(Cortex2imageError):
    """A data set, recording or image cannot be used as it is."""


class ContractError(Cortex2imageError):
    """A Parquet table does not keep its contract."""


class ModelSetError(Cortex2imageError):
    """A model set is incomplete, altered, or its parts do not fit together."""


def run_step(main: Callable[[], Result]) -> Result:
    """Run a step from the command line, or a part of planning; bad input ends it with its message alone.

    The exit status is then 1; else what `main` returns is returned.

    A traceback is for the errors of this project's code, not for those of its input.
    """
    try:
        return main()
    except Cortex2imageError as error:
        sys.exit(f"{type(error).__name__}: {error}")
