"""pyarrow, in steps that do not use pandas."""

import sys
from collections.abc import Sequence


class _NoPandas:
    """A finder of modules that says of pandas that it is not there."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: object = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is left out, see cortex2image.arrow")


def leave_pandas_out() -> None:
    """Let pyarrow do without pandas, unless pandas is loaded already.

    pyarrow looks for pandas when it first makes an array, to know values of pandas when it sees them. Where a
    step has none, the import takes longer than all else that a small step does. pyarrow asks once: from then
    on it takes values of pandas for any others, and missing ones among them stay NaN. `Table.to_pandas` loads
    pandas all the same.
    """
    if "pyarrow" not in sys.modules or "pandas" in sys.modules:
        return
    import pyarrow as pa

    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([0])
    finally:
        sys.meta_path.remove(_NoPandas)
