"""Exceptions of the project: each says where the fault is, what was expected and found, and what to do."""

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Result = TypeVar("Result")


class Cortex2imageError(ValueError):
    """Base of every error this project raises on bad input.

    Parameters
    ----------
    where : str
        The file, table or setting at fault.
    expected, found : str
        What should have been there, and what was there instead.
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


class LeakError(Cortex2imageError):
    """A fit tried to read rows that it will be tested on."""


class NotFiniteError(DataError):
    """Rows of a batch hold NaN or infinity after they were computed, as float16 can produce.

    Parameters
    ----------
    where : str
        What was computed.
    rows : sequence of int
        Positions in the batch.
    fix : str
        The next thing to do, as an instruction.
    """

    def __init__(self, where: object, rows: Sequence[int], fix: str):
        self.rows = tuple(rows)
        super().__init__(where, "finite numbers", f"NaN or Inf in {len(self.rows)} rows of a batch", fix)


class ContractError(Cortex2imageError):
    """A Parquet table does not keep its contract."""


class ModelSetError(Cortex2imageError):
    """A model set is incomplete, altered, or its parts do not fit together."""


def require_known(setting: str, name: str, known: Iterable[str]) -> None:
    """Raise :class:`ConfigError` unless the value `name` of a setting is among the `known` names."""
    names = list(known)
    if name not in names:
        raise ConfigError(setting, f"one of {', '.join(names)}", f"'{name}'", f"correct {setting}")


def run_step(main: Callable[[], Result]) -> Result:
    """Run a step or a part of planning, and return the result of `main`.

    Bad input ends the process with exit status 1 and the message of the error, without a traceback:
    tracebacks are for errors in this project's code.
    """
    try:
        return main()
    except Cortex2imageError as error:
        sys.exit(f"{type(error).__name__}: {error}")
