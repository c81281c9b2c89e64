"""The table of scores of decoded features against the amount of training data."""

import pyarrow as pa

from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract

UNITS = ("session", "run")
METRICS = ("unit_correlation", "pattern_correlation", "features_twoway", "features_top1")
_STRING, _INT, _FLOAT = pa.string(), pa.int32(), pa.float64()

LEARNING_CURVE = Contract(
    "learning_curve",
    1,
    "{subject}/learning_curve.parquet",
    "feature space x amount of training data x metric",
    (
        Column("subject", _STRING, "", "subject label"),
        Column("space", _STRING, "", "decoded feature space"),
        Column(
            "unit",
            _STRING,
            "",
            "what is counted; runs for a subject whose training trials lie in one session",
            allowed=UNITS,
        ),
        Column(
            "count",
            _INT,
            "sessions or runs",
            "how many of them, from the first, whose training trials the decoder is fitted to; only those "
            "with training trials count",
        ),
        Column(
            "hours",
            _FLOAT,
            "h",
            "scanning time of their runs with training trials; null where the data set does not tell",
            True,
        ),
        Column("training_trials", _INT, "trials", "training trials"),
        Column("training_stimuli", _INT, "stimuli", "different stimuli among them"),
        Column(
            "metric",
            _STRING,
            "",
            "unit_correlation: r of decoded and true values over test stimuli, mean over units that vary. "
            "Others as in docs/metrics.md, with patterns in standard deviations of the true features of all "
            "training stimuli, whatever the cut.",
            allowed=METRICS,
        ),
        Column("n", _INT, "stimuli", "test stimuli, the same in every row"),
        Column("value", _FLOAT, "", "the metric, mean over test stimuli"),
        Column("ci_low", _FLOAT, "", "lower end of the 95 % interval over test stimuli, by the jackknife"),
        Column("ci_high", _FLOAT, "", "upper end of the interval"),
        Column("null_mean", _FLOAT, "", "mean of the permutation null: test stimuli permuted"),
        Column("null_sd", _FLOAT, "", "standard deviation of the permutation null"),
        Column("p", _FLOAT, "", "one-sided permutation p, (1 + draws at least as good) / (1 + draws)"),
    ),
    ("subject", "space", "count", "metric"),
)
