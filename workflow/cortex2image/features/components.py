"""Principal components of training stimuli, from inner products.

The study of 2023 reduced features to 6,400 components of the training stimuli (Takagi and Nishimoto 2023,
encoding analyses). Principal components are eigenvectors of the centred inner products (Schoelkopf, Smola and
Mueller 1998, Neural Computation 10:1299), so no feature is read for them: with k_ij = x_i'x_j, the share
w = 1/m of each of m training rows, and their mean row m,

    (x_i - m)'(x_j - m) = k_ij - (Kw)_i - (Kw)_j + w'Kw = sum_c v_ic l_c v_jc,

scores of row i are (x_i - m)' X_train' V / sqrt(l).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from cortex2image.errors import ConfigError
from cortex2image.leakage import FinishedFit


def principal_components(products: np.ndarray, train: np.ndarray, count: int) -> np.ndarray:
    """Return the scores of all rows in the first principal components of the training rows.

    They equal those of an exact PCA that is fitted to the training rows, but for signs; here the largest
    weight of a training row in each component is positive. Products of other rows with each other are never
    read, and those of other rows with training rows only after the components are found.

    Parameters
    ----------
    products : (n, n) array
        Inner products of the rows, as they are or shifted by any constant row.
    train : (m,) array of int
        The training rows.
    count : int
        Number of components k.

    Returns
    -------
    (n, k) array, float64
        Scores in units of the features, the largest variance first. Their mean over training rows is 0.

    Raises
    ------
    ConfigError
        Fewer than 1 component, more than m - 1, or more than training rows span beyond rounding.
    """
    train = np.asarray(train)
    check_count(count, len(train), "encode/pca")
    among = products[np.ix_(train, train)].astype(np.float64, copy=False)
    return Components.of(among, count, products.dtype).scores(products[:, train])


@dataclass(frozen=True)
class Components(FinishedFit):
    """Principal components of m training rows.

    Attributes
    ----------
    weights : (m, k) array
        What each training row adds to the unit vector of each component.
    means : (m,) array
        Means over the training rows of their inner products with each.
    """

    weights: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, among: np.ndarray, count: int, stored: DTypeLike) -> "Components":
        """Find `count` components from the (m, m) inner products of the training rows, and no other row."""
        return cls(component_weights(among, count, "encode/pca", stored), among.mean(axis=0))

    def scores(self, products: np.ndarray) -> np.ndarray:
        """Return the scores (n, k) of rows, given their (n, m) inner products with the training rows."""
        # Sums over training rows of the weights are 0, so only means over training rows are subtracted.
        scores: np.ndarray = (products.astype(np.float64, copy=False) - self.means) @ self.weights
        return scores


def component_weights(among: np.ndarray, count: int, setting: str, stored: DTypeLike) -> np.ndarray:
    """Return what each training row adds to the unit vectors of the first principal components.

    Parameters
    ----------
    among : (m, m) array, float64
        Inner products of the training rows, as they are or shifted by any constant row.
    count : int
        Number of components k.
    setting : str
        The key of the config that gives the number, for errors.
    stored : type of the numbers that were read, whose rounding limits what can be told apart

    Returns
    -------
    (m, k) array, float64
        Weights V / sqrt(l), the largest variance first; a component is the sum of training rows times its
        weights, which sum to 0. The largest weight of each is positive.

    Raises
    ------
    ConfigError
        Fewer than 1 component, more than m - 1, or more than training rows span beyond rounding.
    """
    check_count(count, len(among), setting)
    means = among.mean(axis=0)
    centred = among - means[:, None] - means + means.mean()
    from scipy.linalg import eigh  # imported late: most steps that know of components compute none

    values, weights = eigh(centred, subset_by_index=(len(among) - count, len(among) - 1), overwrite_a=True)
    values, weights = values[::-1], weights[:, ::-1]
    spanned = 1 + int(telling(values, len(among), rounding(among, stored)).sum())
    check_count(count, spanned, setting, "directions in these features")
    scaled: np.ndarray = weights * (_signs(weights) / np.sqrt(values))
    return scaled


def check_count(count: int, rows: int, setting: str, of_what: str = "training stimuli less one") -> None:
    """Raise ConfigError if `count` components, as a setting of the config says, are none of `rows` rows."""
    if not 1 <= count < rows:
        fix = f"set {setting} to {rows - 1} or less, or leave it out" if rows > 1 else f"leave out {setting}"
        raise ConfigError(setting, f"1 to {rows - 1} components ({of_what})", f"{count}", fix)


def rounding(among: np.ndarray, stored: DTypeLike) -> float:
    """Return the size of eigenvalues that rounding of what was read alone can give."""
    return float(np.finfo(np.dtype(stored)).eps * len(among) ** 0.5 * np.abs(among).max())


def telling(values: np.ndarray, rows: int, read: float) -> np.ndarray:
    """Return which eigenvalues of inner products rounding cannot have given.

    Parameters
    ----------
    values : (k,) array
        The largest among them.
    rows : int
        Of the matrix; libraries err by up to so many times the last digit of the largest eigenvalue.
    read : float
        See :func:`rounding`.

    Returns
    -------
    (k,) array of bool
    """
    told: np.ndarray = values > read + np.finfo(np.float64).eps * rows * values.max()
    return told


def _signs(weights: np.ndarray) -> np.ndarray:
    largest = np.abs(weights).argmax(axis=0)
    signs: np.ndarray = np.sign(weights[largest, np.arange(weights.shape[1])])
    return signs
