"""A decomposed regression that takes its targets block by block."""

from dataclasses import dataclass

import numpy as np

from cortex2image.device import choose_device
from cortex2image.errors import DataError
from cortex2image.ridge.basis import Training
from cortex2image.ridge.conditioning import largest_values, target_factors
from cortex2image.ridge.engine import Problem, make_training
from cortex2image.ridge.folds import hold_out_once
from cortex2image.ridge.inputs import check_finite, checked_array
from cortex2image.ridge.kernels import KernelBlocks
from cortex2image.ridge.kfold import FoldOperators
from cortex2image.ridge.need import Need, Splits, prefers_dual
from cortex2image.ridge.planning import Plan, plan
from cortex2image.ridge.posing import Posed
from cortex2image.ridge.repeats import Averaged, PerTrial, Repeats, Shared, checked_row
from cortex2image.ridge.targets import Targets
from cortex2image.ridge.threads import threads_of

TargetRows = np.ndarray | PerTrial | Averaged


@dataclass(frozen=True)
class Options:
    """Settings of a regression that its solver needs, see :mod:`cortex2image.ridge.cross_validated`.

    `shares` are factors of the bands of a kernel, (b,); None takes each band once.
    """

    intercept: bool
    standardize: bool
    selection: str
    device: str
    batch: int | None
    max_memory_gb: float | None
    shares: np.ndarray | None = None


@dataclass(frozen=True)
class Given:
    """Checked targets.

    Attributes
    ----------
    values : (r, t) array, or (trials, t) with `repeats`
    factors : (t,) array, optional
        Powers of two by which `values` are the targets multiplied, where their squares would leave the range
        of their type.
    flat : bool
        Whether there was one target, given as (n,) values.
    repeats, within, shared
        As in :class:`~cortex2image.ridge.targets.Targets`.
    """

    values: np.ndarray
    factors: np.ndarray | None
    flat: bool = False
    repeats: Repeats | None = None
    within: np.ndarray | None = None
    shared: Shared | None = None

    @classmethod
    def of(cls, Y: TargetRows, posed: Posed) -> "Given":
        """Check targets against the rows of a regression.

        Raises
        ------
        DataError
            NaN or infinity, another number of trials than the predictors have, or averages of other rows.
        """
        if Y is None:
            found = "none: a fit requires y to be passed, but the target y is None"
            raise DataError("ridge, targets", "targets", found, "give the targets of the training rows")
        if isinstance(Y, Averaged):
            return cls._averaged(Y, posed)
        if isinstance(Y, PerTrial):
            _check_length(len(Y.row), posed.trials)
            matrix = checked_array(Y.matrix)
            shared = Shared.of(checked_row(Y.row, len(matrix)), len(matrix))
            if posed.repeats is None and posed.weights is None:
                values, factors = _in_range(matrix)
                return cls(values, factors, shared=shared)
            Y = matrix[shared.row]
        values = checked_array(Y, flat=True)
        _check_length(len(values), posed.trials)
        rows, factors = _in_range(values.reshape(len(values), -1))
        repeats = None if posed.repeats is None or posed.repeats.in_order else posed.repeats
        return cls(rows, factors, values.ndim == 1, repeats)

    @classmethod
    def _averaged(cls, Y: Averaged, posed: Posed) -> "Given":
        if posed.repeats is None or (posed.folds and not hold_out_once(posed.folds)):
            fix = "give the targets of single trials, or predictors as PerTrial whose repeats no fold parts"
            found = "averages, but rows that are single trials, or folds that do not hold out each row once"
            raise DataError("ridge, targets", "targets of the rows that are fitted", found, fix)
        means, within = checked_array(Y.means), np.asarray(Y.within, dtype=np.float64)
        _check_length(len(means), posed.blocks.shape[0])
        if within.shape != means.shape[1:] or not (np.isfinite(within) & (within >= 0)).all():
            expected = f"{means.shape[1]} sums of squares within rows, finite and not negative"
            raise DataError("ridge, targets", expected, f"{within}", "average with Repeats.average")
        values, factors = _in_range(means)
        return cls(values, factors, within=within if factors is None else within * factors.astype(float) ** 2)

    def undone(self, values: np.ndarray, chosen: np.ndarray | None = None) -> np.ndarray:
        """Divide (..., t) values of all, or of chosen, targets by their factors, in place."""
        if self.factors is not None:
            values /= self.factors if chosen is None else self.factors[chosen]
        return values


