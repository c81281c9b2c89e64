"""Training rows in their singular basis, in which ridge regression is diagonal.

For centred predictors X (n rows, p columns) with singular value decomposition X = U sqrt(L) V', ridge
regression of targets Y predicts for new rows (of a row that stands for w trials, X and Y hold sqrt(w) times
its values)

    (X_new V L^-1/2)  diag(L / (L + alpha))  U'Y
     scores            filter                 projection

(Hastie, Tibshirani and Friedman 2009, The Elements of Statistical Learning, section 3.4.1). Only the filter
depends on alpha. Filters lie in [0, 1] and projections have at most the norm of Y, so that both keep all
digits of single precision however ill-conditioned X is; L, V and the scores are in double precision.

L and U come from one eigendecomposition: of X'X if p < n (primal form), else of XX' (dual form).
"""

from dataclasses import dataclass, replace

import numpy as np
import torch

from cortex2image.leakage import FinishedFit
from cortex2image.ridge.conditioning import EPSILON, spectrum
from cortex2image.ridge.design import Design
from cortex2image.ridge.inputs import Blocks
from cortex2image.ridge.linalg import eigh, product
from cortex2image.ridge.repeats import Shared, Side


@dataclass(frozen=True)
class ScoreMap:
    """Linear map from new rows to their scores on k singular directions.

    Attributes
    ----------
    matrix : (p, k) tensor in primal form, (n, k) tensor in dual form, float64
        Primal form: V L^-1/2, which multiplies new rows. Dual form: U / L, which multiplies the inner
        products of new rows and training rows.
    training : Design, (n, p), in dual form; None in primal form
    """

    matrix: torch.Tensor
    training: Design | None

    def scores(self, new: Design) -> torch.Tensor:
        """Return the (m, k) scores, float64, of new rows centred and scaled like the training rows."""
        if self.training is None:
            found = self.matrix.new_empty(new.blocks.shape[0], self.matrix.shape[1])
            for part, block in new.rows():
                found[part] = product(block, self.matrix)
            return found
        return product(new.products(self.training), self.matrix)

    def design(self, training: Design) -> Design:
        """Return the rows that were decomposed: those of dual form, or the given ones."""
        return training if self.training is None else self.training

    def weights(self, coefficients: torch.Tensor) -> torch.Tensor:
        """Return the (p, t) weights of scaled columns, float64, from (k, t) filtered projections."""
        weights = product(self.matrix, coefficients.double())
        if self.training is None:
            return weights
        return torch.cat([product(block.T, weights) for _, block in self.training.columns()])


@dataclass(frozen=True)
class Basis:
    """Singular basis of the training rows, of k <= min(n, p) directions.

    Attributes
    ----------
    values : (k,) tensor, float64
        L, squared singular values, all positive, ascending.
    exact, left : (n, k) tensors
        U in float64, and in the precision of the data.
    constant : (n,) tensor, float64
        Direction of the mean, of length 1; zeros without an intercept.
    score_map : ScoreMap
    error : float
        Approximate rounding error of the least value.
    """

    values: torch.Tensor
    exact: torch.Tensor
    left: torch.Tensor
    constant: torch.Tensor
    score_map: ScoreMap
    error: float

    @property
    def dual(self) -> bool:
        """Whether the basis comes from XX' (dual form)."""
        return self.score_map.training is not None

    def filters(self, alphas: torch.Tensor) -> torch.Tensor:
        """Return the (k, a) filters L / (L + alpha) of a penalties, float64."""
        return self.values[:, None] / (self.values[:, None] + alphas)


