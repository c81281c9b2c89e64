"""Where every file of the simulated data set stands, told from the settings alone."""

import math
from dataclasses import dataclass

from cortex2image.errors import ConfigError

TASK = "scenes"
SPACE = "T1w"
SESSIONS = 2
TRIALS_PER_RUN = 40


@dataclass(frozen=True)
class Sizes:
    """How much every subject sees: the config's section `simulation`.

    Raises
    ------
    ConfigError
        Where a number is below one: nothing could be fitted, or nothing tested.
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
        """Trials with a stimulus that one subject sees."""
        return self.train_stimuli + self.test_stimuli * self.test_repeats


@dataclass(frozen=True)
class RunName:
    """Labels of one run, e.g. ``ses-1`` and ``run-3``."""

    session: str
    run: str


def run_names(sizes: Sizes) -> list[RunName]:
    """Return the runs of every subject: as many per session as keep a run within 40 trials."""
    per_session = math.ceil(sizes.trials / (SESSIONS * TRIALS_PER_RUN))
    return [
        RunName(f"ses-{session}", f"run-{run}")
        for session in range(1, SESSIONS + 1)
        for run in range(1, per_session + 1)
    ]


def run_files(root: str, subject: str, name: RunName) -> dict[str, str]:
    """Return the files of one run under BIDS and fMRIPrep names, keyed by what they hold."""
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
    """Return the ROI volume of a subject."""
    return f"{root}/derivatives/rois/{subject}/{subject}_atlas-streams_dseg.nii.gz"


def dataset_files(root: str) -> dict[str, str]:
    """Return the files that all subjects share, keyed by what they hold."""
    return {
        "stimuli": f"{root}/stimuli/stimuli.tsv",
        "readme": f"{root}/README",
        "description": f"{root}/dataset_description.json",
        "fmriprep": f"{root}/derivatives/fmriprep/dataset_description.json",
        "rois": f"{root}/derivatives/rois/dataset_description.json",
    }


def subject_files(root: str, subject: str, sizes: Sizes) -> list[str]:
    """Return every file of one subject inside the BIDS folder, without computing anything.

    Parameters
    ----------
    root : str
        The BIDS folder.
    subject : str
        Label such as ``sub-01``; the text ``{subject}`` gives the patterns of a rule's outputs.
    sizes : Sizes
    """
    runs = [run_files(root, subject, name) for name in run_names(sizes)]
    return [*(path for files in runs for path in files.values()), atlas_file(root, subject)]


def truth_files(truth: str, subject: str) -> dict[str, str]:
    """Return the two files that hold a subject's ground truth."""
    return {"arrays": f"{truth}/{subject}.npz", "description": f"{truth}/{subject}.json"}


def scenes_file(truth: str) -> str:
    """Return the file that says what is in every picture."""
    return f"{truth}/scenes.jsonl"


def stimulus_id(split: str, index: int) -> str:
    """Return the reader's name of scene `index` of a split: its `stim_file` without the suffix."""
    return f"images/{split}-{index:04d}"


def stimulus_file(split: str, index: int) -> str:
    """Return `stim_file`: the picture's path below ``stimuli/``."""
    return f"{stimulus_id(split, index)}.png"
