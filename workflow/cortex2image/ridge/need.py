"""How much memory the parts of a fit need, from its sizes alone.

Nothing here imports torch: the scheduler is asked for memory by the same functions that a fit plans with.
"""

from dataclasses import dataclass

import numpy as np

from cortex2image.ridge.folds import Fold, hold_out_once

# Bytes per value of an operator that folds share while it is computed: four double-precision copies.
MADE = 32
# Groups whose hat matrices are computed together; every group needs a copy of its rows of U.
GROUPS = 256
# Rows of the largest group for which products of all pairs of its rows are cheap: repeats of a picture, not
# trials of a run.
LARGEST_GROUP = 4
# Penalties whose systems are solved one by one in less time than an eigendecomposition takes.
FEW = 4

# Multiplications, in units of the cubed side, of an eigendecomposition at the speed of a matrix product.
DECOMPOSED = 12


def prefers_dual(rows: int, columns: int, scaled_folds: int) -> bool:
    """Return whether to decompose XX' rather than X'X: what takes fewer multiplications.

    Folds that scale the columns themselves need a Gram matrix each in dual form; in primal form the sums of
    the held-out rows leave X'X, and only the decomposition is repeated.

    Parameters
    ----------
    rows, columns : int
    scaled_folds : int
        Folds that standardise their own training rows.
    """
    if rows > columns:
        return False
    times = 1 + scaled_folds
    dual = times * (rows**2 * columns / 2 + DECOMPOSED * rows**3)
    primal = 2 * rows * columns**2 + times * DECOMPOSED * columns**3
    return dual <= primal


@dataclass(frozen=True)
class Splits:
    """Sizes of the folds or groups by which penalties are selected.

    Attributes
    ----------
    folds : int
        Number of folds; 0 for closed forms.
    held_out, samples : int
        Largest number of held-out rows of a fold, and largest product of held-out rows and training targets.
    once : bool
        Whether the folds together hold out every row once.
    groups, largest : int
        Number of groups left out one by one, and rows of the largest; 0 unless groups are left out.
    squares : int
        Sum of the squared sizes of the groups.
    fitted : int
        Most targets of the training rows of a fold; rows may share targets.
    """

    folds: int = 0
    held_out: int = 0
    samples: int = 0
    once: bool = True
    groups: int = 0
    largest: int = 0
    squares: int = 0
    fitted: int = 0

    @classmethod
    def of_folds(cls, folds: list[Fold], row: np.ndarray | None = None) -> "Splits":
        """Return the sizes of folds; (n,) `row` is the target of each row, None if each has its own."""
        held_out = [int(fold.validation.sum()) for fold in folds]
        fitted = [_targets(fold.train, row) for fold in folds]
        samples = max(m * u for m, u in zip(held_out, fitted, strict=True))
        return cls(len(folds), max(held_out), samples, hold_out_once(folds), fitted=max(fitted))

    @classmethod
    def of_groups(cls, groups: np.ndarray) -> "Splits":
        """Return the sizes of groups that are left out one by one, from (n,) labels."""
        sizes = np.unique(groups, return_counts=True)[1]
        return cls(groups=len(sizes), largest=int(sizes.max()), squares=int((sizes**2).sum()))


def _targets(chosen: np.ndarray, row: np.ndarray | None) -> int:
    """Return how many targets the rows marked in (n,) `chosen` have."""
    return int(chosen.sum()) if row is None else len(np.unique(row[chosen]))


