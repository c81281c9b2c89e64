"""Exceptions of the project: each says where the fault is, what was expected and found, and what to do."""

import errno
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn, TypeVar

from cortex2image.arrow import leave_pandas_out

Result = TypeVar("Result")
LONGEST = 10_000
"""Most characters of a part of a message; a cell of a damaged table can have millions."""


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
        shown = map(_printable, (self.where, expected, found, fix))
        super().__init__("{}\n  expected: {}\n  found:    {}\n  to do:    {}".format(*shown))


def _printable(text: str) -> str:
    """Return text of files as a terminal may show it: what would steer the terminal is written out."""
    short = text if len(text) <= LONGEST else f"{text[:LONGEST]} ... ({len(text)} characters)"
    if short.isprintable():
        return short
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in short)


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


# What keeps a whole file from being written, or from being read, without a fault in any file or in the code.
_OF_THE_SYSTEM = {
    errno.ENOSPC: "free space on this disk, or move `results`, and run again; finished files are kept",
    errno.EDQUOT: "free space within your quota, or have it raised, and run again; finished files are kept",
    errno.EFBIG: "raise the limit on the size of files (`ulimit -f`), and run again",
    errno.EROFS: "mount the disk for writing, or work in a folder that can be written",
    errno.EACCES: "give yourself the right to read and write this path, or work in a folder of your own",
    errno.EPERM: "give yourself the right to read and write this path, or work in a folder of your own",
    errno.EIO: "have the disk or its connection checked, and run again; finished files are kept",
    errno.ESTALE: "have the connection to the file server checked, and run again; finished files are kept",
}


def run_step(main: Callable[[], object]) -> NoReturn:
    """Run the command of a step as a process of its own, which ends here, and not as Python ends.

    At the end of a Python process, threads of pyarrow may still drop the last arrays that numpy lent them.
    They then need an interpreter that is no more, and abort a process whose results are written (apache/arrow
    issue 34314).
    """
    leave_pandas_out()
    or_end(main)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def or_end(main: Callable[[], Result]) -> Result:
    """Return the result of `main`, a step or a part of planning, or end the process with its message.

    Bad input ends the process with exit status 1 and the message of the error, without a traceback:
    tracebacks are for errors in this project's code. The same holds where the disk is full or read-only.
    """
    try:
        return main()
    except Cortex2imageError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    except OSError as error:
        if error.errno not in _OF_THE_SYSTEM:
            raise
        found, fix = error.strerror or str(error), _OF_THE_SYSTEM[error.errno]
        refused = DataError(error.filename or "a file", "a file system that takes and gives it", found, fix)
        sys.exit(f"{type(refused).__name__}: {refused}")
