import functools
import json
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

from cortex2image.study import needs
from cortex2image.study.config import resolve
from cortex2image.simulation import layout as simulated
from cortex2image.errors import ConfigError, run_step
from cortex2image.networks.checksums import sums_file
from cortex2image.networks.missing_files import check_present
from cortex2image.networks.registry import model_set
from cortex2image.study.readers import PREPARED as PREPARED_READERS
from cortex2image.sources import source_files

config.update(resolve(config))

STUDY = config["study"]
RESULTS = f"results/{STUDY}"
SUBJECTS = config["subjects"]
METHODS = config["reconstruct"]["methods"]
ENCODING_MODELS = config["encode"]["models"]
DECODED_SPACES = list(config["decode"]["rois"])
DECODED_REGIONS = {name for names in config["decode"]["rois"].values() for name in names}
FEATURE_SPACES = sorted({*DECODED_SPACES, *ENCODING_MODELS})
DATASET = config["dataset"]
SIMULATED = DATASET["reader"] == "simulated"
# Betas that others estimated take the place of those of the single-trial GLM.
PREPARED = DATASET["reader"] in PREPARED_READERS
RELEASED_NCSNR = config["standardise"]["ncsnr_from"] == "released"
SIMULATED_SIZES = simulated.Sizes(**config["simulation"])
# The one folder that the workflow fetches into: a folder of the user's own is never an output of a rule.
HAXBY_FETCHED = "resources/haxby2001"
HAS_IMAGES = DATASET["reader"] != "haxby2001"
# NSD keeps all pictures in one file: those that were seen are written into a folder of the study.
PICTURES = [f"{RESULTS}/pictures"] if DATASET["reader"] == "nsd" else []
STIMULI_TABLE = [f"{DATASET['root']}/stimuli/stimuli.tsv"] if HAS_IMAGES and not PICTURES else []

# Threads of a job that solves for many targets. The simulated study is so small that one job per core is fastest:
# BLAS threads of several jobs wait for each other by spinning, and a fit of 0.3 s was seen to take 27 s.
THREADS = 1 if SIMULATED else 8

# Of NSD it depends on the config what a job needs. For the others 32 GB do: BOLD5000 has 5,254 trials of a subject.
FIT_MB, BETAS_MB = (32000, 6000) if PREPARED else (4000, 4000)
FIT_MINUTES = 480 if PREPARED else 60
NSD_SIZES = needs.NsdSizes(
    DATASET["space"] or "func1pt8mm", DATASET["mask"], len(SUBJECTS), DATASET["sessions"]
)
# Without a bound in the config a fit takes its own, from the memory that is free when it starts.
RIDGE_GB = config["ridge"]["max_memory_gb"]
MEMORY_BOUND = "" if RIDGE_GB is None else f"--max-memory-gb {RIDGE_GB}"

MODELS = config["models"]
MODEL_SET = model_set(MODELS["set"], MODELS["folder"])
MODEL_OPTIONS = shlex.join(
    ["--model-set", MODEL_SET.name] + (["--model-folder", MODELS["folder"]] if MODELS["folder"] else [])
)
BATCH_SIZE = "" if MODELS["batch_size"] is None else f" --batch-size {MODELS['batch_size']}"
ENCODER_OPTIONS = f"{MODEL_OPTIONS}{BATCH_SIZE}"
GENERATOR_OPTIONS = f"{ENCODER_OPTIONS} --precision {MODELS['precision']}"
# Weights pass through main memory on their way to a GPU.
MODEL_MB = 16000 if MODEL_SET.fetched else 4000


wildcard_constraints:
    subject="|".join(SUBJECTS),
    space="z|c|zc",
    method="z|c|zc|decoded_c",
    model="z|c|zc",


def growing(need):
    """A need that grows with each attempt, so that a job killed for memory or time has more on its next try.

    It is a number, or a function of the wildcards.
    """

    def needed(wildcards, attempt):
        return (need(wildcards) if callable(need) else need) * attempt

    return needed


def betas_mb(threads):
    """Memory of reading the betas of a subject, so many sessions at once."""
    return needs.betas_mb(NSD_SIZES, threads) if DATASET["reader"] == "nsd" else BETAS_MB


def standardise_mb():
    """Memory of standardising the betas of a subject."""
    return needs.standardise_mb(NSD_SIZES) if DATASET["reader"] == "nsd" else BETAS_MB


def decode_mb(wildcards):
    """Memory of a fit from voxels to features."""
    if DATASET["reader"] != "nsd":
        return FIT_MB
    rois = config["decode"]["rois"][wildcards.space]
    return needs.decode_mb(NSD_SIZES, wildcards.space, rois, config["ridge"])


def feature_minutes(wildcards):
    """Time of a feature space: one pass of a network per picture, of zc tens, which takes a full-size one days."""
    return 1440 if wildcards.space == "zc" and MODEL_SET.fetched else 120


def encode_mb(wildcards):
    """Memory of a fit from features to voxels."""
    if DATASET["reader"] != "nsd":
        return FIT_MB
    return needs.encode_mb(NSD_SIZES, wildcards.model, config["ridge"])


