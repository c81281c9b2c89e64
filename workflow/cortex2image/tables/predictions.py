"""The table of what encoding models predict of single test stimuli."""

import pyarrow as pa

from cortex2image.tables.columns import Column
from cortex2image.tables.contract import Contract
from cortex2image.tables.recordings import STIMULUS_ID

ENCODING_PREDICTIONS = Contract(
    "encoding_predictions",
    1,
    "{subject}/encoding/{model}-predictions.parquet",
    "a test stimulus",
    (
        STIMULUS_ID,
        Column("fold", pa.int32(), "", "fold in which it is held out; null unless cross-validated", True),
        Column(
            "predicted",
            None,
            "standard deviations of the training trials",
            "predicted responses of voxels in the order of voxels.parquet, by the fit that saw neither the "
            "stimulus nor the responses to it",
        ),
    ),
    ("stimulus_id",),
)
"""4 bytes per stimulus and voxel: for NSD, 982 stimuli and 15,000 voxels, 59 MB of each model."""
