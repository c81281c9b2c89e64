"""Trials posed as a regression: rows to decompose, what each stands for, folds and groups of rows."""

from dataclasses import dataclass

import numpy as np

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge.folds import Fold, check_groups, make_folds
from cortex2image.ridge.inputs import Blocks, Sliced
from cortex2image.ridge.kernels import Kernel, KernelBlocks
from cortex2image.ridge.repeats import PerTrial, Repeats, checked_row


@dataclass(frozen=True)
class Split:
    """How penalties are selected.

    Attributes
    ----------
    selection : "kfold", "gcv" or "loo"
    cv : int, scikit-learn splitter or iterable of index pairs
    seed : int
    """

    selection: str
    cv: object
    seed: int

    def of(self, trials: int, groups: np.ndarray | None) -> list[Fold]:
        """Return the folds of trials; none for closed forms, after a check of the groups."""
        if self.selection == "kfold":
            return make_folds(self.cv, trials, groups, self.seed)
        check_groups(trials, groups)
        return []


@dataclass(frozen=True)
class Lifted:
    """Pictures that are decomposed in place of their trials: (pictures, p) rows, and the trials of each."""

    pictures: Blocks
    repeats: Repeats


@dataclass(frozen=True)
class Posed:
    """Rows of a regression.

    Attributes
    ----------
    blocks : Blocks, (r, p)
    trials : int
    folds : list of Fold
        Folds of the rows; empty for closed forms.
    groups : (r,) array, optional
    weights : (r,) array, optional
        Trials that each row stands for; None if each stands for one.
    repeats : Repeats, optional
        The trials of each row, if rows are pictures and targets come by trial.
    lifted : Lifted, optional
        What is decomposed, if rows are trials of fewer pictures.
    """

    blocks: Blocks
    trials: int
    folds: list[Fold]
    groups: np.ndarray | None
    weights: np.ndarray | None = None
    repeats: Repeats | None = None
    lifted: Lifted | None = None


def pose(X: Blocks, weights: np.ndarray | None, split: Split, groups: np.ndarray | None) -> Posed:
    """Pose a regression whose rows are (n, p) predictors, with (n,) weights if given."""
    rows = X.shape[0]
    groups = None if groups is None else np.asarray(groups)
    folds = split.of(rows, groups)
    _check_gcv(split, rows, groups)
    return Posed(X, rows, folds, groups, None if weights is None else checked_weights(weights, rows))


def pose_repeats(X: PerTrial | Kernel, split: Split, groups: np.ndarray | None) -> Posed:
    """Pose a regression of trials that share rows of predictors.

    Rows are pictures, weighted by their trials, unless a fold, or a group that is left out, holds some trials
    of a picture and not others: then rows are trials, and pictures are decomposed if they are fewer than the
    predictors.
    """
    row = np.arange(len(_matrix(X))) if X.row is None else checked_row(X.row, len(_matrix(X)))
    trials, repeats = len(row), Repeats.of(row)
    if len(repeats.used) < 2:
        raise DataError("ridge", "at least 2 samples", "trials of 1 row", "add training data")
    groups = None if groups is None else np.asarray(groups)
    folds = split.of(trials, groups)
    pictures = _rows(X, repeats.used)
    if not _splits(repeats, split, folds, groups):
        first, counts = repeats.first, repeats.counts
        rows_groups = None if groups is None else groups[first]
        _check_gcv(split, len(first), rows_groups)
        some = [Fold(fold.train[first], fold.validation[first]) for fold in folds]
        weights = None if counts.max() == 1 else counts.astype(np.float64)
        return Posed(pictures, trials, some, rows_groups, weights, repeats)
    _check_gcv(split, trials, groups)
    each = _rows(X, row)
    if len(repeats.used) <= _matrix(X).shape[1] and len(repeats.used) < trials:
        return Posed(each, trials, folds, groups, lifted=Lifted(pictures, repeats))
    return Posed(each, trials, folds, groups)


def checked_weights(weights: np.ndarray, rows: int) -> np.ndarray:
    """Return (n,) weights as float64.

    Raises
    ------
    DataError
        Another number of weights than rows, or a weight that is not positive and finite.
    """
    found = np.asarray(weights, dtype=np.float64)
    if found.shape != (rows,):
        fix = "give one weight per row"
        raise DataError("ridge, weights", f"{rows} weights, one per row", f"shape {found.shape}", fix)
    bad = np.flatnonzero(~(np.isfinite(found) & (found > 0)))
    if len(bad):
        shown = f"{len(bad)} others, the first {found[bad[0]]} at row {bad[0]}"
        fix = "leave out rows of zero weight; correct the others"
        raise DataError("ridge, weights", "positive finite weights", shown, fix)
    return found


def _splits(repeats: Repeats, split: Split, folds: list[Fold], groups: np.ndarray | None) -> bool:
    """Return whether folds or groups part the trials of a row."""
    if folds:
        return any(repeats.splits(side) for fold in folds for side in (fold.train, fold.validation))
    return bool(repeats.counts.max() > 1) if groups is None else repeats.splits(groups)


def _matrix(X: PerTrial | Kernel) -> np.ndarray:
    return X.products if isinstance(X, Kernel) else X.matrix


def _rows(X: PerTrial | Kernel, rows: np.ndarray) -> Blocks:
    """Return the given rows of the predictors, or their inner products with each other."""
    matrix = _matrix(X)
    every = len(rows) == len(matrix) and bool((rows == np.arange(len(rows))).all())
    chosen = None if every else rows
    return KernelBlocks(X.bands, chosen, chosen) if isinstance(X, Kernel) else Sliced(matrix, chosen)


def _check_gcv(split: Split, rows: int, groups: np.ndarray | None) -> None:
    if split.selection == "gcv" and groups is not None and len(np.unique(groups)) < rows:
        raise ConfigError(
            "ridge selection",
            "loo or kfold, since groups have more than one row",
            "gcv, which takes repeats for independent rows",
            "choose loo or kfold, or average the rows of each group",
        )
