"""The table by which two laboratories see whether their features are the same."""

import pyarrow as pa

from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract

ALL, REFERENCE = "(all stimuli)", "(reference picture)"
"""Labels in the column `picture` that are no stimuli."""

FINGERPRINTS = Contract(
    "fingerprints",
    1,
    "fingerprints.parquet",
    "a feature space x picture",
    (
        Column("space", pa.string(), "", "feature space, or `judge: layer` of a judge"),
        Column(
            "picture",
            pa.string(),
            "",
            f"one of the first stimuli by id, `{ALL}`, or `{REFERENCE}`, a gradient with rings that the "
            "workflow renders (not where features are sampled)",
        ),
        Column("stimuli", pa.int64(), "stimuli", "number of vectors: 1 but for all stimuli"),
        Column("width", pa.int64(), "units", "length of a feature vector"),
        Column("mean", pa.float64(), "model units", "mean of all values"),
        Column("sd", pa.float64(), "model units", "standard deviation of all values"),
        Column(
            "projections",
            None,
            "model units",
            "projections of the vector, or of the mean vector, on eight directions of random signs, which "
            "are the same everywhere",
        ),
        Column("model_set", pa.string(), "", "model set that gave the features"),
        Column("weights", pa.string(), "", "SHA-256 of its SHA256SUMS, or of the weights of the judge"),
        Column(
            "made_with", pa.string(), "", "JSON of what else the features depend on, such as the input size"
        ),
    ),
    ("space", "picture"),
)
