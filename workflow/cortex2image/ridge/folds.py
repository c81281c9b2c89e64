"""Folds whose training and validation rows never share a group."""

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import cast

import numpy as np

from cortex2image.errors import DataError

Pairs = Iterable[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Fold:
    """Masks of the rows to fit and of the rows to predict, (n,) arrays of bool."""

    train: np.ndarray
    validation: np.ndarray


def make_folds(cv: object, rows: int, groups: np.ndarray | None, seed: int) -> list[Fold]:
    """Turn a cross-validation scheme into folds.

    Parameters
    ----------
    cv : int, scikit-learn splitter, or iterable of (train, validation) pairs
        A number means that many shuffled folds, of whole groups if `groups` are given.
    rows : int
    groups : (rows,) array or None
        Rows of one group (the repeats of a stimulus, the blocks of a run) stay on one side of every fold.
    seed : int
        Seed of the shuffling, in [0, 2**32).

    Raises
    ------
    DataError
        Fewer groups (or rows) than folds, or a splitter that puts a group on both sides of a fold, leaves a
        side empty or names a row twice.
    """
    _check_length(rows, groups)
    labels = np.arange(rows) if groups is None else groups
    pairs = enumerate(_splits(cv, rows, groups, seed))
    folds = [
        _fold(number, np.asarray(train), np.asarray(held_out), labels) for number, (train, held_out) in pairs
    ]
    if not folds:
        raise DataError("ridge folds", "at least 1 fold", "none", "give another cross-validation scheme")
    return folds


def hold_out_once(folds: list[Fold]) -> bool:
    """Return whether every row is held out in exactly one fold and fitted in all others, as in K-fold CV."""
    complete = all((fold.train != fold.validation).all() for fold in folds)
    times = np.sum([fold.validation for fold in folds], axis=0)
    return complete and bool((times == 1).all())


def check_groups(rows: int, groups: np.ndarray | None) -> int:
    """Return the number of groups to leave out one by one; without groups, the number of rows.

    Raises
    ------
    DataError
        Fewer than two groups, or another number of labels than rows.
    """
    _check_length(rows, groups)
    different = rows if groups is None else len(np.unique(groups))
    if different < 2:
        fix = "give the rows their groups, or choose another selection"
        raise DataError("ridge groups", "at least 2 to leave one out", f"{different}", fix)
    return different


def _check_length(rows: int, groups: np.ndarray | None) -> None:
    if groups is not None and np.shape(groups) != (rows,):
        found = f"an array of shape {np.shape(groups)}"
        raise DataError("groups", f"{rows}, one per row", found, "give every row its group")


def _splits(cv: object, rows: int, groups: np.ndarray | None, seed: int) -> Pairs:
    """Return the pairs of (training, validation) row indices of a cross-validation scheme."""
    if isinstance(cv, Integral):
        cv = int(cv)
        _check_enough(cv, rows if groups is None else len(np.unique(groups)), groups is not None)
        return _shuffled(cv, np.arange(rows) if groups is None else groups, seed)
    if hasattr(cv, "split"):
        cv = cv.split(np.empty((rows, 1)), None, groups)
    return cast(Pairs, cv)


def _shuffled(folds: int, groups: np.ndarray, seed: int) -> Pairs:
    """Yield K-fold splits of whole groups in random order, as KFold and GroupKFold draw them."""
    # The generator of scikit-learn, so that its folds and these are the same.
    order = np.random.RandomState(seed).permutation(np.unique(groups))
    for held_out in np.array_split(order, folds):
        chosen = np.isin(groups, held_out)
        yield np.flatnonzero(~chosen), np.flatnonzero(chosen)


def _check_enough(folds: int, found: int, grouped: bool) -> None:
    what = "groups" if grouped else "rows"
    if folds < 2 or found < folds:
        expected = f"at least 2 folds, and at most as many as {what}"
        choice = f"choose from 2 to {found} folds, or " if found >= 2 else ""
        fix = f"{choice}add training data"
        raise DataError("ridge folds", expected, f"{folds} folds, {found} {what}", fix)


def _fold(number: int, train: np.ndarray, validation: np.ndarray, labels: np.ndarray) -> Fold:
    """Check a pair of row indices and return the fold; `labels` are the (rows,) groups."""
    where = f"ridge fold {number}"
    shared = np.intersect1d(labels[train], labels[validation])
    if len(shared):
        found = f"{len(shared)} groups on both sides, first {shared[0]}"
        raise DataError(where, "no group on both sides", found, "use a splitter that honours groups")
    masks = []
    for side in (train, validation):
        mask = np.zeros(len(labels), dtype=bool)
        mask[side] = True
        masks.append(mask)
        if not len(side) or mask.sum() != len(side):
            found = f"{len(side)} rows, {mask.sum()} of them different"
            raise DataError(where, "rows on both sides, each once", found, "use another splitter")
    return Fold(*masks)