@dataclass(frozen=True)
class Need:
    """Sizes that determine the memory of a fit, and the memory of its parts.

    Attributes
    ----------
    rows, columns, targets, alphas : int
    dual : bool
    splits : Splits
    own : bool
        Whether folds are decomposed on their own, because they scale X themselves or overlap.
    trials : int
        Trials that are averaged to rows while targets are read; 0 if targets come by row.
    lifted : int
        Pictures that are decomposed, if rows are trials that repeat them; otherwise 0.
    """

    rows: int
    columns: int
    targets: int
    alphas: int
    dual: bool
    splits: Splits
    own: bool = False
    trials: int = 0
    lifted: int = 0

    @property
    def side(self) -> int:
        """Rows of the Gram matrix that is decomposed."""
        return (self.lifted or self.rows) if self.dual else self.columns

    @property
    def on_samples(self) -> bool:
        """Whether operators of folds multiply targets of rows, and not projections.

        Folds on their own may do either in primal form; the fewer values there are to multiply, the better.
        """
        fewer = self.own and self.splits.fitted <= self.rank
        return (self.dual and not self.lifted) or not self.splits.once or fewer

    @property
    def rank(self) -> int:
        """Largest possible number of directions."""
        return min(self.side, self.rows, self.columns)

    @property
    def kept(self) -> int:
        """Bytes that a fit keeps: Gram matrix, basis in two precisions, map to scores, leverages."""
        side, of_rows = self.side, 12 * self.rows * self.rank
        matrices = (28 if self.dual else 16) * side**2 + of_rows * (not self.dual or self.lifted > 0)
        return matrices + self.leverages

    @property
    def decomposing(self) -> int:
        """Further bytes while the Gram matrix is decomposed: a copy, and workspace of the eigenvalue solver.

        In primal form also the matrices of the solver for columns of very different size.
        """
        return (24 if self.dual else 40) * self.side**2

    @property
    def leverages(self) -> int:
        """Bytes of the matrices of groups for all penalties, six more copies for the penalty that is being
        computed, and the forms of small groups."""
        together = min(self.splits.groups, GROUPS) * self.splits.largest
        forms = 40 * self.alphas * self.splits.squares * (self.splits.largest <= LARGEST_GROUP)
        return 8 * (self.alphas + 9) * self.splits.squares + 24 * together * self.rank + forms

    @property
    def making(self) -> int:
        """Bytes beyond operators while a fold is decomposed on its own, or while folds share a penalty's.

        A fold on its own takes its Gram matrix and the decomposition of it, and its rows. That may become
        necessary for any fold, see `shared_operators`, but then few rows are held out.
        """
        if not self.splits.folds:
            return 0
        if not self.own:
            # What is inverted: R_FF in two precisions, or all of R and the matrix that it comes from.
            inverted = 16 * self.rows**2 if self.on_samples else 32 * self.splits.held_out**2
            return MADE * self.operator + inverted
        if self.dual:
            return 8 * (4 * self.rows**2 + 8 * self.splits.held_out * self.rank + 2 * self.operator)
        return 8 * (max(6 * self.side**2, 2 * (self.side**2 + self._inner)) + self._own_rows)

    @property
    def solving(self) -> int:
        """Bytes beyond operators while the systems of a fold on its own are solved penalty by penalty."""
        if not self.own:
            return self.making
        return 8 * (3 * self._own_side**2 + self._own_rows + 2 * self.operator)

    @property
    def combining(self) -> int:
        """Bytes beyond operators while these are computed from the decomposition of a fold on its own."""
        if not self.own:
            return self.making
        return 20 * self.splits.held_out * self._own_side + 12 * self._inner

    @property
    def _own_side(self) -> int:
        """Side of the system of a fold on its own."""
        return self.rows if self.dual else self.side

    @property
    def _own_rows(self) -> int:
        """Values of the held-out rows of a fold on its own, twice, and of its training rows if needed."""
        fitted = self.splits.fitted * (self.on_samples and not self.dual)
        return (2 * self.splits.held_out + fitted) * self._own_side

    @property
    def _inner(self) -> int:
        """Values of the factor of all operators of a fold that targets, or their projections, meet first."""
        return self._own_side * (self.splits.fitted if self.on_samples else self.rank + 1)

    @property
    def operator(self) -> int:
        """Number of values in the largest operator of a fold, for one penalty."""
        return self.splits.samples if self.on_samples else self.splits.held_out * (self.rank + 1)

    @property
    def per_target(self) -> int:
        """Number of values per target of a batch: targets, coefficients, projections, predictions, scores."""
        projections = (self.splits.folds + 2) * (self.rank + 1) * (not self.on_samples)
        predictions = (self.alphas + 3) * self.splits.held_out
        read = 5 * self.rows + 3 * self.trials
        return read + 3 * self.rank + projections + predictions + 8 * self.alphas

    @property
    def per_target_in_double(self) -> int:
        """Like `per_target` if residuals or predictions are in double precision, which counts twice."""
        residuals = (6 * self.rows + 2 * self.rank) * (not self.splits.folds)
        return self.per_target + residuals + 4 * self.splits.held_out
