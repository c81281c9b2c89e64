"""Banded ridge regression: several feature spaces (bands) in one model, each with its own penalty.

Minimises ||Y - sum_b X_b W_b||^2 + sum_b alpha_b ||W_b||^2. With alpha_b = alpha / share_b and shares that
sum to 1, this is ridge regression on sqrt(share_b) X_b: a mixture of shares costs as much as one ridge
regression, for all targets and penalties together (Nunez-Elizalde, Huth and Gallant 2019, NeuroImage 197:482;
Dupre la Tour et al. 2022, NeuroImage 264:119728). Mixtures are searched in rounds: first over the whole
simplex, then around the winning mixtures.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from cortex2image.errors import DataError
from cortex2image.ridge.checking import checked_new
from cortex2image.ridge.choice import best
from cortex2image.ridge.engine import Fitted, Problem, scores
from cortex2image.ridge.estimator import BlockFit, RidgeCV
from cortex2image.ridge.inputs import Beside, Blocks, checked_alphas, warn_at_edge
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.mixtures import Bands, first_mixtures, nearby_mixtures
from cortex2image.ridge.posing import Posed
from cortex2image.ridge.solver import Given, Solver
from cortex2image.ridge.threads import computing

Band = np.ndarray | Kernel
# Standard deviation, in decades, of the shares that later rounds draw around the winning mixtures.
WIDTHS = (0.5, 0.2)


class BandedRidgeCV(RidgeCV):
    """Ridge regression on several feature spaces (bands) with a penalty for each band and target.

    Parameters
    ----------
    mixtures : int
        Mixtures of shares in the first round; each of two later rounds tries half as many.
    alphas, cv, fit_intercept, standardize, selection, device, random_state, n_targets_batch, max_memory_gb
        As in :class:`~cortex2image.ridge.estimator.RidgeCV`, but columns are standardised once, over all
        training rows, and `random_state` also seeds the search.

    Attributes
    ----------
    alpha_ : (t,) array
    share_ : (b, t) array
        Shares of the bands, which sum to 1. The penalty of a band is alpha / share.
    best_score_ : (t,) array
        Cross-validated R^2, as in `RidgeCV`, of the chosen penalties; too high, as the search maximises it.

    Notes
    -----
    For every chosen mixture the estimator keeps a matrix of the size of the smaller Gram matrix.
    """

    def __init__(
        self,
        alphas: Sequence[float] = (0.1, 1.0, 10.0),
        mixtures: int = 20,
        cv: Any = 5,
        fit_intercept: bool = True,
        standardize: bool = False,
        selection: str = "kfold",
        device: str = "auto",
        random_state: int = 0,
        n_targets_batch: int | None = None,
        max_memory_gb: float | None = None,
        threads: int | None = None,
    ):
        super().__init__(
            alphas,
            cv,
            fit_intercept,
            standardize=standardize,
            selection=selection,
            device=device,
            random_state=random_state,
            n_targets_batch=n_targets_batch,
            max_memory_gb=max_memory_gb,
            threads=threads,
        )
        self.mixtures = mixtures

    def fit(  # type: ignore[override]
        self, bands: Sequence[Band], Y: np.ndarray, groups: np.ndarray | None = None
    ) -> "BandedRidgeCV":
        """Search the mixtures and fit the weights.

        Parameters
        ----------
        bands : sequence of (n, p_b) arrays, or of Kernel
        Y : (n, t) array
        groups : (n,) array, optional
            Rows of one group never fall on both sides of a fold.

        Raises
        ------
        DataError, ConfigError
            As in :meth:`RidgeCV.fit`; bands with different numbers of rows; a target without a finite score.
        """
        self.__dict__.pop("_parts", None)
        self.widths_ = _widths(bands)
        with computing(self.threads):
            posed = self._pose(_beside(bands), groups, None)
            given = Given.of(Y, posed)
            mixed = self._searched(posed, given)
            self._parts, self._flat = list(self._fit_parts(mixed, given)), given.flat
        return self

    def fit_and_predict(  # type: ignore[override]
        self,
        bands: Sequence[Band],
        Y: np.ndarray,
        new: Sequence[Band],
        groups: np.ndarray | None = None,
    ) -> np.ndarray:
        """Fit and return the predictions for (m, p_b) rows of all bands."""
        return self.fit(bands, Y, groups).predict(new)

    def predict_blocks(  # type: ignore[override]
        self,
        bands: Sequence[Band],
        targets: Iterable[np.ndarray],
        new: Sequence[Band],
        groups: np.ndarray | None = None,
    ) -> Iterator[BlockFit]:
        """Fit targets block by block, and yield the predictions for (m, p_b) rows of all bands.

        Every block searches its own mixtures, so that each is a fit of its own.
        """
        for Y in targets:
            predicted = self.fit(bands, Y, groups).predict(new)
            yield BlockFit(predicted.reshape(len(predicted), -1), self.alpha_, self.best_score_)

    def predict(self, bands: Sequence[Band]) -> np.ndarray:  # type: ignore[override]
        """Return the (m, t) predictions for (m, p_b) rows of all bands; (m,) if fitted to a 1-D target.

        Raises
        ------
        DataError
            Bands of other widths than those fitted, or with different numbers of rows.
        """
        new = self._new_bands(bands)
        predicted = np.empty((new.shape[0], len(self.alpha_)), self._parts[0][1].means.dtype)
        for chosen, fitted in self._parts:
            predicted[:, chosen] = fitted.predict(new)
        return predicted[:, 0] if self._flat else predicted

    def predict_by_band(self, bands: Sequence[Band]) -> np.ndarray:
        """Return what each band adds to the mean, (b, m, t); predictions are the mean plus their sum."""
        new = self._new_bands(bands)
        ends = np.cumsum(self.widths_)
        shape = len(self.widths_), new.shape[0], len(self.alpha_)
        predicted = np.empty(shape, self._parts[0][1].means.dtype)
        for part, end, width in zip(predicted, ends, self.widths_, strict=True):
            columns = slice(end - width, end)
            for chosen, fitted in self._parts:
                part[:, chosen] = fitted.only(columns).predict(new)
        return predicted

    @property
    def coef_(self) -> np.ndarray:
        """Weights of the columns of all bands, one band after the other, in the units of the bands."""
        check_is_fitted(self, "_parts")
        weights = np.empty((sum(self.widths_), len(self.alpha_)), self._parts[0][1].means.dtype)
        for chosen, fitted in self._parts:
            weights[:, chosen] = fitted.weights()
        return weights[:, 0] if self._flat else weights

    @property
    def intercept_(self) -> np.ndarray | float:
        """Prediction for a row of zeros."""
        check_is_fitted(self, "_parts")
        zeros = [np.zeros((1, width)) for width in self.widths_]
        intercept = self.predict(zeros)[0]
        return float(intercept) if self._flat else intercept

    def _searched(self, posed: Posed, given: Given) -> Bands:
        """Choose shares and penalties of all targets; return the problem divided into bands."""
        alphas, bands, Y = checked_alphas(self.alphas), len(self.widths_), given.values
        base = Solver.of(posed, given, alphas, self._options(bands)).problem(given)
        mixed = Bands.of(base, self.widths_)
        self.best_score_, self.alpha_ = np.full(Y.shape[1], -np.inf), np.full(Y.shape[1], alphas[0])
        self.share_ = np.full((bands, Y.shape[1]), 1 / bands)
        for shares in self._candidates():
            problem = mixed.problem(shares)
            self._take_better(
                shares, scores(problem, self.selection, alphas, posed.folds, posed.groups, False), alphas
            )
        warn_at_edge(self.alpha_[self.best_score_ > 0], alphas)
        return mixed

    def _new_bands(self, bands: Sequence[Band]) -> Blocks:
        """Check new rows of all bands and return them side by side."""
        check_is_fitted(self, "_parts")
        widths = _widths(bands)
        if widths != self.widths_:
            fix = "give the bands of the training rows, in their order"
            raise DataError("ridge, columns of bands", f"{self.widths_}", f"{widths}", fix)
        return checked_new(self, _beside(bands))

    def _candidates(self) -> Iterator[np.ndarray]:
        """Yield mixtures to try; later rounds depend on the best mixtures so far."""
        rng = np.random.default_rng(self.random_state)
        yield from first_mixtures(len(self.widths_), self.mixtures, rng)
        for width in WIDTHS:
            winners, votes = np.unique(self.share_, axis=1, return_counts=True)
            yield from nearby_mixtures(winners.T, votes, self.mixtures // 2, width, rng)

    def _take_better(self, shares: np.ndarray, found: np.ndarray, alphas: np.ndarray) -> None:
        """Keep score, penalty and shares for targets that a mixture predicts better; `found` is (a, t)."""
        first = best(found)
        score = found[first, np.arange(found.shape[1])]
        better = score > self.best_score_
        self.best_score_[better], self.alpha_[better] = score[better], alphas[first[better]]
        self.share_[:, better] = shares[:, None]

    def _fit_parts(self, mixed: Bands, given: Given) -> Iterator[tuple[np.ndarray, Fitted]]:
        """Yield (positions of targets, their regression) for every mixture that was chosen."""
        winners, which = np.unique(self.share_, axis=1, return_inverse=True)
        for number, shares in enumerate(winners.T):
            chosen = np.flatnonzero(which.ravel() == number)
            problem = mixed.problem(shares)
            fitted = Fitted.fit(_of(problem, chosen), self.alpha_[chosen])
            given.undone(fitted.coefficients, chosen)
            given.undone(fitted.means, chosen)
            yield chosen, fitted


def _of(problem: Problem, chosen: np.ndarray) -> Problem:
    return replace(problem, targets=replace(problem.targets, chosen=chosen))


def _widths(bands: Sequence[Band]) -> list[int]:
    """Return the columns of each band; a kernel counts as one."""
    return [1 if isinstance(band, Kernel) else band.shape[1] for band in bands]


def _beside(bands: Sequence[Band]) -> Beside | Kernel:
    """Return the bands side by side.

    Raises
    ------
    DataError
        Bands with different numbers of rows, or kernels beside predictors.
    """
    kernels = [band for band in bands if isinstance(band, Kernel)]
    arrays = [band for band in bands if not isinstance(band, Kernel)]
    if kernels and arrays:
        found = f"{len(kernels)} kernels and {len(arrays)} arrays"
        raise DataError("ridge bands", "kernels or predictors throughout", found, "give all as kernels")
    return Kernel.beside(kernels) if kernels else _arrays_beside(arrays)


def _arrays_beside(bands: Sequence[np.ndarray]) -> Beside:
    lengths = {len(band) for band in bands}
    if len(lengths) != 1:
        found = ", ".join(str(len(band)) for band in bands)
        raise DataError("ridge bands", "the same rows in every band", f"lengths {found}", "align the bands")
    return Beside(bands)
