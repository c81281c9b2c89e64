"""Scripts that hand values to the pages of the report."""

import base64
import json

import numpy as np


def data_script(name: str, value: object) -> str:
    """Return a script that hands a value to the page: browsers open scripts from disk, but no JSON files."""
    return f"c2i.data({json.dumps(name)}, {json.dumps(value, allow_nan=False, separators=(',', ':'))});\n"


def packed(values: np.ndarray, dtype: str) -> str:
    """Return numbers of a type such as ``int16``, lowest byte first, as text (base64)."""
    return base64.b64encode(values.astype(np.dtype(dtype).newbyteorder("<")).tobytes()).decode("ascii")
