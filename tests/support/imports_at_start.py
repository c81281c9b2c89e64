"""What a module of the package loads when it is imported, read from sources without loading any."""

import ast
import functools

from cortex2image.sources import PACKAGE, module_path


class _AtTop(ast.NodeVisitor):
    """Collects imports that run with the module, not those in functions or for type checkers."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        pass

    def visit_If(self, node: ast.If) -> None:
        if "TYPE_CHECKING" not in ast.unparse(node.test):
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        self.found |= {alias.name for alias in node.names}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            self.found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}


@functools.cache
def imported_at_top(module: str) -> frozenset[str]:
    """Return the names that a module of the package imports as it is loaded."""
    visitor = _AtTop()
    visitor.visit(ast.parse(module_path(module).read_text()))
    return frozenset(visitor.found)


def loaded_with(module: str) -> set[str]:
    """Return the names outside the package that are imported as a module is loaded, by all that it loads."""
    todo, seen, outside = [module], set(), set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for imported in imported_at_top(name):
            if imported.split(".")[0] != PACKAGE:
                outside.add(imported)
            elif module_path(imported).exists():
                todo.append(imported)
    return outside
