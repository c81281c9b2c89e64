"""The tables of single regions: what reconstructions lose without them, and which pictures they prefer."""

import pyarrow as pa

from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract
from cortex2image.tables.recordings import SPLITS, STIMULUS_ID

NOTHING, REGION, RANDOM = "nothing", "region", "random"
"""Voxels that were set to their training mean: none; those of a region; as many random voxels of all regions
that a decoder reads."""

_STRING, _INT, _FLOAT = pa.string(), pa.int32(), pa.float64()
_REMOVED = Column(
    "removed",
    _STRING,
    "",
    "voxels set to their training mean: those of the region, or as many random ones that decoders read",
    allowed=(REGION, RANDOM),
)
_STIMULUS_PART = "of the part that varies over stimuli (the mean of the full ones over stimuli is subtracted)"

LESIONED = Contract(
    "lesioned",
    1,
    "{subject}/attribution/decoded/{space}.parquet",
    "removed voxels x a test stimulus",
    (
        Column("region", _STRING, "", "region that was removed, or whose number of voxels was; else empty"),
        Column(
            "removed",
            _STRING,
            "",
            "voxels set to their training mean before decoding",
            allowed=(NOTHING, REGION, RANDOM),
        ),
        STIMULUS_ID,
        Column("feature", None, "model units", "the decoded feature vector, flattened in C order"),
    ),
    ("region", "removed", "stimulus_id"),
)
ATTRIBUTION = Contract(
    "attribution",
    1,
    "{subject}/attribution/{region}.parquet",
    "removed voxels x an image x a denoising step",
    (
        _REMOVED,
        STIMULUS_ID,
        Column("sample", _INT, "", "number of the sample drawn for this stimulus, from 0"),
        Column("step", _INT, "", "denoising step, from 0"),
        Column("timestep", _INT, "", "timestep of the noise schedule at which the step starts"),
        Column(
            "change",
            _FLOAT,
            "",
            "|x' - x| / |x - mean|: x and x' are the x_0 that the U-Net predicts without and with the "
            "removal from one noise, mean is that of x over stimuli; null if x is the same for all",
            True,
        ),
        Column("cosine", _FLOAT, "", f"cosine of x' and x, {_STIMULUS_PART}; null as for change", True),
        Column("z_change", _FLOAT, "", "change of the decoded z; null if z is not decoded", True),
        Column("c_change", _FLOAT, "", "change of the decoded c", True),
    ),
    ("removed", "stimulus_id", "sample", "step"),
)
PREFERENCE = Contract(
    "preference",
    1,
    "{subject}/preference/{region}-{space}.parquet",
    "a stimulus",
    (
        STIMULUS_ID,
        Column("split", _STRING, "", "test throughout if cross-validated", allowed=SPLITS),
        Column(
            "predicted",
            _FLOAT,
            "standard deviations of the mean response over training stimuli",
            "mean response of the region's voxels, by an encoding model that was not fitted to this stimulus",
        ),
        Column(
            "measured",
            _FLOAT,
            "standard deviations of the mean response over training stimuli",
            "mean over the region's voxels and the trials; null for training stimuli",
            True,
        ),
        Column("rank", _INT, "", "rank of predicted among all stimuli, 1 for the strongest"),
        Column("rank_in_split", _INT, "", "rank of predicted among the stimuli of the same split"),
    ),
    ("stimulus_id",),
)
REGION_ENCODER = Contract(
    "region_encoder",
    1,
    "{subject}/preference/encoders/{region}-{space}.parquet",
    "a feature unit",
    (
        Column("unit", _INT, "", "position in the feature vector, from 0"),
        Column(
            "weight",
            _FLOAT,
            "standard deviations of the mean response per model unit",
            "weight in the prediction of the region's mean response; mean over folds if cross-validated",
        ),
    ),
    ("unit",),
)
SYNTHESIS = Contract(
    "synthesis",
    1,
    "{subject}/preference/synthesis/{region}.parquet",
    "an iteration of gradient ascent",
    (
        Column("iteration", _INT, "", "number of the iteration; 0 is the start"),
        Column(
            "predicted",
            _FLOAT,
            "standard deviations of the mean response over training stimuli",
            "response to the picture that the encoding model of z predicts",
        ),
        Column(
            "distance",
            _FLOAT,
            "",
            "of the latent from the mean training latent; 1 is the median distance of training pictures",
        ),
    ),
    ("iteration",),
)
