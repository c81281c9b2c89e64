"""Columns and targets of very different size: what rounding costs, and computations that lose nothing.

An eigendecomposition of X'X has errors of about 1e-16 times its largest eigenvalue. A column 1e7 times larger
than the others makes that 1e-2 of their sums of squares, although X'X itself holds them with all digits: its
errors are relative to the norms of the two columns that meet. Cholesky's factor R of X'X, of columns of norm
1, keeps this accuracy (Demmel and Veselic 1992, SIAM J. Matrix Anal. Appl. 13:1204), and the singular values
of R have errors of 1e-16 times the largest singular value, not its square.

XX' adds the columns, so that what a large column swamps is lost before any decomposition.
"""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import torch
from scipy.linalg.lapack import dpstrf

from cortex2image.ridge.linalg import eigh

EPSILON = float(np.finfo(np.float64).eps)
SINGLE_EPSILON = float(np.finfo(np.float32).eps)
# Rounding errors, relative to what they are added to, above which predictions are not exact enough.
LARGEST_LOSS = 1e-8
# The same, for a warning where nothing better can be done.
WORTH_A_WARNING = 1e-5
# Columns whose sum of squares is less than this share of the largest count as swamped by it.
SWAMPED = 1e-8
# Targets whose largest absolute value lies within 2**-SAFE and 2**SAFE are used as they are.
SAFE = 24


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues and eigenvectors of X'X that are more than rounding error.

    Attributes
    ----------
    values : (k,) tensor, float64
        Ascending.
    vectors : (p, k) tensor, float64
    error : float
        Approximate rounding error of the least value.
    """

    values: torch.Tensor
    vectors: torch.Tensor
    error: float


def spectrum(moments: torch.Tensor, rows: int, alpha: float = 0.0) -> Spectrum:
    """Decompose X'X, from columns of norm 1 if rounding errors would outweigh its smaller columns otherwise.

    Parameters
    ----------
    moments : (p, p) tensor, float64
        X'X.
    rows : int
        Number of rows of X.
    alpha : float
        The least penalty: columns far below it need no digits.

    Notes
    -----
    For columns so different, it takes 2 to 3 times as long as an eigendecomposition.
    """
    share = EPSILON * max(rows, len(moments))
    if loss(moments.diagonal(), alpha) > LARGEST_LOSS:
        return _graded(moments, share)
    values, vectors = eigh(moments)
    largest = values[-1].clamp_min(0)
    kept = values > share * largest
    return Spectrum(values[kept], vectors[:, kept], EPSILON * float(largest))


def loss(squares: torch.Tensor, alpha: float) -> float:
    """Return the rounding error of X'X in its eigendecomposition, relative to its least column.

    Parameters
    ----------
    squares : (p,) tensor
        Sums of squares of the columns; columns of zeros do not count.
    alpha : float
        The least penalty.
    """
    present = squares[squares > 0]
    return EPSILON * float(present.max()) / (float(present.min()) + alpha) if len(present) else 0.0


def warn_of_swamped(squares: torch.Tensor, rows: int, alpha: float) -> None:
    """Warn if large columns round away what XX' holds of the others: from about 1e5 times their size.

    Parameters
    ----------
    squares : (p,) tensor
        Sums of squares of the columns.
    rows : int
        Number of rows of X.
    alpha : float
        The least penalty.
    """
    largest = squares.max()
    small = squares[(squares < SWAMPED * largest) & (squares > 0)]
    if not len(small):
        return
    lost = EPSILON * max(rows, len(squares)) * float(largest) / (float(small.sum()) / rows + alpha)
    if lost > WORTH_A_WARNING:
        ratio = math.sqrt(float(largest / small.max()))
        warnings.warn(
            f"ridge: column {int(squares.argmax())} of X is {ratio:.0e} times as large as {len(small)} "
            f"others (norm {math.sqrt(float(largest)):.1e}), and X has no fewer columns than rows: rounding "
            f"errors cost up to {min(1, lost):.0e} of what the others predict. Standardise the columns, "
            f"or change the units of this one",
            stacklevel=2,
        )


def largest_values(values: np.ndarray) -> np.ndarray:
    """Return the largest absolute value of each column of (n, t) values; not finite if a value is not."""
    largest: np.ndarray = np.maximum(values.max(axis=0), -values.min(axis=0))
    return largest


def target_factors(largest: np.ndarray) -> np.ndarray:
    """Return a power of two for each target, which brings its values near 1.

    Sums of squares of the products neither overflow nor underflow; the multiplication changes no digit.

    Parameters
    ----------
    largest : (t,) array, finite
        Largest absolute value of each target.

    Returns
    -------
    (t,) array of the type of `largest`
        1 for targets of ordinary size and for targets of zeros.
    """
    exponents = np.frexp(largest)[1]
    unusual = (largest > 0) & (np.abs(exponents) > SAFE)
    # Beyond this, the factor itself or its inverse would not be a normal number.
    limit = -np.finfo(largest.dtype).minexp
    factors: np.ndarray = np.ldexp(
        largest.dtype.type(1), np.where(unusual, np.clip(-exponents, -limit, limit), 0)
    )
    return factors


def _graded(moments: torch.Tensor, share: float) -> Spectrum:
    """Decompose X'X by the singular values of Cholesky's factor of X'X for columns of norm 1.

    Pivots and singular values below `share` of the largest are rounding errors.
    """
    matrix = moments.cpu().numpy()
    norms = np.sqrt(np.diag(matrix))
    norms[norms == 0] = 1
    triangle, order, rank, _ = dpstrf(matrix / np.outer(norms, norms), tol=share)
    factor = np.zeros((rank, len(matrix)))
    factor[:, order - 1] = np.triu(triangle)[:rank]
    _, singular, directions = np.linalg.svd(factor * norms, full_matrices=False)
    kept = int((singular > share * singular[0]).sum())
    values, vectors = singular[:kept][::-1] ** 2, directions[:kept][::-1].T
    error = EPSILON * float(singular[0] * singular[kept - 1])
    return Spectrum(torch.from_numpy(values).to(moments), torch.from_numpy(vectors.copy()).to(moments), error)
