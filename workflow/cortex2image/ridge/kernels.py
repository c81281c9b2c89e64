"""Inner products in place of predictors: for features too wide to keep, of which Gram matrices are enough.

Ridge regression in dual form needs predictors only through XX' of the training rows and the inner products of
new rows with these. Centring acts on the inner products alone: with the shares w of trials and the mean row
m = sum_i w_i x_i,

    (x_i - m)'(x_j - m) = k_ij - (Kw)_i - (Kw)_j + w'Kw

(Schoelkopf, Smola and Mueller 1998, Neural Computation 10:1299), for the mean over all training rows as for
that of a fold.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch

from cortex2image.errors import ConfigError, DataError
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.inputs import CHECKED_AT_ONCE, Blocks, as_blocks, check_finite
from cortex2image.ridge.linalg import as_tensor

# Largest differences k_ij - k_ji, and negative eigenvalues, that count as rounding errors of the precision in
# which inner products come: shares of the largest inner product and of the largest eigenvalue.
ROUNDING = {np.dtype(np.float32): 1e-4, np.dtype(np.float64): 1e-8}
# Inner products, as a multiple of those around the mean, from which on the mean is to blame for rounding.
LARGE_MEAN = 10.0

# Rounding errors of inner products, as a share of the least penalty, above which a fit warns.
LARGEST_ERROR = 1e-3


@dataclass(frozen=True)
class Kernel:
    """Inner products that stand for predictors.

    Attributes
    ----------
    products : (r, r) array to fit, (m, r) array to predict
        Inner products, not centred, of rows with the r rows that were given for fitting.
    row : (n,) array of int, optional
        For fitting, the row of each trial; trials of a stimulus share a row. None if each row is one trial.
    others : tuple of arrays like `products`
        Inner products of further bands.
    """

    products: np.ndarray
    row: np.ndarray | None = None
    others: tuple[np.ndarray, ...] = ()

    @property
    def bands(self) -> tuple[np.ndarray, ...]:
        """Inner products of all bands."""
        return (self.products, *self.others)

    @classmethod
    def beside(cls, kernels: "Sequence[Kernel]") -> "Kernel":
        """Return the kernels of several bands as one.

        Raises
        ------
        DataError
            Kernels of different shapes, or of trials of different rows.
        """
        first = kernels[0]
        shapes = {kernel.products.shape for kernel in kernels}
        if len(shapes) > 1:
            found = ", ".join(map(str, sorted(shapes)))
            raise DataError("ridge bands", "kernels of one shape", found, "align the rows of all bands")
        rows = [None if kernel.row is None else kernel.row.tolist() for kernel in kernels]
        if any(row != rows[0] for row in rows):
            found = "trials of different rows"
            raise DataError("ridge bands", "the same row of each trial", found, "align the rows of all bands")
        return cls(first.products, first.row, tuple(kernel.products for kernel in kernels[1:]))


class KernelBlocks:
    """Inner products of n rows with the training rows, of one or several bands.

    Parameters
    ----------
    products : sequence of (r, s) arrays
        Of each band.
    rows, columns : (n,) arrays of int, optional
        The rows, and the training rows, among those of the arrays; None takes all.
    """

    def __init__(
        self,
        products: Sequence[np.ndarray],
        rows: np.ndarray | None = None,
        columns: np.ndarray | None = None,
    ):
        self.products, self.chosen, self.trained = tuple(products), rows, columns
        shape = products[0].shape
        self.shape: tuple[int, int] = (
            shape[0] if rows is None else len(rows),
            shape[1] if columns is None else len(columns),
        )
        self.dtype = np.result_type(*(each.dtype for each in products))

    def rows(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        """Raise :class:`ConfigError`: there are no predictors."""
        fix = "give predictors, to fit and to predict; or, for a fit to a kernel, ask for predictions only"
        expected = "predictors, for their weights and for predictions of a fit to predictors"
        raise ConfigError("ridge, kernel", expected, "a kernel", fix)

    def columns(self, elements: int) -> Iterator[tuple[slice, np.ndarray]]:
        """Raise :class:`ConfigError`: there are no predictors."""
        return self.rows(elements)

    def mixed(self, shares: np.ndarray, device: torch.device) -> torch.Tensor:
        """Return the sum of all bands times their shares, float64."""
        out = torch.zeros(self.shape, dtype=torch.float64, device=device)
        for share, each in zip(shares, self.products, strict=True):
            if share:
                # A product and a sum in one pass: no copy in double precision beside the sum.
                out.add_(as_tensor(self._chosen(each), device), alpha=float(share))
        return out

    def _chosen(self, products: np.ndarray) -> np.ndarray:
        if self.chosen is None or self.trained is None:
            rows = products if self.chosen is None else products[self.chosen]
            return rows if self.trained is None else rows[:, self.trained]
        chosen: np.ndarray = products[np.ix_(self.chosen, self.trained)]
        return chosen


@dataclass(frozen=True)
class KernelDesign(Design):
    """Training rows, or new rows, known by their inner products.

    Attributes
    ----------
    centre : bool
    shares : (b,) array
        Factors of the bands.
    blocks, scaling, device, elements, weights
        As in :class:`~cortex2image.ridge.design.Design`; rows have no columns and no scale.
    """

    centre: bool = True
    shares: np.ndarray = field(default_factory=lambda: np.ones(1))

    @classmethod
    def of(
        cls, blocks: KernelBlocks, centre: bool, device: torch.device, weights: np.ndarray | None
    ) -> "KernelDesign":
        """Return the design of training rows, all bands with a share of 1."""
        none, bands = np.empty(0), np.ones(len(blocks.products))
        return cls(blocks, Scaling(none, none), device, 1, weights, centre, bands)

    @property
    def _raw(self) -> torch.Tensor:
        """Inner products as they were given, summed over bands, float64."""
        assert isinstance(self.blocks, KernelBlocks)
        return self.blocks.mixed(self.shares, self.device)

    def gram(self, squares: torch.Tensor | None = None) -> torch.Tensor:
        """Return XX', (n, n), centred over all rows and weighted; there are no `squares` of columns."""
        return self._weighted(_centred(self._raw, self.roots.square()) if self.centre else self._raw)

    def own_gram(self, train: np.ndarray, centre: bool, standardize: bool) -> torch.Tensor:
        """Return XX', (n, n), weighted, centred over the rows marked in `train`, an (n,) array of bool."""
        del standardize  # refused for kernels before
        mask = as_tensor(train, self.device)
        return self._weighted(_centred(self._raw, self.roots.square() * mask) if centre else self._raw)

    def products(self, other: Design) -> torch.Tensor:
        """Return the (m, n) inner products of these new rows with the training rows of `other`.

        The bands, and their shares, are those of the new rows.
        """
        assert isinstance(other.blocks, KernelBlocks)
        raw = self._raw
        if self.centre:
            share = other.roots.square() / other.roots.square().sum()
            means = other.blocks.mixed(self.shares, self.device) @ share
            raw = raw - (raw @ share)[:, None] - means + share @ means
        return raw * other.roots

    def new(self, blocks: Blocks) -> "KernelDesign":
        """Return the design of new rows, by their inner products with all rows given for fitting."""
        if not isinstance(blocks, KernelBlocks) or not isinstance(self.blocks, KernelBlocks):
            fix = "give the inner products of the new rows with the training rows as a Kernel"
            raise ConfigError("ridge, new rows", "a Kernel, as for the fit", "predictors", fix)
        return replace(self, blocks=KernelBlocks(blocks.products, None, self.blocks.trained), weights=None)

    def mixed(self, shares: np.ndarray) -> "KernelDesign":
        """Return the design whose bands are multiplied by the square roots of (b,) shares."""
        return replace(self, shares=self.shares * shares)

    def only(self, band: int) -> "KernelDesign":
        """Return the design of one band alone."""
        return self.mixed(np.where(np.arange(len(self.shares)) == band, 1.0, 0.0))

    def check(self, values: torch.Tensor) -> None:
        """Raise :class:`DataError` if ascending eigenvalues are negative beyond rounding errors."""
        lowest, highest = float(values[0]), float(values[-1])
        dtype = np.dtype(self.blocks.dtype)
        rounding = len(values) * float(np.finfo(dtype).eps) * self.largest
        if lowest < -ROUNDING[dtype] * max(highest, 0.0) - rounding:
            found = f"an eigenvalue of {lowest:.3g} beside a largest of {highest:.3g}"
            fix = "give inner products of rows (X X'), all of the same features"
            raise DataError("ridge, kernel", "a positive semi-definite Gram matrix", found, fix)

    @cached_property
    def largest(self) -> float:
        """Largest absolute inner product, before centring."""
        return float(self._raw.abs().max())

    def warn_of_mean(self, least_alpha: float, largest_left: float) -> None:
        """Warn if features have so large a mean that rounding of inner products outweighs penalties.

        `largest_left` is the largest inner product once the mean is subtracted. If it is not much smaller,
        rounding is what features in this precision have anyway.
        """
        precision = float(np.finfo(self.blocks.dtype).eps)
        error = precision * self.largest * len(self.roots) ** 0.5
        if error > LARGEST_ERROR * least_alpha and self.largest > LARGE_MEAN * largest_left:
            warnings.warn(
                f"ridge: inner products of up to {self.largest:.1e} have rounding errors of {error:.1e}, "
                f"beside a least alpha of {least_alpha:.1e}: centre features before their inner products, or "
                f"give these in double precision",
                stacklevel=2,
            )

    def _weighted(self, gram: torch.Tensor) -> torch.Tensor:
        return gram if self.weights is None else gram * torch.outer(self.roots, self.roots)


