import os
import shlex
import sys
import time
from pathlib import Path

# The two pieces of magic of this workflow. Rules import the package that lies beside them ...
sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))
# ... and so does every job, in any environment: the prefix goes in front of the command, where it also survives
# the cleaning of PYTHONPATH that activating a conda environment brings. Without conda, `python` is the one that
# runs Snakemake. OpenMP threads wait without spinning, because several jobs share the cores.
USES_CONDA = any("conda" in str(m).lower() for m in workflow.deployment_settings.deployment_method)
PYTHON_FIRST = "" if USES_CONDA else f"PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH "
PACKAGE_ROOT = shlex.quote(str(Path(workflow.basedir) / "workflow"))
shell.prefix(f"set -euo pipefail; export {PYTHON_FIRST}PYTHONPATH={PACKAGE_ROOT} OMP_WAIT_POLICY=passive; ")

from cortex2image.errors import run_step
from cortex2image.networks.registry import model_set
from cortex2image.planning import code, files, needs
from cortex2image.study.config import resolve, slice_json
from cortex2image.study.methods import METHODS
from cortex2image.study.readers import READERS
from cortex2image.study.spaces import parse_space, wildcard_pattern
from cortex2image.study.training import read_training
from cortex2image.tables.paths import Layout, benchmark_path, figure_path, log_path, training_path

STUDY = run_step(lambda: resolve(config))
TRAINING = run_step(lambda: read_training(Path(workflow.basedir, "config", "miniature.yaml")))
SUBJECTS = STUDY.subjects
DECODED_SPACES = list(STUDY.decode.rois)
READER = READERS[STUDY.dataset.reader]
MODEL_SET = model_set(STUDY.models.set, STUDY.models.folder)
FILES = files.StudyFiles(STUDY)
NEEDS = needs.Needs(STUDY, MODEL_SET)
LAYOUT = Layout(STUDY.study)
# Where every file of the study stands: at("betas") is the path of a table, with its wildcards.
at, log_of, benchmark_of = LAYOUT.path, LAYOUT.log, LAYOUT.benchmark


wildcard_constraints:
    subject="|".join(SUBJECTS),
    space=wildcard_pattern(),
    method="|".join(METHODS),


def growing(**needs):
    """Needs that grow with each attempt, so that a job killed for memory or time has more on its next try.

    Each is a number, or a function of the wildcards.
    """

    def growing_need(need):
        def needed(wildcards, attempt):
            return (need(wildcards) if callable(need) else need) * attempt

        return needed

    return {name: growing_need(need) for name, need in needs.items()}


def code_of(step):
    """The source files of a step, with those of the reader, method or space at hand and of no other."""

    def source_code(wildcards):
        return code.code_files(step, STUDY, wildcards)

    return source_code


def settings_of(step, more=None):
    """The settings that a step declares to read, as JSON; `more` are those that depend on the wildcards.

    A function, because Snakemake would fill wildcards into the braces of a text.
    """

    def settings(wildcards):
        keys = (*code.declared_reads(step), *(more(wildcards) if more else ()))
        return slice_json(STUDY, keys, **dict(wildcards.items()))

    return settings


def training_settings(step):
    """The settings of config/miniature.yaml that a step declares to read, as JSON, see settings_of."""

    def settings(wildcards):
        return slice_json(TRAINING, code.declared_reads(step))

    return settings


def training_files(*names):
    """The paths of files that train the miniature, as inputs or outputs of the files' names."""
    return {name: training_path(name) for name in names}


def tables(*names):
    """The paths of tables, as inputs or outputs of the tables' names."""
    return {name: at(name) for name in names}


def of_all(name, **wildcards):
    """The path of a file for every combination of subject and other wildcards, the first subject's first."""
    return collect(at(name), subject=SUBJECTS, **wildcards)


def dataset_files(wildcards):
    return FILES.of_subject(wildcards.subject)


def events_files(wildcards):
    return FILES.events()


def pictures_state(wildcards):
    return FILES.pictures_state()


def asked_now(wildcards):
    """Another value each time: what is there is looked up whenever somebody asks."""
    return time.time_ns()


def model_sums(wildcards):
    return files.model_sums(MODEL_SET)


# The data set keeps all pictures in one file: those that were seen are written into a folder of the study.
PICTURES = [at("pictures")] if READER.pictures_in_one_file else []
