"""The table of scores of several studies, side by side."""

import pyarrow as pa

from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract
from cortex2image.tables.scores import SCORES

_STRING, _FLOAT = pa.string(), pa.float64()

STUDIES = Contract(
    "studies",
    1,
    "studies.parquet",
    "study x subject x method x metric",
    (
        Column("study", _STRING, "", "name of the study"),
        Column("split", _STRING, "", "split of its stimuli in words; given for that of the data set"),
        Column(
            "training_stimuli",
            _FLOAT,
            "stimuli",
            "training stimuli of the subject, of `all` subjects the mean; null if cross-validated",
            True,
        ),
        Column("training_trials", _FLOAT, "trials", "training trials, as for training_stimuli", True),
        Column(
            "test_trials",
            _FLOAT,
            "trials",
            "trials per test stimulus, the mean; null if cross-validated",
            True,
        ),
        Column(
            "nearest_training",
            _FLOAT,
            "",
            "mean over test stimuli of the cosine of the CLIP embeddings of each and its nearest training "
            "stimulus; null where a study does not split stimuli itself, or does so by category",
            True,
        ),
        *SCORES.columns,
    ),
    ("study", "subject", "method", "metric"),
)
