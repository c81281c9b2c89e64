"""The tables on how new test stimuli are: nearest training stimuli, scores by nearness, spans of features."""

import pyarrow as pa

from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract
from cortex2image.tables.recordings import STIMULUS_ID

_STRING, _INT, _FLOAT, _BOOL = pa.string(), pa.int32(), pa.float64(), pa.bool_()
_MEASURE = Column(
    "measure",
    _STRING,
    "",
    "what compares pictures: `embedding_` and a judge, `phash`, `pixels`, or a decoded feature space",
)

NOVELTY = Contract(
    "novelty",
    1,
    "novelty.parquet",
    "subject x test stimulus x measure",
    (
        Column("subject", _STRING, "", "subject label; training stimuli are those of the subject"),
        STIMULUS_ID,
        _MEASURE,
        Column("nearest_train", _STRING, "", "the most similar training stimulus; of equal ones the first"),
        Column(
            "similarity",
            _FLOAT,
            "",
            "embedding: cosine. phash: share of equal bits of 64. pixels: Pearson r at 32 x 32 px. Features: "
            "Pearson r across units, standardised by training stimuli",
        ),
        Column("rank", _INT, "", "place among the subject's test stimuli, 1 for the most similar"),
        Column(
            "duplicate",
            _BOOL,
            "",
            "whether nearest_train shows the same picture: all bits of the hash are equal, and pixel r is "
            "above 0.999",
        ),
    ),
    ("subject", "stimulus_id", "measure"),
)


def _third(name: str, words: str) -> tuple[Column, ...]:
    doc = f"mean over the third of test stimuli {words}; null with fewer than 3 of them"
    return (
        Column(name, _FLOAT, "metric units", doc, True),
        Column(f"{name}_low", _FLOAT, "metric units", "lower end of its 95 % interval, as in scores", True),
        Column(f"{name}_high", _FLOAT, "metric units", "upper end of the interval", True),
    )


NOVELTY_SCORES = Contract(
    "novelty_scores",
    1,
    "novelty_scores.parquet",
    "subject x method x metric x measure",
    (
        Column("subject", _STRING, "", "subject label; `all` for the pooled subjects"),
        Column("method", _STRING, "", "reconstruction method or decoder"),
        Column("metric", _STRING, "", "name of the metric; see docs/metrics.md"),
        _MEASURE,
        Column("n", _INT, "stimuli", "number of test stimuli"),
        *_third("near", "that are most similar to a training stimulus"),
        *_third("middle", "in between"),
        *_third("far", "that are least similar to any"),
        Column(
            "rho",
            _FLOAT,
            "",
            "Spearman correlation, over test stimuli, of score and similarity to the nearest training one; "
            "of `all` subjects the mean; null where either is constant",
            True,
        ),
        Column("rho_low", _FLOAT, "", "lower end of the 95 % interval of rho", True),
        Column("rho_high", _FLOAT, "", "upper end of the interval", True),
        Column("p", _FLOAT, "", "two-sided permutation p of rho; null with it", True),
    ),
    ("subject", "method", "metric", "measure"),
)

SPAN = Contract(
    "span",
    1,
    "{subject}/decoded/span.parquet",
    "a decoded feature space",
    (
        Column("space", _STRING, "", "feature space"),
        Column(
            "training_stimuli",
            _INT,
            "stimuli",
            "training stimuli; if cross-validated, of the smallest fold",
        ),
        Column("units", _INT, "", "width of the feature vectors"),
        Column(
            "directions",
            _INT,
            "",
            "dimension of what linear decoders can say: the span of training features about their mean",
        ),
        Column(
            "r2",
            _FLOAT,
            "",
            "R^2 of the true test features projected on that span, over all units together, against the "
            "training mean: the most that a linear decoder could explain",
        ),
        Column("unit_r2_median", _FLOAT, "", "median over the units that vary of the same"),
        Column("unit_r2_low", _FLOAT, "", "5th percentile over units"),
        Column("pattern_correlation", _FLOAT, "", "mean pattern correlation of projected and true features"),
        Column("twoway", _FLOAT, "", "two-way identification of the projected among the true test features"),
        Column("twoway_low", _FLOAT, "", "lower end of its 95 % interval"),
        Column("twoway_high", _FLOAT, "", "upper end of the interval"),
    ),
    ("space",),
)