def _centred(gram: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Return the inner products of rows less their mean with (n,) weights, in the place of `gram`."""
    share = weights / weights.sum()
    # Twice, and symmetric: what rounding of large products leaves of the mean would pass for a direction.
    for _ in range(2):
        means = gram @ share
        gram.sub_(means[:, None]).sub_(means).add_(share @ means)
        gram.add_(gram.T.clone()).div_(2)
    return gram


def checked_kernel(kernel: Kernel) -> Kernel:
    """Return a kernel to fit after a check that its bands are square, finite and symmetric.

    Raises
    ------
    DataError
        One of them is not.
    """
    products, *others = (_checked(each) for each in kernel.bands)
    return Kernel(products, kernel.row, tuple(others))


def _checked(products: np.ndarray) -> np.ndarray:
    if products.ndim != 2 or products.shape[0] != products.shape[1]:
        fix = "give the inner products of all rows with each other; rows of trials go into `row`"
        raise DataError("ridge, kernel", "a square Gram matrix", f"shape {products.shape}", fix)
    if products.dtype not in ROUNDING:
        products = products.astype(np.float64)
    check_finite("the kernel", as_blocks(products))
    apart, largest = _asymmetry(products), max(float(products.max()), -float(products.min()))
    if apart > ROUNDING[products.dtype] * largest:
        found = f"entries that differ by up to {apart:.3g} from their mirror images (largest {largest:.3g})"
        raise DataError("ridge, kernel", "a symmetric Gram matrix", found, "give X X' of the same rows")
    return products


def _asymmetry(products: np.ndarray) -> float:
    """Return the largest difference between an entry and its mirror image, a band of rows at a time."""
    step = max(1, CHECKED_AT_ONCE // max(1, len(products)))
    bands = [slice(first, first + step) for first in range(0, len(products), step)]
    return max(float(np.abs(products[band] - products[:, band].T).max()) for band in bands)