def _in_range(values: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Return (n, t) targets whose squares stay in the range of their type, and the factors if any.

    Raises
    ------
    DataError
        NaN or infinity.
    """
    largest = largest_values(values)
    if not np.isfinite(largest).all():
        check_finite("Y", values)
    factors = target_factors(largest)
    return (values, None) if (factors == 1).all() else (values * factors, factors)


def _check_length(found: int, rows: int) -> None:
    if found != rows:
        raise DataError("ridge", f"as many rows of Y as of X, {rows}", f"{found}", "align the two")


@dataclass(frozen=True)
class Solver:
    """The training rows of a regression, decomposed, and the division of memory.

    Attributes
    ----------
    training : Training
    posed : Posed
    alphas : (a,) array
    dtype : NumPy dtype of the computation
    plan : Plan
    operators : FoldOperators, optional
        For K folds.
    """

    training: Training
    posed: Posed
    alphas: np.ndarray
    dtype: np.dtype
    plan: Plan
    operators: FoldOperators | None

    @property
    def times(self) -> np.ndarray | None:
        """How often folds hold out each row, (r,); None for closed forms, which do so once."""
        held_out = [fold.validation for fold in self.posed.folds]
        return np.sum(held_out, axis=0) if held_out else None

    @classmethod
    def of(cls, posed: Posed, given: Given, alphas: np.ndarray, options: Options) -> "Solver":
        """Divide the memory and decompose the rows; `given` are the targets, or the largest block of them."""
        device = choose_device(options.device)
        dtype = np.result_type(posed.blocks.dtype, given.values.dtype)
        need = _need(posed, given, len(alphas), options)
        shares = plan(need, dtype, device.type, threads_of(device), options.max_memory_gb, options.batch)
        training = make_training(
            posed,
            dtype,
            device,
            need.dual,
            options.intercept,
            options.standardize,
            shares,
            given.shared,
            float(alphas.min()),
            options.shares,
        )
        operators = FoldOperators(training, posed.folds, alphas, shares) if posed.folds else None
        return cls(training, posed, alphas, dtype, shares, operators)

    def problem(self, given: Given) -> Problem:
        """Return the problem of a block of targets.

        Raises
        ------
        DataError
            Trials of the block share targets otherwise than in the first block.
        """
        if not _same(self.training.shared, given.shared):
            fix = "give every block the same `row`, or fit the blocks one by one"
            raise DataError("ridge, block of targets", "the rows of trials of the first block", "others", fix)
        targets = Targets(
            given.values,
            self.training.intercept,
            self.dtype,
            self.training.design.device,
            self.plan.targets,
            self.plan.together,
            weights=self.posed.weights,
            repeats=given.repeats,
            within=given.within,
            shared=given.shared,
            times=self.times,
        )
        return Problem(self.training, targets, self.plan)


def _same(one: Shared | None, other: Shared | None) -> bool:
    """Return whether two blocks of targets are shared by trials in the same way."""
    if one is None or other is None:
        return one is other
    return len(one.counts) == len(other.counts) and np.array_equal(one.row, other.row)


def _need(posed: Posed, given: Given, alphas: int, options: Options) -> Need:
    """Return the sizes that determine the memory of a fit."""
    rows, columns = posed.blocks.shape
    decomposed = rows if posed.lifted is None else posed.lifted.pictures.shape[0]
    row = None if given.shared is None else given.shared.row
    splits = Splits.of_folds(posed.folds, row) if posed.folds else Splits()
    if options.selection == "loo":
        splits = Splits.of_groups(np.arange(rows) if posed.groups is None else posed.groups)
    own = options.standardize or not splits.once
    kernel = isinstance(posed.blocks, KernelBlocks)
    dual = kernel or prefers_dual(decomposed, columns, splits.folds * own)
    return Need(
        rows,
        columns,
        given.values.shape[1],
        alphas,
        dual,
        splits,
        own=own and bool(splits.folds),
        trials=0 if given.repeats is None else len(given.values),
        lifted=decomposed if posed.lifted is not None and dual else 0,
    )
