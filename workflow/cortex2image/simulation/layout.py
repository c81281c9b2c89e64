"""Paths of all files of the simulated data set, derived from the settings alone."""

import math
from dataclasses import dataclass

from cortex2image.errors import ConfigError

TASK = "scenes"
SPACE = "T1w"
SESSIONS = 2
TRIALS_PER_RUN = 40


@dataclass(frozen=True)
class Sizes:
    """Number of stimuli and repeats that every subject sees: section `simulation` of the config.

    Raises
    ------
    ConfigError
        A number is below one: then nothing could be fitted or nothing tested.
    """

    train_stimuli: int
    test_stimuli: int
    test_repeats: int

    def __post_init__(self) -> None:
        for key, value in vars(self).items():
            if value < 1:
                raise ConfigError(f"simulation/{key}", "at least 1", str(value), "correct it in the config")

    @property
    def trials(self) -> int:
        """Number of trials with a stimulus per subject."""
        return self.train_stimuli + self.test_stimuli * self.test_repeats


@dataclass(frozen=True)
class RunName:
    """Labels of one run, e.g. ``ses-1`` and ``run-3``."""

    session: str
    run: str


def run_names(sizes: Sizes) -> list[RunName]:
    """Return the runs of every subject: in each session, as few as keep a run within 40 trials."""
    per_session = math.ceil(sizes.trials / (SESSIONS * TRIALS_PER_RUN))
    return [
        RunName(f"ses-{session}", f"run-{run}")
        for session in range(1, SESSIONS + 1)
        for run in range(1, per_session + 1)
    ]


def run_files(root: str, subject: str, name: RunName) -> dict[str, str]:
    """Return the paths of the files of one run under BIDS and fMRIPrep names, by content."""
    stem = f"{subject}_{name.session}_task-{TASK}_{name.run}"
    func = f"{subject}/{name.session}/func/{stem}"
    raw, derived = f"{root}/{func}", f"{root}/derivatives/fmriprep/{func}"
    return {
        "events": f"{raw}_events.tsv",
        "bold": f"{derived}_space-{SPACE}_desc-preproc_bold.nii.gz",
        "sidecar": f"{derived}_space-{SPACE}_desc-preproc_bold.json",
        "mask": f"{derived}_space-{SPACE}_desc-brain_mask.nii.gz",
        "boldref": f"{derived}_space-{SPACE}_boldref.nii.gz",
        "confounds": f"{derived}_desc-confounds_timeseries.tsv",
    }


def atlas_file(root: str, subject: str) -> str:
    """Return the path of the ROI volume of a subject."""
    return f"{root}/derivatives/rois/{subject}/{subject}_atlas-streams_dseg.nii.gz"


def dataset_files(root: str) -> dict[str, str]:
    """Return the paths of the files that belong to no subject, by content."""
    return {
        "stimuli": f"{root}/stimuli/stimuli.tsv",
        "readme": f"{root}/README",
        "description": f"{root}/dataset_description.json",
        "fmriprep": f"{root}/derivatives/fmriprep/dataset_description.json",
        "rois": f"{root}/derivatives/rois/dataset_description.json",
    }


def subject_files(root: str, subject: str, sizes: Sizes) -> list[str]:
    """Return the paths of all files of one subject inside the BIDS folder.

    Parameters
    ----------
    root : str
        The BIDS folder.
    subject : str
        Label such as ``sub-01``, or the wildcard ``{subject}`` for the output patterns of a rule.
    sizes : Sizes
    """
    runs = [run_files(root, subject, name) for name in run_names(sizes)]
    return [*(path for files in runs for path in files.values()), atlas_file(root, subject)]


def truth_files(truth: str, subject: str) -> dict[str, str]:
    """Return the paths of the two files with the ground truth of a subject."""
    return {"arrays": f"{truth}/{subject}.npz", "description": f"{truth}/{subject}.json"}


def scenes_file(truth: str) -> str:
    """Return the path of the file that describes the scene of every picture."""
    return f"{truth}/scenes.jsonl"


def stimulus_id(split: str, index: int) -> str:
    """Return the stimulus_id of scene `index` of a split: its `stim_file` without the suffix."""
    return f"images/{split}-{index:04d}"


def stimulus_file(split: str, index: int) -> str:
    """Return `stim_file` of scene `index` of a split: the path of its picture below ``stimuli/``."""
    return f"{stimulus_id(split, index)}.png"
