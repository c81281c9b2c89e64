import os
import re
import shlex
import sys
from pathlib import Path

from snakemake.dag import DAG
from snakemake.logging import logger

# Rules import the package that lies beside them. It need not be installed.
sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

from cortex2image.errors import or_end
from cortex2image.networks.registry import model_set
from cortex2image.planning.ancient import look_behind_ancient
from cortex2image.planning.code import command_line
from cortex2image.planning.files import model_sums
from cortex2image.planning.job_settings import asked_now
from cortex2image.planning.jobs import Jobs
from cortex2image.planning.needs import growing
from cortex2image.planning.reported import report_pages, reported, template_files
from cortex2image.planning.scheduler import ask_patiently, share_cores
from cortex2image.planning.screen import speak_plainly
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.config import config_name, resolve
from cortex2image.study.encoding_figures import preferred_families, shown_models, unique_models
from cortex2image.study.encoding_models import family_pattern, joint_pattern, model_pattern, stack_pattern
from cortex2image.study.methods import CONTROL_FITS, SEEN
from cortex2image.study.path_keys import require_no_braces
from cortex2image.study.readers import READERS
from cortex2image.study.run_methods import method_names, method_pattern
from cortex2image.study.space_names import wildcard_pattern
from cortex2image.study.spaces import EXTRACTABLE, JOINED
from cortex2image.tables.paths import benchmark_path, figure_path, log_path, training_files, training_path

or_end(lambda: require_no_braces(workflow.basedir, "the folder of this repository"))
# Jobs import the same package: this prefix sets PYTHONPATH in front of every command. Activating a conda environment
# clears PYTHONPATH, but before the prefix takes effect. Without conda, `python` is the one that runs Snakemake.
# OpenMP threads wait without spinning, because several jobs share the cores.
USES_CONDA = any("conda" in str(m).lower() for m in workflow.deployment_settings.deployment_method)
PYTHON_FIRST = "" if USES_CONDA else f"PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH "
PACKAGE_ROOT = shlex.quote(str(Path(workflow.basedir) / "workflow"))
shell.prefix(f"set -euo pipefail; export {PYTHON_FIRST}PYTHONPATH={PACKAGE_ROOT} OMP_WAIT_POLICY=passive; ")

CONFIG = config_name(workflow.configfiles, overridden=bool(workflow.config_settings.config))
STUDY = or_end(lambda: resolve(config, CONFIG))
JOBS = or_end(lambda: Jobs(STUDY, Path(workflow.basedir, "config", "miniature.yaml")))
speak_plainly(workflow, logger, f"logs/{STUDY.study}")
look_behind_ancient(DAG)
ask_patiently(Path(workflow.basedir, "profiles", "slurm", "bin"))
RESOURCES, READER, SCORED = JOBS.resources, JOBS.reader, JOBS.evaluation.scored
if not JOBS.model_set.fetched:
    share_cores(workflow)
ENCODING_FIGURES = JOBS.encoding.figures
ENCODING_FIGURE_NAMES = [figure.name for figure in ENCODING_FIGURES]
METHODS_RUN, ENCODED, DECODED = method_names(STUDY.reconstruct), JOBS.encoding.models, list(STUDY.decode.rois)
# Paths of the files of the study: at("betas") is the path of a table, with its wildcards.
at, log_of, benchmark_of = JOBS.layout.path, JOBS.layout.log, JOBS.layout.benchmark
of_all, tables = JOBS.paths.of_all, JOBS.paths.tables
# Priority of steps that can use the one GPU: others run beside them, they do not run beside each other.
OF_GPU = 1
# Source files and settings of a job, see cortex2image.planning.job_settings.
code_of, settings_of, training_settings = JOBS.settings.code, JOBS.settings.of_step, JOBS.settings.of_training


wildcard_constraints:
    subject="|".join(STUDY.subjects),
    space=wildcard_pattern(),
    model=model_pattern(),
    family=family_pattern(),
    method=method_pattern(),
    control="|".join(CONTROL_FITS),
    region="|".join(map(re.escape, {*STUDY.attribute.regions, *STUDY.prefer.regions})),


def in_report(path, caption, category, **labels):
    """Show a file in the archive that `snakemake --report report.zip` makes, with a caption of workflow/report."""
    return report(path, caption=f"../report/captions/{caption}.rst", category=category, labels=labels)


def figures_in_report(name, caption, shows):
    """Show a file of every figure of encoding models."""
    labels = [{"subject": "{subject}", "figure": figure, "shows": shows} for figure in ENCODING_FIGURE_NAMES]
    paths = JOBS.encoding.of_figures(name)
    return [
        in_report(path, caption, "Encoding models", **each) for path, each in zip(paths, labels, strict=True)
    ]


def maps_in_report():
    """Show the maps of encoding models as volumes; those of hemispheres and descriptions are outputs alone."""
    shown = {"map": "every voxel", "significant": "significant voxels"}
    return {
        name: (
            [
                in_report(path, "map", "Maps (NIfTI)", subject="{subject}", model=model, shows=shown[name])
                for path, model in zip(paths, ENCODED, strict=True)
            ]
            if name in shown
            else paths
        )
        for name, paths in JOBS.encoding.maps.items()
    }