def dataset_options():
    """The options by which a step opens the data set."""
    chosen = {"betas": "preparation", "sessions": "sessions", "test_images": "test-images"}
    fmriprep = {"derivatives": "derivatives", "task": "task"}
    known = {"reader": "reader", "root": "root", "space": "space", **(chosen if PREPARED else fmriprep)}
    options = {option: DATASET[key] for key, option in known.items()}
    return shlex.join(part for key, value in options.items() if value for part in (f"--{key}", str(value)))


def open_configured_dataset():
    """The data set of the config, listed but not read. The simulated one is not there before the first run."""
    from cortex2image.data.open_dataset import Source, open_dataset

    keys = ("reader", "root", "derivatives", "task", "space", "betas", "sessions", "test_images", "mask")
    return open_dataset(Source(**{key: DATASET[key] for key in keys}, **DATASET["rois"]))


def checked_files(subject):
    """The files of a subject, after everything is there that no rule makes."""
    from cortex2image.data.nsd.regions import check_nsd_regions
    from cortex2image.data.nsd.manifest_report import check_nsd_study
    from cortex2image.data.preflight import check_bids_study

    dataset = open_configured_dataset()
    if DATASET["reader"] == "bids":
        check_bids_study(dataset, subject, atlas_of(subject))
    elif DATASET["reader"] == "nsd":
        chosen = DATASET["sessions"], DATASET["rois"]["atlas"], DATASET["mask"], RELEASED_NCSNR
        check_nsd_study(dataset.layout, SUBJECTS, *chosen)
        check_nsd_regions(dataset.layout, SUBJECTS, **DATASET["rois"], regions=DECODED_REGIONS)
    elif DATASET["reader"] == "haxby2001" and DATASET["root"] != HAXBY_FETCHED:
        dataset.check_present(subject)
    return dataset.subject_files(subject)


@functools.cache
def subject_files(subject):
    """Every file that the jobs of a subject read, relative to the working directory where it lies below it."""
    if SIMULATED:
        return simulated.subject_files(DATASET["root"], subject, SIMULATED_SIZES)
    files = run_step(lambda: checked_files(subject))
    here = Path.cwd()
    return [str(f.relative_to(here) if f.is_relative_to(here) else f) for f in map(Path, files)]


def dataset_files(wildcards):
    return subject_files(wildcards.subject)


def released_ncsnr_files(wildcards):
    """The noise ceilings that came with the betas, where the study takes these."""
    return (
        [str(f) for f in open_configured_dataset().layout.ncsnr(wildcards.subject)] if RELEASED_NCSNR else []
    )


def events_files(wildcards):
    """Events of all subjects: they say which stimuli were seen. Prepared betas say it in files of any name."""
    files = [f for s in SUBJECTS for f in subject_files(s)]
    return files if PREPARED else [f for f in files if f.endswith(("_events.tsv", "labels.txt"))]


def atlas_of(subject):
    atlas = DATASET["rois"]["atlas"]
    return atlas and atlas.format(subject=subject)


def atlas_option(wildcards):
    """The atlas of a subject as options, or nothing where the study has none."""
    if DATASET["rois"]["atlas"] is None:
        return ""
    return shlex.join(["--atlas", atlas_of(wildcards.subject), *LABEL_OPTIONS])


def region_options():
    """The options by which the reader of prepared betas chooses voxels and names their regions."""
    atlas = ["--atlas", DATASET["rois"]["atlas"]] if DATASET["rois"]["atlas"] else []
    return shlex.join(["--mask", DATASET["mask"], *atlas, *LABEL_OPTIONS])


def nsd_options(wildcards):
    """The options by which a step lists the files of NSD."""
    if DATASET["reader"] != "nsd":
        run_step(refuse_other_readers)
    chosen = {
        "space": DATASET["space"],
        "preparation": DATASET["betas"],
        "sessions": DATASET["sessions"],
        "atlas": DATASET["rois"]["atlas"],
        "mask": DATASET["mask"],
    }
    options = [part for key, value in chosen.items() if value for part in (f"--{key}", str(value))]
    options += ["--ncsnr"] if RELEASED_NCSNR else []
    return shlex.join(["--root", DATASET["root"], "--subjects", *SUBJECTS, *options])


def refuse_other_readers():
    fix = "name a config of such a study with --configfile"
    raise ConfigError("dataset/reader", "nsd", DATASET["reader"], fix)


def asked_now(wildcards):
    """Another value each time: what is there is looked up whenever somebody asks."""
    return time.time_ns()


def pictures_state(wildcards):
    """Changes when one of the user's own pictures changes; those that a rule makes are tracked by that rule."""
    if SIMULATED or not STIMULI_TABLE:
        return ""
    from cortex2image.data.preflight import pictures_digest

    return pictures_digest(f"{DATASET['root']}/stimuli")


def model_sums(wildcards):
    """The list of checksums of the model set; where files are missing, no plan but what to do about it."""
    run_step(lambda: check_present(MODEL_SET))
    return sums_file(MODEL_SET)


def config_json(wildcards):
    """The resolved config; a function, because Snakemake would fill wildcards into the braces of a text."""
    return json.dumps(config, sort_keys=True)


LABEL_OPTIONS = ["--labels", *(f"{name}={code}" for name, code in DATASET["rois"]["labels"].items())]
DATASET_OPTIONS = dataset_options()
EVALUATIONS = METHODS if HAS_IMAGES else [f"categories-{m}" for m in ("decoded_c", *METHODS)]
