import json
import math

import numpy as np
import pandas as pd

from cortex2image.report.packed import packed


def unpacked(table: dict) -> pd.DataFrame:
    """Read what scripts read, in another way than they do."""
    columns = {}
    for name, column in table.items():
        if isinstance(column, dict):
            column = [None if code < 0 else column["levels"][code] for code in column["codes"]]
        columns[name] = column
    return pd.DataFrame(columns)


def test_a_table_comes_back_with_six_digits_and_gaps():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "name": ["b", "a", None, "b"],
            "value": [*rng.normal(size=3), math.nan],
            "large": [1234567.0, 1e-9, 0.5, 3.0],
            "n": [3, 4, 5, 6],
            "better": [True, False, True, True],
        }
    )
    text = json.dumps(packed(frame), allow_nan=False)
    back = unpacked(json.loads(text))
    assert back["name"].tolist()[:2] == ["b", "a"]
    assert back["name"].isna().tolist() == [False, False, True, False]
    np.testing.assert_allclose(back["value"].astype(float), frame["value"], rtol=1e-5)
    np.testing.assert_allclose(back["large"], frame["large"], rtol=1e-5)
    assert back["n"].tolist() == [3, 4, 5, 6]
    assert back["better"].tolist() == [1, 0, 1, 1]


def test_repeated_texts_are_written_once():
    frame = pd.DataFrame({"metric": ["a metric with a long name"] * 500})
    assert len(json.dumps(packed(frame))) < 2100
