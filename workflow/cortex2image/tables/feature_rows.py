"""Features of some stimuli, read from a table that may hold many more."""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import DataError
from cortex2image.tables.columns import matrix
from cortex2image.tables.results import FEATURES


def read_features(path: str, stimuli: Sequence[str]) -> np.ndarray:
    """Return the features of stimuli, (n, width) float32, in their order; no others are held in memory.

    Raises
    ------
    DataError
        A stimulus without features.
    ContractError
        The table breaks its contract.
    """
    place = {name: row for row, name in enumerate(stimuli)}
    width = FEATURES.read_schema(path).field("feature").type.list_size
    features = np.empty((len(stimuli), width), np.float32)
    missing = set(place)
    for table in FEATURES.read_batches(path):
        ids = table["stimulus_id"].to_pylist()
        wanted = [row for row, name in enumerate(ids) if name in place]
        features[[place[ids[row]] for row in wanted]] = matrix(table, "feature")[wanted]
        missing -= set(ids)
    if missing:
        found = f"{len(missing)} missing, first {min(missing)}"
        fix = "delete the table and run the workflow again"
        raise DataError(path, f"features of {len(stimuli)} stimuli of the subject", found, fix)
    return features
