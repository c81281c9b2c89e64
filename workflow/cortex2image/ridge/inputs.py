"""What the ridge estimator accepts as X and Y."""

from typing import Any

import numpy as np

from cortex2image.errors import DataError

# Arguments of sklearn.utils.check_array. Finiteness is checked here, to name the rows.
PREDICTORS: dict[str, Any] = {"dtype": [np.float64, np.float32], "ensure_all_finite": False}
TARGETS: dict[str, Any] = {**PREDICTORS, "ensure_2d": False}


def check_rows(X: np.ndarray, Y: np.ndarray) -> None:
    """Raise :class:`DataError` unless X and Y are finite and have the same two rows or more."""
    if len(X) != len(Y):
        raise DataError("ridge", f"as many rows of Y as of X, {len(X)}", f"{len(Y)}", "align the two")
    if len(X) < 2:
        raise DataError("ridge", "at least 2 samples", f"{len(X)} sample", "add training data")
    check_finite("X", X)
    check_finite("Y", Y)


def check_finite(name: str, rows: np.ndarray) -> None:
    """Raise :class:`DataError` that names the rows holding NaN or infinity."""
    bad = np.flatnonzero(~np.isfinite(rows.reshape(len(rows), -1)).all(axis=1))
    if len(bad):
        first = ", ".join(map(str, bad[:5])) + ", ..." * (len(bad) > 5)
        found = f"NaN or infinity in {len(bad)} of {len(rows)} rows: {first}"
        fix = "find the input that holds them; leave these rows out only where that is justified"
        raise DataError(f"ridge, rows of {name}", "finite numbers", found, fix)
