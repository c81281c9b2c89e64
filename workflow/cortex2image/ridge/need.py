"""How much memory the parts of a fit need, from its sizes alone.

Nothing here imports torch: the scheduler is asked for memory by the same functions that a fit plans with.
"""

from dataclasses import dataclass

import numpy as np

from cortex2image.ridge.folds import Fold, hold_out_once

# Largest number of double-precision matrices of the size of the Gram matrix at one time: the eigenvalue
# solver takes the matrix, a copy, the eigenvectors and twice the size of the matrix as workspace.
SQUARES = 6
# Further such matrices while bands are mixed: Gram matrix and score map of the unmixed bands, and Gram
# matrices multiplied by shares.
UNMIXED = 4
# Groups whose hat matrices are computed together; every group needs a copy of its rows of U.
GROUPS = 256
# Rows of the largest group for which products of all pairs of its rows are cheap: repeats of a picture, not
# trials of a run.
LARGEST_GROUP = 4


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
        Largest number of held-out rows of a fold, and largest product of held-out and training rows.
    once : bool
        Whether the folds together hold out every row once.
    groups, largest : int
        Number of groups left out one by one, and rows of the largest; 0 unless groups are left out.
    squares : int
        Sum of the squared sizes of the groups.
    """

    folds: int = 0
    held_out: int = 0
    samples: int = 0
    once: bool = True
    groups: int = 0
    largest: int = 0
    squares: int = 0

    @classmethod
    def of_folds(cls, folds: list[Fold]) -> "Splits":
        """Return the sizes of folds."""
        held_out = [int(fold.validation.sum()) for fold in folds]
        samples = [m * int(fold.train.sum()) for m, fold in zip(held_out, folds, strict=True)]
        return cls(len(folds), max(held_out), max(samples), hold_out_once(folds))

    @classmethod
    def of_groups(cls, groups: np.ndarray) -> "Splits":
        """Return the sizes of groups that are left out one by one, from (n,) labels."""
        sizes = np.unique(groups, return_counts=True)[1]
        return cls(groups=len(sizes), largest=int(sizes.max()), squares=int((sizes**2).sum()))


@dataclass(frozen=True)
class Need:
    """Sizes that determine the memory of a fit, and the memory of its parts.

    Attributes
    ----------
    rows, columns, targets, alphas : int
    dual : bool
    splits : Splits
    bands : int
        Number of bands; 0 for a fit without bands.
    reread : bool
        Whether reading a block of columns takes a pass over all predictors.
    """

    rows: int
    columns: int
    targets: int
    alphas: int
    dual: bool
    splits: Splits
    bands: int = 0
    reread: bool = False

    @property
    def rank(self) -> int:
        """Largest possible number of directions."""
        return min(self.rows, self.columns)

    @property
    def square(self) -> int:
        """Bytes that do not depend on the batch of targets, without blocks and operators of folds."""
        side = self.rows if self.dual else self.columns
        # U in two precisions; in primal form also selected rows, and the blocks they are joined from.
        directions = (12 if self.dual else 28) * side * self.rows
        scores = 8 * (self.alphas + 4) * self.targets
        unmixed = (8 * UNMIXED * side**2 + 12 * side * self.rows + scores) * bool(self.bands)
        squares = 8 * (SQUARES + self.bands * self.dual) * side**2
        return squares + directions + unmixed + self.leverages + self.solving

    @property
    def leverages(self) -> int:
        """Bytes of the matrices of groups for all penalties, six more copies for the penalty that is being
        computed, and the forms of small groups."""
        together = min(self.splits.groups, GROUPS) * self.splits.largest
        forms = 40 * self.alphas * self.splits.squares * (self.splits.largest <= LARGEST_GROUP)
        return 8 * (self.alphas + 7) * self.splits.squares + 24 * together * self.rank + forms

    @property
    def solving(self) -> int:
        """Bytes of the matrices over held-out rows while the operator of a penalty is computed."""
        return 32 * self.splits.held_out**2 * (not self.dual)

    @property
    def operator(self) -> int:
        """Number of values in the largest operator of a fold, for one penalty."""
        on_columns = self.splits.held_out * (self.columns + 1) * (not self.dual)
        on_samples = self.splits.samples * (self.dual or not self.splits.once)
        return max(on_columns, on_samples)

    @property
    def per_target(self) -> int:
        """Number of values per target of a batch: targets, coefficients, projections, predictions, scores."""
        projected = not self.dual and self.splits.once
        projections = (self.splits.folds + 2) * (self.columns + 1) * projected
        predictions = (self.alphas + 3) * self.splits.held_out
        return 5 * self.rows + 3 * self.rank + projections + predictions + 8 * self.alphas

    @property
    def per_target_in_double(self) -> int:
        """Like `per_target` if residuals or predictions are in double precision, which counts twice."""
        residuals = (6 * self.rows + 2 * self.rank) * (not self.splits.folds)
        return self.per_target + residuals + 4 * self.splits.held_out
