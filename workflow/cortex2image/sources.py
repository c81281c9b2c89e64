"""The source files that a step consists of, so that rules can name them as inputs."""

import ast
import functools
import importlib.metadata
import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGE = "cortex2image"
BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
"""Attributes of a statement that hold statements, or what holds statements in turn."""
ROOT = Path(__file__).resolve().parent.parent


def module_path(module: str) -> Path:
    """Return the file of a dotted module name; a package's is its ``__init__.py``."""
    base = ROOT.joinpath(*module.split("."))
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


@functools.cache
def imported_modules(path: Path) -> frozenset[str]:
    """Return the modules of this package that the file imports, at its top or inside functions.

    Each file is parsed once, since most files belong to many steps and every plan asks for all steps.
    """
    found: set[str] = set()
    for node in _statements(ast.parse(path.read_text()).body):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return frozenset(name for name in found if name.split(".")[0] == PACKAGE and module_path(name).exists())


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield statements and those inside them. Expressions, most of a module, hold no imports."""
    for node in body:
        yield node
        for part in BODIES:
            yield from _statements(getattr(node, part, ()))


def source_files(module: str, start: str | Path = ".") -> list[str]:
    """Return the files of `module` and of every module that it needs, sorted, relative to `start`.

    Paths are relative, because Snakemake would re-run jobs with absolute inputs after the repository moved.

    Parameters
    ----------
    module : str
        Dotted name, e.g. ``cortex2image.steps.decode_features``.
    start : path
        The workflow's working directory.
    """
    todo, seen = [module], set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += [*imported_modules(module_path(name)), *_packages_with_code(name)]
    return sorted(os.path.relpath(module_path(name), start) for name in seen)


def _packages_with_code(module: str) -> list[str]:
    """Return the packages around a module whose ``__init__.py``, run before the module, is not empty.

    The outermost one offers functions to notebooks, which no step takes: they may grow and no job runs again.
    """
    parts = module.split(".")
    packages = [".".join(parts[:end]) for end in range(2, len(parts))]
    return [name for name in packages if module_path(name).stat().st_size > 0]


def installed_version(package: str) -> str | None:
    """Return the version of an installed package, None where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def package_version(root: Path) -> str:
    """Return the version that the ``pyproject.toml`` in `root` states; the package need not be installed."""
    return str(tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"])
