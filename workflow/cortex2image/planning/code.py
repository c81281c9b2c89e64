"""Source code and settings that a step depends on, beside its input files.

Both are read from source files without importing the step, since rules ask for them while a study is planned.
"""

import ast
import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cortex2image.sources import module_path, source_files
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.readers import READERS
from cortex2image.study.run_methods import find_method
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space

STEPS = "cortex2image.steps"

# Settings reach a step as values and entries of registries as parameters of its rule, so the modules that
# declare them are no inputs: a new key or entry re-runs nothing. The modules that parse settings are inputs.
DECLARATIONS = "cortex2image.study"
PARSING = ("command.py", "config.py", "fields.py")


@dataclass(frozen=True)
class Entry:
    """An entry of a registry, as far as jobs depend on it.

    Attributes
    ----------
    core : str
        The module that implements the entry; empty if none does.
    facts : str
        Text on the entry that changes when the entry changes.
    """

    core: str
    facts: str


def _reader(study: Study, wildcards: Mapping[str, str]) -> list[Entry]:
    reader = READERS[study.dataset.reader]
    return [Entry(reader.module, reader.name)]


def _method(study: Study, wildcards: Mapping[str, str]) -> list[Entry]:
    method = find_method(wildcards["method"], study.reconstruct)
    return [Entry(method.core, f"{method.name}: {dict(method.inputs)}, starts from {method.start}")]


def _space(study: Study, wildcards: Mapping[str, str]) -> list[Entry]:
    return _spaces([wildcards["space"]])


def _brain_spaces(study: Study, wildcards: Mapping[str, str]) -> list[Entry]:
    return _spaces(brain_spaces(study))


def _spaces(names: Sequence[str]) -> list[Entry]:
    spaces = [parse_space(name) for name in names]
    return [Entry(s.facts.core, f"{s}: {', '.join(sorted(s.needs))}") for s in spaces]


# Modules that import the core of a registry entry by its name in the registry, and functions that return the
# entries of a job, with the label by which a step is told its entry, if it is told. Following imports cannot
# find such a core. A step that imports one of these modules, and has the label, depends on the cores of the
# job's own entries, and on no other core.
DISPATCHERS: dict[str, tuple[str | None, Callable[[Study, Mapping[str, str]], list[Entry]]]] = {
    "cortex2image.data.open_dataset": (None, _reader),
    "cortex2image.reconstruction.studio": ("method", _method),
    "cortex2image.features.extraction": ("space", _space),
    "cortex2image.features.of_pictures": (None, _brain_spaces),
}

# Where a rule takes the value of an option of its step from, by the kind of option (see
# `study.command.Command`).
PLACEHOLDERS = {
    "labels": "{{wildcards.{}:q}}",
    "words": "{{params.{}:q}}",
    "inputs": "{{input.{}:q}}",
    "lists": "{{input.{}:q}}",
    "optional_lists": "{{input.{}:q}}",
    "places": "{{params.{}:q}}",
    "outputs": "{{output.{}:q}}",
    "output_lists": "{{output.{}:q}}",
    "optional_output_lists": "{{output.{}:q}}",
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

    Every option of the step is filled in from the item of the same name in the rule: labels from wildcards,
    files from inputs and outputs, places and words from parameters, and the settings from the parameter
    `settings`.

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


def _labels(step: str) -> tuple[str, ...]:
    """Return the labels that a step's literal COMMAND names, () without one."""
    call = _constant(step, "COMMAND")
    words = call.keywords if isinstance(call, ast.Call) else []
    return next((tuple(ast.literal_eval(word.value)) for word in words if word.arg == "labels"), ())


@functools.cache
def _constant(step: str, name: str) -> ast.expr | None:
    """Return the expression that a step's module assigns to a constant, None if it has no such constant."""
    for node in ast.parse(module_path(f"{STEPS}.{step}").read_text()).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == name for t in node.targets
        ):
            return node.value
    return None


def entries(step: str, study: Study, wildcards: Mapping[str, str]) -> list[Entry]:
    """Return the entries of registries that the job of a step uses.

    Parameters
    ----------
    step : str
        Name of the step and of its rule.
    study : Study
    wildcards : mapping
        Wildcards of the job: `method` for a step that runs a method of reconstruction, `space` for a step
        that extracts a feature space.
    """
    imported, told = _files(f"{STEPS}.{step}"), {None, *_labels(step)}
    used = [
        found
        for dispatcher, (label, found) in DISPATCHERS.items()
        if label in told and _files(dispatcher) <= imported
    ]
    return [entry for found in used for entry in found(study, wildcards)]


def code_files(step: str, study: Study, wildcards: Mapping[str, str]) -> list[str]:
    """Return the source files that the job of a step consists of, sorted, relative to the working directory.

    An entry that no module implements yet adds no file.

    Parameters
    ----------
    step, study, wildcards
        As in :func:`entries`.
    """
    cores = [_files(entry.core) for entry in entries(step, study, wildcards) if entry.core]
    return sorted(_files(f"{STEPS}.{step}").union(*cores))


@functools.cache
def _files(module: str) -> frozenset[str]:
    """Return the source files of a module, without the files that only declare settings and registries."""
    return frozenset(set(source_files(module)) - _declarations())


@functools.cache
def _declarations() -> frozenset[str]:
    folder = module_path(DECLARATIONS).parent
    return frozenset(os.path.relpath(path) for path in folder.glob("*.py") if path.name not in PARSING)
