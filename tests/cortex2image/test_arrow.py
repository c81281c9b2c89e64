"""Steps that do not use pandas do not load it; those that do get values of pandas into tables as before."""

import subprocess
import sys

from cortex2image.sources import ROOT

WRITE = """
import sys
sys.path.insert(0, {root!r})
{before}
import numpy as np, pyarrow as pa
from cortex2image.errors import run_step
def main():
    table = pa.table({{"a": np.arange(3.0), "b": ["x", None, "z"]}})
    print("pandas" in sys.modules)
    {then}
run_step(main)
"""


def said(before: str = "", then: str = "") -> list[str]:
    """What a step says that writes a table, and then does more."""
    program = WRITE.format(root=str(ROOT), before=before, then=then)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_table_is_made_without_pandas():
    assert said() == ["False"]


def test_pandas_that_is_loaded_stays_known_and_a_missing_value_is_none():
    series = "import pandas as pd; print(pa.array(pd.Series([1.0, float('nan')])).null_count)"
    assert said(before="import pandas", then=series) == ["True", "1"]


def test_a_table_still_becomes_one_of_pandas():
    assert said(then="print(list(table.to_pandas().columns))") == ["False", "['a',", "'b']"]
    assert said(then="import pandas as pd; print(len(pd.DataFrame({'a': [1]})))") == ["False", "1"]
