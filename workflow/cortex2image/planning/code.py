"""What a step depends on beside its files: the source code it is made of, and the settings it reads.

Both are read from source files without importing them, since rules ask for them while a study is planned.
"""

import ast
import functools
from collections.abc import Mapping

from cortex2image.sources import module_path, source_files
from cortex2image.study.methods import METHODS
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study
from cortex2image.study.spaces import parse_space

STEPS = "cortex2image.steps"


def _reader(study: Study, wildcards: Mapping[str, str]) -> str:
    return READERS[study.dataset.reader].module


def _method(study: Study, wildcards: Mapping[str, str]) -> str:
    return METHODS[wildcards["method"]].core


def _space(study: Study, wildcards: Mapping[str, str]) -> str:
    return parse_space(wildcards["space"]).facts.core


# Modules that import the core of a registry entry by the name in the registry, which following imports cannot
# see, and the core that a job uses. A step that imports such a module depends on this core and on no other.
DISPATCHERS = {
    "cortex2image.data.open_dataset": _reader,
    "cortex2image.reconstruction.drawing": _method,
    "cortex2image.features.extraction": _space,
}


@functools.cache
def declared_reads(step: str) -> tuple[str, ...]:
    """Return the settings that a step declares to read: the literal READS of its module, () without one."""
    for node in ast.parse(module_path(f"{STEPS}.{step}").read_text()).body:
        if isinstance(node, ast.Assign) and any(_is_reads(target) for target in node.targets):
            return tuple(ast.literal_eval(node.value))
    return ()


def _is_reads(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id == "READS"


def code_files(step: str, study: Study, wildcards: Mapping[str, str]) -> list[str]:
    """Return the source files that the job of a step is made of, sorted, relative to the working directory.

    Parameters
    ----------
    step : str
        Name of the step and of its rule.
    study : Study
    wildcards : mapping
        Of the job: `method` of a step that runs methods of reconstruction, `space` of one that extracts
        feature spaces.
    """
    files = set(_files(f"{STEPS}.{step}"))
    for dispatcher, core in DISPATCHERS.items():
        if _files(dispatcher) <= files:
            files |= _files(core(study, wildcards))
    return sorted(files)


@functools.cache
def _files(module: str) -> frozenset[str]:
    return frozenset(source_files(module))
