"""Which modules of the package a module needs, read from its compiled code, unlike the workflow does."""

import functools
from collections.abc import Iterator
from modulefinder import ModuleFinder
from types import CodeType

from cortex2image.sources import PACKAGE, module_path


@functools.cache
def direct(module: str) -> frozenset[str]:
    """Return the modules that a module imports anywhere, inside functions and for type checkers too."""
    path = module_path(module)
    found = set()
    for kind, what in _operations(compile(path.read_text(), str(path), "exec")):
        assert kind != "relative_import", module
        if kind == "absolute_import":
            names, origin = what
            found |= {origin, *(f"{origin}.{name}" for name in names or ())}
    own = {name for name in found if name.split(".")[0] == PACKAGE and module_path(name).exists()}
    # A package whose file is not empty runs before its modules; the outermost one is for notebooks.
    parts = module.split(".")[:-1]
    around = {".".join(parts[:end]) for end in range(2, len(parts) + 1)}
    return frozenset(own | {name for name in around if module_path(name).read_text()})


def needed(*modules: str) -> set[str]:
    """Return modules with all that they need in turn."""
    todo, seen = list(modules), set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += direct(name)
    return seen


def _operations(code: CodeType) -> Iterator[tuple[str, tuple]]:
    yield from ModuleFinder().scan_opcodes(code)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _operations(constant)
