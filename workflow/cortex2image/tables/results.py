"""The tables of features, decoded features, reconstructions, scores and encoding models."""

import pyarrow as pa

from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract
from cortex2image.tables.recordings import STIMULUS_ID, VOXEL_ID

_STRING, _INT, _FLOAT = pa.string(), pa.int32(), pa.float64()
_SUBJECT = Column("subject", _STRING, "", "subject label, e.g. sub-01; `all` for the pooled subjects")
_METRIC = Column("metric", _STRING, "", "name of the metric; see docs/metrics.md")
_FEATURE = Column("feature", None, "model units", "the feature vector, flattened in C order")
_SAMPLE = Column("sample", _INT, "", "number of the sample drawn for this stimulus, from 0")

FEATURES = Contract(
    "features", 1, "features/{space}.parquet", "a stimulus", (STIMULUS_ID, _FEATURE), ("stimulus_id",)
)
DECODED = Contract(
    "decoded",
    1,
    "{subject}/decoded/{space}.parquet",
    "a test stimulus",
    (STIMULUS_ID, _FEATURE),
    ("stimulus_id",),
)
DECODED_SCORES = Contract(
    "decoded_scores",
    2,
    "{subject}/decoded/{space}-scores.parquet",
    "a feature unit",
    (
        Column("unit", _INT, "", "position in the feature vector, from 0"),
        Column(
            "r",
            _FLOAT,
            "",
            "Pearson r of decoded and true values over test stimuli; if cross-validated, the mean of each "
            "fold is subtracted first; null for a constant unit",
            True,
        ),
        Column(
            "p_permutation",
            _FLOAT,
            "",
            "(1 + draws with an r at least as high) / (1 + draws); a draw permutes the test stimuli, if "
            "cross-validated as in `encoding`; null for a constant unit",
            True,
        ),
        Column(
            "q_permutation",
            _FLOAT,
            "",
            "p_permutation adjusted by Benjamini and Hochberg over all units that vary",
            True,
        ),
        Column("alpha", _FLOAT, "", "ridge penalty chosen on training rows; geometric mean over folds"),
    ),
    ("unit",),
)
RECONSTRUCTIONS = Contract(
    "reconstructions",
    2,
    "{subject}/reconstructions/{method}.parquet",
    "an image",
    (
        STIMULUS_ID,
        _SAMPLE,
        Column(
            "seed",
            pa.int64(),
            "",
            "seed of its noise, from study seed, sample and (unless shared) stimulus",
        ),
        Column("image_path", _STRING, "", "path of the 8-bit RGB PNG from the working directory"),
        Column("caption", _STRING, "", "text that it was made from; null unless one was decoded", True),
        Column(
            "precision",
            _STRING,
            "",
            "number format in which it was computed: that of the study, or float32 where that gave NaN, "
            "infinity or a black picture",
        ),
        Column("black", pa.bool_(), "", "whether every pixel is 0"),
    ),
    ("stimulus_id", "sample"),
)
SERIES = Contract(
    "series",
    1,
    "{subject}/series/series.parquet",
    "a picture of a series over strength and steps",
    (
        STIMULUS_ID,
        Column("strength", _FLOAT, "share", "noise added to the coarse picture, as reconstruct/strength"),
        Column("steps", _INT, "steps", "steps of the full schedule, as reconstruct/steps"),
        Column("denoised", _INT, "steps", "steps of it that were denoised"),
        Column("r_coarse", _FLOAT, "", "pixel correlation with the coarse picture of the decoded z"),
        Column(
            "r_seen",
            _FLOAT,
            "",
            "pixel correlation with the picture that was seen; null where it is not known",
            True,
        ),
    ),
    ("stimulus_id", "strength", "steps"),
)
EVALUATION = Contract(
    "evaluation",
    2,
    "{subject}/evaluation/{method}.parquet",
    "an image x metric",
    (
        STIMULUS_ID,
        _SAMPLE,
        _METRIC,
        Column("value", _FLOAT, "metric units", "the metric of this image"),
        Column(
            "as_rival",
            _FLOAT,
            "metric units",
            "of two-way identification, mean credit of the other stimuli against this one as their rival, in "
            "this sample; of other identifications, the number that makes (2 mean - value - as_rival) / "
            "(n - 2) the change of the mean without this stimulus, as the interval takes it; null for other "
            "metrics",
            True,
        ),
    ),
    ("stimulus_id", "sample", "metric"),
)
NULLS = Contract(
    "nulls",
    1,
    "{subject}/evaluation/{method}-nulls.parquet",
    "a draw from the permutation null of a metric",
    (
        _METRIC,
        Column("draw", _INT, "", "number of the permutation, from 0"),
        Column("value", _FLOAT, "metric units", "mean over stimuli"),
    ),
    ("metric", "draw"),
)
ENCODING = Contract(
    "encoding",
    2,
    "{subject}/encoding/{model}.parquet",
    "a voxel",
    (
        VOXEL_ID,
        Column(
            "r",
            _FLOAT,
            "",
            "Pearson r of predicted and measured test responses; if cross-validated, the mean of each fold "
            "is subtracted first; 0 for a constant prediction",
        ),
        Column("r2", _FLOAT, "", "coefficient of determination on the same values as r"),
        Column(
            "p",
            _FLOAT,
            "",
            "one-sided p of r under independent Gaussian responses; if cross-validated, by permutation "
            "within folds, with the variance doubled because folds share training trials",
        ),
        Column("q", _FLOAT, "", "p adjusted by Benjamini and Hochberg over all voxels"),
        Column("q_by", _FLOAT, "", "p adjusted by Benjamini and Yekutieli, valid under any dependence"),
        Column(
            "p_permutation",
            _FLOAT,
            "",
            "(1 + draws with an r at least as high) / (1 + draws); a draw permutes the test stimuli, if "
            "cross-validated within folds, and is then multiplied by sqrt(2) because folds share training "
            "trials",
        ),
        Column(
            "q_permutation",
            _FLOAT,
            "",
            "p_permutation adjusted by Benjamini and Hochberg; at least voxels / voxels with the smallest p "
            "/ (1 + draws)",
        ),
        Column(
            "alpha",
            _FLOAT,
            "",
            "ridge penalty chosen on training rows; of a stack, the weighted geometric mean of its layers'",
        ),
        Column(
            "ceiling_normalised",
            _FLOAT,
            "",
            "r / sqrt(noise_ceiling); null where the ceiling is unknown or below 0.05",
            True,
        ),
        Column(
            "r2_ceiling_normalised",
            _FLOAT,
            "",
            "r |r| / noise_ceiling, not clipped: negative with r, above 1 by estimation error; null as "
            "ceiling_normalised, where the ceiling is unknown or below 0.05",
            True,
        ),
        Column(
            "r2_normalised_low",
            _FLOAT,
            "",
            "lower end of the 95 % interval of r2_ceiling_normalised, from resamples of the test stimuli and "
            "noise_ceiling_sd by the delta method; null also without noise_ceiling_sd",
            True,
        ),
        Column("r2_normalised_high", _FLOAT, "", "upper end of the interval", True),
    ),
    ("voxel_id",),
)
_RESAMPLED = (
    "in each bootstrap resample of the test stimuli (if cross-validated, within folds, and sqrt(2) times as "
    "far from the score: resamples leave out that folds train each other's models); "
)
ENCODING_RESAMPLES = Contract(
    "encoding_resamples",
    1,
    "{subject}/encoding/{model}-resamples.parquet",
    "a voxel",
    (
        VOXEL_ID,
        Column("r", None, "", f"Pearson r {_RESAMPLED}resamples are the same for all models of a subject"),
        Column("r2", None, "", f"coefficient of determination {_RESAMPLED}the same resamples as for r"),
    ),
    ("voxel_id",),
)
GRAMS = Contract(
    "grams",
    1,
    "{subject}/grams/{space}.parquet",
    "a stimulus of the subject",
    (
        STIMULUS_ID,
        Column(
            "products",
            None,
            "model units squared",
            "inner products of its features with those of every stimulus of the table, in the order of rows",
        ),
    ),
    ("stimulus_id",),
)
_BAND = Column("band", _STRING, "", "feature space of the joint model")
UNIQUE = Contract(
    "unique",
    1,
    "{subject}/encoding/{model}-unique.parquet",
    "a voxel x band",
    (
        VOXEL_ID,
        _BAND,
        Column(
            "unique_r2", _FLOAT, "", "R^2 of the joint model less R^2 of the model of the other band alone"
        ),
        Column("unique_r2_low", _FLOAT, "", "2.5th percentile over resamples of test stimuli"),
        Column("unique_r2_high", _FLOAT, "", "97.5th percentile over resamples of test stimuli"),
        Column(
            "p",
            _FLOAT,
            "",
            "one-sided p of unique_r2 > 0, a normal one with its standard deviation over resamples; 1 where "
            "the joint model gives the band no share",
        ),
        Column("q", _FLOAT, "", "p adjusted by Benjamini and Yekutieli over all voxels of the band"),
        Column("product_r2", _FLOAT, "", "the band's part of R^2 of the joint model, by the product measure"),
        Column("share", _FLOAT, "", "share of the band in the mixture; its penalty is alpha / share"),
    ),
    ("voxel_id", "band"),
)
STACK_WEIGHTS = Contract(
    "stack_weights",
    1,
    "{subject}/encoding/{model}-weights.parquet",
    "a voxel x layer",
    (
        VOXEL_ID,
        Column("space", _STRING, "", "feature space of the layer"),
        Column("weight", _FLOAT, "", "weight of the layer's prediction; the weights of a voxel sum to 1"),
    ),
    ("voxel_id", "space"),
)
PREFERRED = Contract(
    "preferred",
    1,
    "{subject}/encoding/best-{family}.parquet",
    "a voxel",
    (
        VOXEL_ID,
        Column("best", _STRING, "", "model with the largest r on the test stimuli"),
        Column("r", _FLOAT, "", "r of that model"),
        Column("second", _STRING, "", "model with the second largest r"),
        Column("margin", _FLOAT, "", "r of the best model less r of the second"),
        Column("margin_low", _FLOAT, "", "2.5th percentile of this difference over resamples"),
        Column("margin_high", _FLOAT, "", "97.5th percentile of this difference over resamples"),
        Column("stability", _FLOAT, "", "share of the resamples of test stimuli in which it is the best"),
    ),
    ("voxel_id",),
)
ENCODING_SCORES = Contract(
    "encoding_scores",
    3,
    "encoding_scores.parquet",
    "subject x model x roi",
    (
        _SUBJECT,
        Column("model", _STRING, "", "feature space of the encoding model"),
        Column("roi", _STRING, "", "label of the atlas; `all` for every voxel"),
        Column("voxels", _INT, "voxels", "number of voxels; of `all` subjects, of all of them together"),
        Column("mean_r", _FLOAT, "", "mean r over the voxels; of `all` subjects, the mean over subjects"),
        Column(
            "mean_r_ceiling_normalised",
            _FLOAT,
            "",
            "correlation with noise-free responses: root of mean r |r| over mean noise ceiling of the voxels "
            "whose ceiling is known; null where this mean is below 0.05; of `all` subjects, the mean over "
            "those that have one",
            True,
        ),
        Column(
            "mean_noise_ceiling",
            _FLOAT,
            "r squared",
            "mean of noise_ceiling_unclipped over the voxels, or of noise_ceiling if the former is unknown "
            "in all of them, as with released ratios; null where unknown",
            True,
        ),
        Column("fraction_significant", _FLOAT, "", "share of voxels with q below the config's encode/fdr"),
        Column("subjects", _INT, "subjects", "number of subjects that the row is a mean over; for one, 1"),
        Column(
            "mean_r_low",
            _FLOAT,
            "",
            "lower end of the 95 % bootstrap interval of mean_r over test stimuli; for `all` subjects, over "
            "subjects and test stimuli within subjects",
        ),
        Column("mean_r_high", _FLOAT, "", "upper end of the interval"),
        Column(
            "fraction_significant_permutation",
            _FLOAT,
            "",
            "share of voxels with q_permutation below the config's encode/fdr",
        ),
        Column(
            "clusters",
            _INT,
            "clusters",
            "groups of voxels of the region with q_permutation below encode/fdr that touch by a face, an "
            "edge or a corner; null for surfaces and for `all` subjects",
            True,
        ),
        Column("largest_cluster", _INT, "voxels", "size of the largest cluster; 0 without any", True),
        Column(
            "peak_i", _INT, "", "first index of the voxel with the highest r in the largest cluster", True
        ),
        Column("peak_j", _INT, "", "second index of that voxel", True),
        Column("peak_k", _INT, "", "third index of that voxel", True),
        Column("peak_r", _FLOAT, "", "r of that voxel", True),
    ),
    ("subject", "model", "roi"),
)
