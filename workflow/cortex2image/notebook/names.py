"""Names that a user types: an unknown one is answered with those that were probably meant."""

import difflib
from collections.abc import Iterable

from cortex2image.errors import ConfigError

SHOWN = 12
"""Names that a message lists where none is near."""


def require_name(name: str, known: Iterable[str], what: str) -> str:
    """Return a name that is known.

    Parameters
    ----------
    name : str
    known : names there are
    what : str
        What is named, such as ``subject``.

    Raises
    ------
    ConfigError
        An unknown name; the message has the names nearest to it.
    """
    names = list(dict.fromkeys(known))
    if name in names:
        return name
    expected, fix = f"one of {_listed(names)}" if names else "none: this study has no such name", "correct it"
    if near := near_names(name, names):
        fix = f"did you mean {' or '.join(map(repr, near))}?"
    raise ConfigError(what, expected, repr(name), fix)


def near_names(name: str, known: Iterable[str]) -> list[str]:
    """Return up to three known names that are spelt like a name, the nearest first; upper case counts not."""
    by_lower = {other.lower(): other for other in known}
    return [by_lower[found] for found in difflib.get_close_matches(name.lower(), by_lower, 3, 0.6)]


def _listed(names: list[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
