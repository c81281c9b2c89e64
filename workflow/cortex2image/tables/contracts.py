"""Every Parquet table of the project, declared once. docs/tables.md is made from this file."""

import pyarrow as pa

from cortex2image.tables.contract import Column, Contract

SPLITS = ("train", "test")

_STRING, _INT, _FLOAT = pa.string(), pa.int32(), pa.float64()
_STIMULUS = Column("stimulus_id", _STRING, "", "identity of the stimulus, the same in every table")
_TRIAL = Column("trial_id", _STRING, "", "identity of the trial within its subject")
_VOXEL = Column("voxel_id", _INT, "", "position in the vectors of `beta`, from 0")
_SUBJECT = Column("subject", _STRING, "", "subject label, e.g. sub-01; `all` for the pooled subjects")
_METRIC = Column("metric", _STRING, "", "name of the metric; see docs/metrics.md")
_FEATURE = Column("feature", None, "model units", "the feature vector, flattened in C order")
_SAMPLE = Column("sample", _INT, "", "number of the sample drawn for this stimulus, from 0")

STIMULI = Contract(
    "stimuli",
    1,
    "stimuli.parquet",
    "a stimulus",
    (
        _STIMULUS,
        Column("split", _STRING, "", "which side of the split it belongs to", allowed=SPLITS),
        Column("captions", pa.list_(_STRING), "", "captions people or the renderer gave, at least one"),
        Column(
            "image_path",
            _STRING,
            "",
            "its picture, from the working directory; null without image identity",
            True,
        ),
        Column("category", _STRING, "", "category of its main object, where the data set states one", True),
    ),
    ("stimulus_id",),
)
TRIALS = Contract(
    "trials",
    1,
    "{subject}/trials.parquet",
    "a trial",
    (
        _TRIAL,
        _STIMULUS,
        Column("session", _STRING, "", "session label, `ses-1` where the data set has none"),
        Column("run", _STRING, "", "run label within the session"),
        Column("repetition", _INT, "", "how often this subject had seen the stimulus before"),
        Column(
            "split", _STRING, "", "train or test; train throughout in a cross-validated study", allowed=SPLITS
        ),
        Column("fold", _INT, "", "fold in which the trial is held out; null unless cross-validated", True),
        Column(
            "onset", _FLOAT, "s", "onset from the run's first volume; NaN where a file of betas does not say"
        ),
        Column("duration", _FLOAT, "s", "how long the stimulus was shown; NaN likewise"),
    ),
    ("trial_id",),
)
_BETA = Column(
    "beta", None, "percent signal change", "response of every voxel, in the order of voxels.parquet"
)
SINGLE_TRIAL_BETAS = Contract(
    "single_trial_betas", 1, "{subject}/single_trial_betas.parquet", "a trial", (_TRIAL, _BETA), ("trial_id",)
)
BETAS = Contract(
    "betas",
    1,
    "{subject}/betas.parquet",
    "a trial",
    (
        _TRIAL,
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
    _VOXEL,
    Column("i", _INT, "", "first index into the volume"),
    Column("j", _INT, "", "second index into the volume"),
    Column("k", _INT, "", "third index into the volume"),
    Column("roi", _STRING, "", "label of the atlas, `unlabelled` where it gives none"),
    Column(
        "hemisphere",
        _STRING,
        "",
        "left or right: the one that the data set names, else the side of the world x = 0 plane; or unknown",
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
            "sessions without data of it, where its betas are 0; if any, voxels.parquet leaves it out",
        ),
        Column(
            "released_ncsnr",
            _FLOAT,
            "",
            "noise ceiling signal-to-noise ratio that came with the betas, if it was asked for; else null",
            True,
        ),
    ),
    ("voxel_id",),
)
VOXELS = Contract(
    "voxels",
    2,
    "{subject}/voxels.parquet",
    "a voxel, in the order of `beta`",
    (
        *_VOXEL_COLUMNS,
        Column(
            "ncsnr",
            _FLOAT,
            "",
            "noise ceiling signal-to-noise ratio of one trial; null without repeats or a released one",
            True,
        ),
        Column(
            "noise_ceiling", _FLOAT, "r squared", "explainable variance of the averaged test trials", True
        ),
    ),
    ("voxel_id",),
)
FEATURES = Contract(
    "features", 1, "features/{space}.parquet", "a stimulus", (_STIMULUS, _FEATURE), ("stimulus_id",)
)
DECODED = Contract(
    "decoded",
    1,
    "{subject}/decoded/{space}.parquet",
    "a test stimulus",
    (_STIMULUS, _FEATURE),
    ("stimulus_id",),
)
DECODED_SCORES = Contract(
    "decoded_scores",
    1,
    "{subject}/decoded/{space}-scores.parquet",
    "a feature unit",
    (
        Column("unit", _INT, "", "position in the feature vector, from 0"),
        Column(
            "r",
            _FLOAT,
            "",
            "Pearson r of decoded and true values over test stimuli, less the means of their fold if "
            "cross-validated; null for a constant unit",
            True,
        ),
        Column("alpha", _FLOAT, "", "ridge penalty chosen on training rows; geometric mean over folds"),
    ),
    ("unit",),
)
RECONSTRUCTIONS = Contract(
    "reconstructions",
    1,
    "{subject}/reconstructions/{method}.parquet",
    "an image",
    (
        _STIMULUS,
        _SAMPLE,
        Column(
            "seed", pa.int64(), "", "seed of its noise, from study seed, sample and (unless shared) stimulus"
        ),
        Column("image_path", _STRING, "", "8-bit RGB PNG, from the working directory"),
    ),
    ("stimulus_id", "sample"),
)
EVALUATION = Contract(
    "evaluation",
    1,
    "{subject}/evaluation/{method}.parquet",
    "an image x metric",
    (_STIMULUS, _SAMPLE, _METRIC, Column("value", _FLOAT, "metric units", "the metric of this image")),
    ("stimulus_id", "sample", "metric"),
)
NULLS = Contract(
    "nulls",
    1,
    "{subject}/evaluation/{method}-nulls.parquet",
    "a draw from a metric's permutation null",
    (
        _METRIC,
        Column("draw", _INT, "", "number of the permutation, from 0"),
        Column("value", _FLOAT, "metric units", "mean over stimuli"),
    ),
    ("metric", "draw"),
)
SCORES = Contract(
    "scores",
    1,
    "scores.parquet",
    "subject x method x metric",
    (
        _SUBJECT,
        Column("method", _STRING, "", "reconstruction method or decoder"),
        _METRIC,
        Column("n", _INT, "stimuli", "number of stimuli the value is a mean over"),
        Column("value", _FLOAT, "metric units", "mean over stimuli of the mean over samples"),
        Column("ci_low", _FLOAT, "metric units", "lower end of the 95 % bootstrap interval over stimuli"),
        Column("ci_high", _FLOAT, "metric units", "upper end of the 95 % bootstrap interval over stimuli"),
        Column("null_mean", _FLOAT, "metric units", "mean of the permutation null"),
        Column("null_sd", _FLOAT, "metric units", "standard deviation of the permutation null"),
        Column("p", _FLOAT, "", "one-sided permutation p, (1 + draws at least as good) / (1 + draws)"),
        Column(
            "ceiling",
            _FLOAT,
            "metric units",
            "the metric of pictures made from true features; null if not run",
            True,
        ),
        Column("higher_is_better", pa.bool_(), "", "direction of the metric"),
        Column("metric_version", _STRING, "", "version of the definition in docs/metrics.md"),
    ),
    ("subject", "method", "metric"),
)
ENCODING = Contract(
    "encoding",
    1,
    "{subject}/encoding/{model}.parquet",
    "a voxel",
    (
        _VOXEL,
        Column(
            "r",
            _FLOAT,
            "",
            "Pearson r of predicted and measured test responses, less the means of their fold if "
            "cross-validated; 0 for a constant prediction",
        ),
        Column("r2", _FLOAT, "", "coefficient of determination on the same values as r"),
        Column(
            "p",
            _FLOAT,
            "",
            "one-sided p of r: independent Gaussian responses; if cross-validated, permutation within folds, "
            "its variance doubled as folds share training trials",
        ),
        Column("q", _FLOAT, "", "p adjusted by Benjamini and Hochberg over all voxels"),
        Column("alpha", _FLOAT, "", "ridge penalty chosen on training rows"),
        Column(
            "ceiling_normalised",
            _FLOAT,
            "",
            "r / sqrt(noise_ceiling); null where the ceiling is unknown or below 0.05",
            True,
        ),
    ),
    ("voxel_id",),
)
ENCODING_SCORES = Contract(
    "encoding_scores",
    1,
    "encoding_scores.parquet",
    "subject x model x roi",
    (
        _SUBJECT,
        Column("model", _STRING, "", "feature space of the encoding model"),
        Column("roi", _STRING, "", "label of the atlas; `all` for every voxel"),
        Column("voxels", _INT, "voxels", "number of voxels"),
        Column("mean_r", _FLOAT, "", "mean r over the voxels"),
        Column(
            "mean_r_ceiling_normalised",
            _FLOAT,
            "",
            "mean over voxels with a ceiling of at least 0.05; null without any",
            True,
        ),
        Column("fraction_significant", _FLOAT, "", "share of voxels with q below the config's level"),
    ),
    ("subject", "model", "roi"),
)

CONTRACTS = (
    STIMULI,
    TRIALS,
    SINGLE_TRIAL_BETAS,
    MASK_VOXELS,
    BETAS,
    VOXELS,
    FEATURES,
    DECODED,
    DECODED_SCORES,
    RECONSTRUCTIONS,
    EVALUATION,
    NULLS,
    SCORES,
    ENCODING,
    ENCODING_SCORES,
)
