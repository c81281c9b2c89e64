"""The tables of scores: of every method, of methods compared with each other, and of samples."""

import pyarrow as pa
import pyarrow.compute as pc

from cortex2image.tables.checks import RowCheck, between, together
from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract

POOLED = "all"
"""Label of all subjects together, in the place of a subject."""
_STRING, _INT, _FLOAT = pa.string(), pa.int32(), pa.float64()
_SUBJECT = Column("subject", _STRING, "", "subject label, e.g. sub-01; `all` for the pooled subjects")
_METRIC = Column("metric", _STRING, "", "name of the metric; see docs/metrics.md")
_METHOD = Column("method", _STRING, "", "reconstruction method or decoder")
_BETTER = Column("higher_is_better", pa.bool_(), "", "direction of the metric")
_LOW = Column(
    "ci_low",
    _FLOAT,
    "metric units",
    "lower end of the 95 % interval over stimuli; for `all` subjects, over subjects and stimuli",
)
_HIGH = Column("ci_high", _FLOAT, "metric units", "upper end of the interval")
_ENOUGH = RowCheck(
    "n of 3 stimuli or more", pc.field("n") >= 3, "score more test stimuli: no interval can be made of fewer"
)


def _interval(value: str, low: str = "ci_low", high: str = "ci_high") -> RowCheck:
    fix = f"give {value} with its interval: a score without one is not written"
    return RowCheck(f"{low} <= {value} <= {high}", between(low, value, high), fix)


SCORES = Contract(
    "scores",
    2,
    "scores.parquet",
    "subject x method x metric",
    (
        _SUBJECT,
        _METHOD,
        _METRIC,
        Column("n", _INT, "stimuli", "number of stimuli the value is a mean over"),
        Column("value", _FLOAT, "metric units", "mean over stimuli of the mean over samples"),
        _LOW,
        _HIGH,
        Column("null_mean", _FLOAT, "metric units", "mean of the permutation null"),
        Column("null_sd", _FLOAT, "metric units", "standard deviation of the permutation null"),
        Column(
            "p",
            _FLOAT,
            "",
            "one-sided permutation p, (1 + draws at least as good) / (1 + draws); exact if all permutations "
            "were drawn",
        ),
        Column(
            "ceiling",
            _FLOAT,
            "metric units",
            "the metric of pictures made from true features: by ceiling_z for z, ceiling_c for methods of c "
            "alone, ceiling_image_prompt for image_prompt; by ceiling, of true z and c, for others and where "
            "these were not run, which is then no bound; null for ceilings and without such pictures",
            True,
        ),
        Column(
            "floor",
            _FLOAT,
            "metric units",
            "the best value among controls that hold nothing on the stimulus from the brain and go through "
            "the same generator; null for controls other than bottlenecks, and without such pictures",
            True,
        ),
        Column("floor_control", _STRING, "", "the control that scored `floor`; null without a floor", True),
        Column(
            "share",
            _FLOAT,
            "",
            "(value - floor) / (ceiling - floor): 0 at the floor, 1 at the ceiling, not clipped; null unless "
            "both are there, where the 95 % interval of ceiling - floor holds 0, and for metrics of the "
            "brain, which true features do not bound",
            True,
        ),
        Column(
            "share_low",
            _FLOAT,
            "",
            "lower end of its 95 % interval, in which all three scores vary with stimuli and subjects",
            True,
        ),
        Column("share_high", _FLOAT, "", "upper end of the interval of share", True),
        Column(
            "nearest_train",
            _FLOAT,
            "metric units",
            "the metric of the training pictures whose features are nearest to the decoded ones, a search "
            "without a generator; null for itself and if it was not run",
            True,
        ),
        _BETTER,
        Column("metric_version", _STRING, "", "version of the definition in docs/metrics.md"),
    ),
    ("subject", "method", "metric"),
    (
        _ENOUGH,
        _interval("value"),
        RowCheck(
            "a finite null_mean and a null_sd >= 0",
            pc.is_finite(pc.field("null_mean")) & (pc.field("null_sd") >= 0),
            "give the permutation null of the score: a score without one is not written",
        ),
        RowCheck("0 < p <= 1", (pc.field("p") > 0) & (pc.field("p") <= 1), "count the observed pairing"),
        _interval("share", "share_low", "share_high"),
        RowCheck(
            "share, share_low and share_high, or none of them",
            together("share", "share_low", "share_high"),
            "give the share with its interval",
        ),
    ),
)
COMPARISONS = Contract(
    "comparisons",
    1,
    "comparisons.parquet",
    "subject x metric x pair of methods",
    (
        _SUBJECT,
        _METRIC,
        Column("method_a", _STRING, "", "first method, by name"),
        Column("method_b", _STRING, "", "second method"),
        Column("n", _INT, "stimuli", "number of stimuli that both were scored by"),
        Column("difference", _FLOAT, "metric units", "value of method_a less value of method_b"),
        Column(
            "ci_low",
            _FLOAT,
            "metric units",
            "lower end of the paired 95 % interval over stimuli; for `all` subjects, over subjects, who are "
            "the unit, and stimuli",
        ),
        _HIGH,
        Column("p", _FLOAT, "", "two-sided p of no difference, of the same t as the interval"),
        Column(
            "q", _FLOAT, "", "p adjusted by Benjamini and Hochberg over the rows of the subject and family"
        ),
        Column(
            "family",
            _STRING,
            "",
            "comparisons that are adjusted together: metrics of one kind (see docs/metrics.md), and either "
            "`methods`, pairs of reconstructions, or `controls`, pairs with a control",
        ),
        Column(
            "standardised",
            _FLOAT,
            "",
            "effect size: difference / standard deviation over stimuli of the differences (Cohen's d_z), the "
            "mean over subjects; null if all differences of a subject are the same",
            True,
        ),
        Column(
            "probability",
            _FLOAT,
            "",
            "effect size of identifications, of a picture or of its category: the difference between the "
            "probabilities of success; null for other metrics",
            True,
        ),
        _BETTER,
    ),
    ("subject", "metric", "method_a", "method_b"),
    (
        _ENOUGH,
        _interval("difference"),
        RowCheck(
            "0 <= p <= q <= 1",
            (pc.field("p") >= 0) & (pc.field("p") <= pc.field("q")) & (pc.field("q") <= 1),
            "adjust p within its family",
        ),
    ),
)
SAMPLE_SCORES = Contract(
    "sample_scores",
    1,
    "sample_scores.parquet",
    "subject x method x metric x what is made of the samples",
    (
        _SUBJECT,
        _METHOD,
        _METRIC,
        Column(
            "aggregate",
            _STRING,
            "",
            "what the samples of a stimulus count for. mean: their mean, as in scores.parquet. one_sample: "
            "the first one. sd_between: their standard deviation, the root of its mean square over stimuli. "
            "best_of_n_by_brain: the one whose predicted response is nearest to the measured one. "
            "best_of_n_by_truth: the one that this very metric finds best, which nobody can choose who does "
            "not know the picture; rank_k_of_n_by_truth: the k-th best by it",
        ),
        Column(
            "chosen_by",
            _STRING,
            "",
            "metric by which a sample was chosen: brain consistency, or the metric itself; empty if none was",
        ),
        Column("samples", _INT, "samples", "number of samples of a stimulus"),
        Column("n", _INT, "stimuli", "number of stimuli the value is a mean over"),
        Column("value", _FLOAT, "metric units", "mean over stimuli"),
        _LOW,
        _HIGH,
        _BETTER,
    ),
    ("subject", "method", "metric", "aggregate", "chosen_by"),
    (_ENOUGH, _interval("value")),
)
