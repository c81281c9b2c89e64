"""The tables of choices by people: pairs of methods, methods, and the people themselves."""

import pyarrow as pa

from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract

_STRING, _INT, _FLOAT = pa.string(), pa.int32(), pa.float64()
_DESIGN = Column(
    "design",
    _STRING,
    "",
    "methods: two methods draw one stimulus. identification: a method draws this stimulus and another one",
    allowed=("methods", "identification"),
)
_SUBJECT = Column("subject", _STRING, "", "whose brain was decoded; `all` for the pooled subjects")
_N = (
    Column("n", _INT, "choices", "number of choices, undecided ones included"),
    Column("raters", _INT, "people", "number of people who chose"),
    Column("stimuli", _INT, "stimuli", "number of stimuli they chose by"),
)

PREFERENCES = Contract(
    "preferences",
    1,
    "preferences.parquet",
    "design x subject x pair of methods",
    (
        _DESIGN,
        _SUBJECT,
        Column("method", _STRING, "", "reconstruction method"),
        Column("rival", _STRING, "", "the method compared with; `wrong` for pictures of other stimuli"),
        *_N,
        Column("undecided", _INT, "choices", "choices of neither picture; each counts half for both"),
        Column("share", _FLOAT, "share", "of the choices that fell on the method; 0.5 is chance"),
        Column(
            "share_low",
            _FLOAT,
            "share",
            "lower end of its 95 % interval over raters and stimuli, crossed; of one rater over stimuli "
            "alone; null with fewer than 3 stimuli",
            True,
        ),
        Column("share_high", _FLOAT, "share", "upper end of the interval", True),
        Column(
            "p",
            _FLOAT,
            "",
            "two-sided, of a share of one half: all choices by a stimulus change sides together. It speaks "
            "for other stimuli and these raters; null with fewer than 3 stimuli",
            True,
        ),
        Column("q", _FLOAT, "", "p adjusted by Benjamini and Hochberg within design and subject", True),
    ),
    ("design", "subject", "method", "rival"),
)

PREFERENCE_SCORES = Contract(
    "preference_scores",
    1,
    "preference_scores.parquet",
    "subject x method",
    (
        _SUBJECT,
        Column("method", _STRING, "", "reconstruction method"),
        *_N,
        Column(
            "strength",
            _FLOAT,
            "log odds",
            "Bradley-Terry strength: the difference of two is the log odds that people choose one over the "
            "other; the mean over methods is 0",
        ),
        Column(
            "score",
            _FLOAT,
            "share",
            "probability to be chosen over a method of mean strength: 1 / (1 + exp(-strength))",
        ),
        Column("score_low", _FLOAT, "share", "lower end of its 95 % interval, as in preferences", True),
        Column("score_high", _FLOAT, "share", "upper end of the interval", True),
    ),
    ("subject", "method"),
)

RATERS = Contract(
    "raters",
    1,
    "raters.parquet",
    "design x person",
    (
        _DESIGN,
        Column("rater", _STRING, "", "name that the person gave; `all` for all of them"),
        Column("n", _INT, "choices", "number of choices"),
        Column("undecided", _FLOAT, "share", "of the choices that fell on neither picture"),
        Column("left", _FLOAT, "share", "of the other choices that fell on the left one; near 0.5", True),
        Column("seconds", _FLOAT, "s", "median time of a choice"),
        Column("shared", _INT, "trials", "trials that another person judged too"),
        Column("agreement", _FLOAT, "share", "of pairs of choices in these trials that agree", True),
        Column(
            "alpha",
            _FLOAT,
            "",
            "of `all`: Krippendorff's alpha of all choices (first, second, undecided; nominal), 1 for full "
            "agreement, 0 for chance",
            True,
        ),
    ),
    ("design", "rater"),
)
