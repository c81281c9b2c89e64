"""Folds that never share a group."""

from collections.abc import Iterable

import numpy as np
from sklearn.model_selection import GroupKFold, KFold

from cortex2image.errors import DataError

Folds = list[tuple[np.ndarray, np.ndarray]]


def make_folds(cv: object, rows: int, groups: np.ndarray | None, seed: int) -> Folds:
    """Return the (train, validation) row numbers of every fold.

    Parameters
    ----------
    cv : int, scikit-learn splitter, or iterable of (train, validation) pairs
        A number means shuffled folds, over whole groups where there are any.
    rows : int
    groups : (rows,) array or None
        Rows of one group (the repeats of a stimulus, the blocks of a run) stay on one side.
    seed : int
        Of the shuffling, in [0, 2**32).

    Raises
    ------
    DataError
        Fewer groups (or rows) than folds, or a splitter that puts a group on both sides.
    """
    if groups is not None and len(groups) != rows:
        raise DataError("groups", f"{rows}, one per row", f"{len(groups)}", "give every row its group")
    folds = list(_splits(cv, rows, groups, seed))
    for number, (train, validation) in enumerate(folds):
        _check_apart(number, train, validation, np.arange(rows) if groups is None else groups)
    return folds


def _splits(
    cv: object, rows: int, groups: np.ndarray | None, seed: int
) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    if isinstance(cv, int):
        _check_enough(cv, rows if groups is None else len(np.unique(groups)), groups is not None)
        cv = (KFold if groups is None else GroupKFold)(cv, shuffle=True, random_state=seed)
    if hasattr(cv, "split"):
        return cv.split(np.empty((rows, 1)), None, groups)
    return cv  # type: ignore[return-value]


def _check_enough(folds: int, found: int, grouped: bool) -> None:
    what = "groups" if grouped else "rows"
    if folds < 2 or found < folds:
        expected = f"at least 2 folds, and at most as many as {what}"
        fix = f"choose between 2 and {found} folds, or add training data"
        raise DataError("ridge folds", expected, f"{folds} folds, {found} {what}", fix)


def _check_apart(number: int, train: np.ndarray, validation: np.ndarray, groups: np.ndarray) -> None:
    shared = np.intersect1d(groups[train], groups[validation])
    if len(shared):
        found = f"{len(shared)} groups on both sides, first {shared[0]}"
        raise DataError(
            f"ridge fold {number}", "no group on both sides", found, "use a splitter that honours groups"
        )
