"""The tables of what was shown and what was recorded: stimuli, trials, responses and voxels."""

import pyarrow as pa

from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract

SPLITS = ("train", "test")

_STRING, _INT, _FLOAT = pa.string(), pa.int32(), pa.float64()
STIMULUS_ID = Column("stimulus_id", _STRING, "", "identity of the stimulus, the same in every table")
VOXEL_ID = Column("voxel_id", _INT, "", "position in the vectors of `beta`, from 0")
_TRIAL_ID = Column("trial_id", _STRING, "", "identity of the trial within its subject")

STIMULI = Contract(
    "stimuli",
    1,
    "stimuli.parquet",
    "a stimulus",
    (
        STIMULUS_ID,
        Column("split", _STRING, "", "which side of the split it belongs to", allowed=SPLITS),
        Column("captions", pa.list_(_STRING), "", "captions by people or by the renderer, at least one"),
        Column(
            "image_path",
            _STRING,
            "",
            "path of its picture from the working directory; null without image identity",
            True,
        ),
        Column("category", _STRING, "", "category of its main object, where the data set states one", True),
        Column(
            "setting",
            _STRING,
            "",
            "where the scene is set, such as beach, where the data set states it; stimuli of one setting "
            "share their background",
            True,
            optional=True,
        ),
    ),
    ("stimulus_id",),
)
TRIALS = Contract(
    "trials",
    1,
    "{subject}/trials.parquet",
    "a trial",
    (
        _TRIAL_ID,
        STIMULUS_ID,
        Column("session", _STRING, "", "session label, `ses-1` where the data set has none"),
        Column("run", _STRING, "", "run label within the session"),
        Column("repetition", _INT, "", "how often this subject had seen the stimulus before this trial"),
        Column(
            "split", _STRING, "", "train or test; train throughout in a cross-validated study", allowed=SPLITS
        ),
        Column("fold", _INT, "", "fold in which the trial is held out; null unless cross-validated", True),
        Column(
            "onset",
            _FLOAT,
            "s",
            "onset after the run's first volume; NaN where a file of betas lacks it",
        ),
        Column("duration", _FLOAT, "s", "how long the stimulus was shown; NaN as for onset"),
    ),
    ("trial_id",),
)
RUNS = Contract(
    "runs",
    1,
    "{subject}/runs.parquet",
    "a run that the single-trial GLM was fitted to",
    (
        Column("session", _STRING, "", "session label, `ses-1` where the data set has none"),
        Column("run", _STRING, "", "run label within the session"),
        Column("volumes", _INT, "volumes", "volumes of the run"),
        Column("seconds", _FLOAT, "s", "how long the run took"),
        Column("trials", _INT, "trials", "trials in the run"),
        Column("left_out", _INT, "volumes", "volumes that `glm/scrub` leaves out of the model"),
        Column(
            "mean_fd",
            _FLOAT,
            "mm",
            "mean framewise displacement between volumes, as fMRIPrep wrote it, else from its six motion "
            "parameters (Power et al. 2012); null where the confounds have neither",
            True,
        ),
        Column("max_fd", _FLOAT, "mm", "largest framewise displacement; null as mean_fd", True),
        Column(
            "share_moved",
            _FLOAT,
            "share",
            "share of volumes with a framewise displacement above 0.5 mm; null as mean_fd",
            True,
        ),
    ),
    ("session", "run"),
)
SINGLE_TRIAL_BETAS = Contract(
    "single_trial_betas",
    1,
    "{subject}/single_trial_betas.parquet",
    "a trial",
    (
        _TRIAL_ID,
        Column(
            "beta",
            None,
            "percent signal change",
            "responses of voxels in the order of mask_voxels.parquet",
        ),
    ),
    ("trial_id",),
)
BETAS = Contract(
    "betas",
    1,
    "{subject}/betas.parquet",
    "a trial",
    (
        _TRIAL_ID,
        Column(
            "beta",
            None,
            "standard deviations of the training trials",
            "standardised with training trials only",
        ),
    ),
    ("trial_id",),
)
_VOXEL_COLUMNS = (
    VOXEL_ID,
    Column("i", _INT, "", "first index into the volume"),
    Column("j", _INT, "", "second index into the volume"),
    Column("k", _INT, "", "third index into the volume"),
    Column("roi", _STRING, "", "label of the atlas, `unlabelled` where it gives none"),
    Column(
        "hemisphere",
        _STRING,
        "",
        "as the data set names it, else the side of the world x = 0 plane on which the voxel lies",
        allowed=("left", "right", "unknown"),
    ),
)
MASK_VOXELS = Contract(
    "mask_voxels",
    3,
    "{subject}/mask_voxels.parquet",
    "a voxel of the mask, before its noise ceiling is known",
    (
        *_VOXEL_COLUMNS,
        Column(
            "invalid_sessions",
            _INT,
            "sessions",
            "sessions without data of this voxel, or with a run in which it is flat: its betas are 0 there; "
            "if any, voxels.parquet omits it",
        ),
        Column(
            "released_ncsnr",
            _FLOAT,
            "",
            "noise ceiling signal-to-noise ratio released with the betas; null unless the study asks for it",
            True,
        ),
    ),
    ("voxel_id",),
)
VOXELS = Contract(
    "voxels",
    4,
    "{subject}/voxels.parquet",
    "a voxel, in the order of `beta`",
    (
        *_VOXEL_COLUMNS,
        Column(
            "ncsnr",
            _FLOAT,
            "",
            "noise ceiling signal-to-noise ratio of one trial; null with neither repeats nor a released one; "
            "if cross-validated, stimuli without a picture repeat where their captions do",
            True,
        ),
        Column(
            "noise_ceiling",
            _FLOAT,
            "r squared",
            "explainable variance of the averaged test trials; if cross-validated, of their differences "
            "within folds",
            True,
        ),
        Column(
            "noise_ceiling_sd",
            _FLOAT,
            "r squared",
            "standard error of noise_ceiling; null where it is unknown or was released with the betas",
            True,
        ),
        Column(
            "noise_ceiling_unclipped",
            _FLOAT,
            "r squared",
            "estimate of noise_ceiling that is right on average, and negative where noise makes it so: for "
            "means over voxels, which noise_ceiling, cut off at 0, raises; null where noise_ceiling is, with "
            "fewer than four repeated stimuli, where means of more trials are scored than repeated stimuli "
            "have, and where ratios were released with the betas",
            True,
        ),
    ),
    ("voxel_id",),
)