def decompose(
    design: Design,
    gram: torch.Tensor,
    dual: bool,
    dtype: torch.dtype,
    constant: torch.Tensor,
    least_alpha: float = 0.0,
) -> Basis:
    """Compute the singular basis of the training rows.

    Parameters
    ----------
    design : Design, (n, p)
    gram : (n, n) tensor in dual form, (p, p) tensor in primal form, float64
        :meth:`Design.gram` or :meth:`Design.moments`.
    dual : bool
    dtype : torch.dtype
        Precision of the data.
    constant : (n,) tensor, float64
        Direction of the mean, see :class:`Basis`.
    least_alpha : float
        The least penalty: columns far below it need no digits.

    Notes
    -----
    Directions whose eigenvalue is rounding error are left out. A design without variance keeps no direction.
    """
    if not dual:
        found = spectrum(gram, design.blocks.shape[0], least_alpha)
        to_scores = ScoreMap(found.vectors / found.values.sqrt(), None)
        left = to_scores.scores(design)
        return Basis(found.values, left, left.to(dtype), constant, to_scores, found.error)
    values, vectors = eigh(gram)
    design.check(values)
    largest = values[-1].clamp_min(0)
    kept = values > EPSILON * max(design.blocks.shape) * largest
    values, vectors = values[kept], vectors[:, kept]
    score_map, error = ScoreMap(vectors / values, design), EPSILON * float(largest)
    return Basis(values, vectors, vectors.to(dtype), constant, score_map, error)


@dataclass(frozen=True)
class Training(FinishedFit):
    """Training rows with everything that does not depend on fold, penalty or target.

    Attributes
    ----------
    design : Design, (n, p)
        Centred, scaled and weighted with all training rows.
    gram : (n, n) tensor in dual form, (p, p) tensor in primal form, float64
        XX' or X'X.
    basis : Basis
    intercept, standardize : bool
        Whether X and Y are centred, and whether columns are divided by their standard deviation.
    shared : Shared, optional
        Targets that rows have in common.
    lifted : bool
        Whether rows are trials although pictures were decomposed, see :meth:`lift`.
    """

    design: Design
    gram: torch.Tensor
    basis: Basis
    intercept: bool
    standardize: bool
    shared: Shared | None = None
    lifted: bool = False

    @property
    def on_samples(self) -> bool:
        """Whether operators of folds multiply targets of rows: if there are no more rows than directions."""
        return self.basis.dual and not self.lifted

    def lift(self, trials: Blocks, member: np.ndarray) -> "Training":
        """Return the training rows one for each trial, given the decomposition of weighted pictures.

        Parameters
        ----------
        trials : Blocks, (n, p)
        member : (n,) array of int
            The picture, among the rows that were decomposed, of each trial.
        """
        picture = torch.from_numpy(member).to(self.gram.device)
        each = 1 / self.design.roots[picture, None]
        exact = self.basis.exact[picture] * each
        constant = self.basis.constant[picture] * each[:, 0]
        basis = replace(self.basis, exact=exact, left=exact.to(self.basis.left.dtype), constant=constant)
        design = replace(self.design, blocks=trials, weights=None)
        return replace(self, design=design, basis=basis, lifted=True)

    def side(self, chosen: np.ndarray) -> Side:
        """Return the rows marked in `chosen`, an (n,) array of bool, with their targets."""
        return Side.of(chosen, self.shared, self.gram.device)

    def floor(self, alphas: torch.Tensor) -> torch.Tensor:
        """Return the penalties, raised to the rounding error of L if smaller: no system is singular."""
        error = self.basis.error if len(self.basis.values) else EPSILON
        return alphas.clamp_min(4 * max(self.design.blocks.shape) * error)

    def rounding(self, alpha: torch.Tensor) -> float:
        """Return the approximate error of R in `shared_operators` from rounding of the Gram matrix."""
        values = self.basis.values
        return float(self.basis.error / (values[0] + alpha)) if len(values) else EPSILON


def with_constant(basis: Basis, rows: torch.Tensor, exact: bool = False) -> torch.Tensor:
    """Return chosen rows of U and of the direction of the mean, (m, k + 1), in float64 if `exact`."""
    left = basis.exact if exact else basis.left
    return torch.cat([left[rows], basis.constant[rows, None].to(left.dtype)], dim=1)
