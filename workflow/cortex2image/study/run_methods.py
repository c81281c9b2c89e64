"""The methods of a study: those that the config names, and those that follow from other keys."""

import difflib
import re
from collections.abc import Sequence

from cortex2image.errors import ConfigError
from cortex2image.study.drawing_settings import Reconstruct
from cortex2image.study.methods import EXTERNAL_NAME, METHODS, Method, bottleneck, external

BOTTLENECK_NAME = "bottleneck-k[1-9][0-9]*"


def run_methods(reconstruct: Reconstruct) -> tuple[Method, ...]:
    """Return every method that a study runs, each once.

    Parameters
    ----------
    reconstruct : section of the config
        Of it `methods`, `bottleneck` and `external` are read.
    """
    return (
        *(METHODS[name] for name in reconstruct.methods),
        *(bottleneck(rank) for rank in reconstruct.bottleneck),
        *(external(name, files) for name, files in reconstruct.external.items()),
    )


def method_names(reconstruct: Reconstruct) -> tuple[str, ...]:
    """Return the names of :func:`run_methods`."""
    return tuple(method.name for method in run_methods(reconstruct))


def tables_of_methods(methods: Sequence[Method], paths: Sequence[str], option: str) -> dict[str, str]:
    """Return the table of each method by its name.

    Parameters
    ----------
    methods : methods of a study
    paths : one path per method, in the same order
    option : str
        Option of the command line that gave the paths, for error messages.

    Raises
    ------
    ConfigError
        The number of tables is not the number of methods.
    """
    if len(paths) != len(methods):
        expected = f"{len(methods)} tables: of {', '.join(method.name for method in methods)}"
        raise ConfigError(option, expected, f"{len(paths)}", "name one table per method, in order")
    return dict(zip((method.name for method in methods), paths, strict=True))


def find_method(name: str, reconstruct: Reconstruct) -> Method:
    """Return the method of that name: any of the registry, any bottleneck, and the external ones of a study.

    Parameters
    ----------
    name : str
    reconstruct : section of the config
        Of it `external` is read.

    Raises
    ------
    ConfigError
        There is no such method.
    """
    if re.fullmatch(BOTTLENECK_NAME, name):
        return bottleneck(int(name.removeprefix("bottleneck-k")))
    others = (external(label, files) for label, files in reconstruct.external.items())
    known = METHODS | {method.name: method for method in others}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        fix = f"did you mean '{near[0]}'?" if near else "correct the name"
        expected = f"one of {', '.join(known)}, or bottleneck-k with a number"
        raise ConfigError("method", expected, f"'{name}'", fix)
    return known[name]


def method_pattern() -> str:
    """Return the regular expression that names of methods match, for file names."""
    return "|".join([*METHODS, BOTTLENECK_NAME, f"external-{EXTERNAL_NAME}"])
