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


# Where the rule of a step takes the value of an option from, by the kind of option (see
# `study.command.Command`).
PLACEHOLDERS = {
    "labels": "{{wildcards.{}:q}}",
    "inputs": "{{input.{}:q}}",
    "lists": "{{input.{}:q}}",
    "optional_lists": "{{input.{}:q}}",
    "places": "{{params.{}:q}}",
    "outputs": "{{output.{}:q}}",
    "output_lists": "{{output.{}:q}}",
    "optional": "{{output.{}:q}}",
    "counts": "{{{}}}",
}


@functools.cache
def declared_reads(step: str) -> tuple[str, ...]:
    """Return the settings that a step declares to read: the literal READS of its module, () without one."""
    declared = _constant(step, "READS")
    return () if declared is None else tuple(ast.literal_eval(declared))


def command_line(step: str) -> str:
    """Return the shell command of a step's rule, with Snakemake's placeholders.

    Every option of the step is filled in from what the rule calls by the same name: labels from wildcards,
    files from inputs and outputs, places from parameters, and the settings from the parameter `settings`.

    Parameters
    ----------
    step : str
        Name of the step and of its rule.

    Raises
    ------
    ValueError
        The step has no literal COMMAND.
    """
    call = _constant(step, "COMMAND")
    if not isinstance(call, ast.Call):
        raise ValueError(f"step {step}: COMMAND must be written as a call of Command")
    options = {word.arg: ast.literal_eval(word.value) for word in call.keywords if word.arg in PLACEHOLDERS}
    words = [f"python -m {STEPS}.{step}"]
    if declared_reads(step):
        words.append("--settings {params.settings:q}")
    for kind, names in options.items():
        words += [f"--{n.replace('_', '-')} {PLACEHOLDERS[str(kind)].format(n)}" for n in names]
    return " ".join([*words, "2>{log:q}"])


def _constant(step: str, name: str) -> ast.expr | None:
    """Return the value of a constant of a step's module, None where there is none of that name."""
    for node in ast.parse(module_path(f"{STEPS}.{step}").read_text()).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == name for t in node.targets
        ):
            return node.value
    return None


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
