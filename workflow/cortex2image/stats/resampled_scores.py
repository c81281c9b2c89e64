"""r and R^2 of many columns in bootstrap resamples of test rows."""

from dataclasses import dataclass

import numpy as np

from cortex2image.errors import DataError
from cortex2image.seeds import rng_for
from cortex2image.stats.correlation import NULL_VARIANCE_OF_FOLDS, centred

# Values of each side of a block of columns that are held in double precision at once.
VALUES_AT_ONCE = 2**16
# A sum of squares around the mean below this share of that around the mean of all rows is rounding.
ROUNDING = 1e-12


def row_counts(rows: int, draws: int, seed: int, fold: int) -> np.ndarray:
    """Return how often each row of a fold is drawn, (draws, rows); it depends on seed and fold only.

    Each draw takes as many rows as there are, with replacement (Efron 1979, Annals of Statistics 7:1).
    """
    rng = rng_for(seed, "resample", fold)
    return rng.multinomial(rows, np.full(rows, 1 / rows), size=draws)


@dataclass(frozen=True)
class ResampledSums:
    """Sums over the rows of each draw, around the means of the draw: (draws, columns) float64 arrays.

    `bias` is the sum over rows of the squared difference of the two means.
    """

    predicted: np.ndarray
    measured: np.ndarray
    product: np.ndarray
    bias: np.ndarray

    @classmethod
    def of(cls, predicted: np.ndarray, measured: np.ndarray, counts: np.ndarray) -> "ResampledSums":
        """Return the sums of two (m, columns) matrices, given (draws, m) counts: five matrix products."""
        weights, rows = counts.astype(np.float64), predicted.shape[0]
        (p, mean_p), (m, mean_m) = centred(predicted), centred(measured)
        sum_p, sum_m = weights @ p, weights @ m
        product = weights @ (p * m) - sum_p * sum_m / rows
        apart = (sum_m - sum_p) / rows + mean_m - mean_p
        squares_p, squares_m = (_around_mean(weights @ x**2, s, rows) for x, s in ((p, sum_p), (m, sum_m)))
        return cls(squares_p, squares_m, product, rows * apart**2)


class ResampledScores:
    """r and R^2 of many columns in resamples of their rows, the same resamples for all columns.

    Rows are resampled within folds in a cross-validated study, so that each fold keeps its number of rows.
    Sums of its folds are kept, 3 x (columns, draws + 1) float32. Otherwise only scores are.

    Resamples take predictions as given. Those of a cross-validated study come from models that were fitted to
    the rows of the other folds, and would vary with them: distances from the scores of the rows as they are
    grow by the square root of :data:`~cortex2image.stats.correlation.NULL_VARIANCE_OF_FOLDS`, as for p. Where
    rows differ, simulated studies scatter 0.8 to 1.1 times as far, without and with signal, single columns
    and means over columns. Where the same few rows recur in every fold (8 categories), they scatter up to 1.2
    times as far without signal, and as little as 0.6 times as far with a strong one: intervals are then wide.

    Parameters
    ----------
    columns, draws : int
    within_folds : bool
        Whether the study is cross-validated; predictions and measurements are then centred within folds.
    seed : int
    """

    def __init__(self, columns: int, draws: int, within_folds: bool, seed: int):
        self.draws, self.seed, self.within_folds = draws, seed, within_folds
        kept = 3 if within_folds else 2
        # Of folds one draw more: the rows as they are.
        self._kept = np.zeros((kept, columns, draws + within_folds), np.float32)
        self._counts: dict[int, np.ndarray] = {}

    def add(self, fold: int, columns: slice, predicted: np.ndarray, measured: np.ndarray) -> None:
        """Add the rows of a fold and a block of columns, (m, w) arrays; each fold and block once.

        Raises
        ------
        DataError
            Blocks of one fold differ in rows.
        """
        counts = self._counts_of(fold, len(predicted))
        width = max(1, VALUES_AT_ONCE // max(len(predicted), self.draws))
        for first in range(0, predicted.shape[1], width):
            part = slice(first, first + width)
            here = slice(columns.start + first, min(columns.start + first + width, columns.stop))
            sums = ResampledSums.of(predicted[:, part], measured[:, part], counts)
            if self.within_folds:
                for kept, values in zip(
                    self._kept, (sums.predicted, sums.measured, sums.product), strict=True
                ):
                    kept[here] += values.T
            else:
                error = sums.predicted + sums.measured - 2 * sums.product + sums.bias
                self._kept[0, here] = _r(sums.predicted, sums.measured, sums.product).T
                self._kept[1, here] = _r2(error, sums.measured).T

    def _counts_of(self, fold: int, rows: int) -> np.ndarray:
        if fold not in self._counts:
            counts = row_counts(rows, self.draws, self.seed, fold)
            whole = np.ones((int(self.within_folds), rows), counts.dtype)
            self._counts[fold] = np.concatenate([counts, whole])
        counts = self._counts[fold]
        if counts.shape[1] != rows:
            found, fix = f"{counts.shape[1]} and {rows} rows in fold {fold}", "give all test rows of a fold"
            raise DataError("bootstrap", "blocks of one fold with the same rows", found, fix)
        return counts

    def scores(self) -> tuple[np.ndarray, np.ndarray]:
        """Return r and R^2 of every column in every draw, two (columns, draws) float32 arrays."""
        if not self.within_folds:
            return self._kept[0], self._kept[1]
        predicted, measured, product = self._kept
        r, r2 = _r(predicted, measured, product), _r2(predicted + measured - 2 * product, measured)
        r = _widened(r)
        return r.clip(-1, 1, out=r), _widened(r2)


def _widened(scores: np.ndarray) -> np.ndarray:
    """Move (columns, draws) scores, in place, away from the last draw, that of all rows once; drop that."""
    drawn, observed = scores[:, :-1], scores[:, -1:]
    drawn -= observed
    drawn *= np.float32(NULL_VARIANCE_OF_FOLDS**0.5)
    drawn += observed
    return drawn


def _around_mean(squares: np.ndarray, total: np.ndarray, rows: int) -> np.ndarray:
    """Return sums of squares around the mean of each draw; exactly 0 where a draw repeats one value."""
    around: np.ndarray = squares - total**2 / rows
    return np.where(around > ROUNDING * squares, around, 0.0)


def _r(predicted: np.ndarray, measured: np.ndarray, product: np.ndarray) -> np.ndarray:
    """Return r from sums around means; 0 for a draw that is constant on either side."""
    scale = np.sqrt(predicted * measured)
    r: np.ndarray = np.divide(product, scale, out=np.zeros_like(product), where=scale > 0).clip(-1, 1)
    return r


def _r2(error: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """Return 1 - error / total sum of squares; 0 for a draw of constant measurements."""
    share: np.ndarray = np.divide(error, measured, out=np.ones_like(error), where=measured > 0)
    return 1 - share
