"""Identification: which original, or which category, does a reconstruction resemble most?"""

import numpy as np
from scipy.stats import rankdata

TIE_DECIMALS = 10
COLUMNS_AT_ONCE = 2**14


def correlation_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson correlation of every row of `a` with every row of `b`.

    Summed in float64 over blocks of columns, so that neither matrix is ever copied whole.

    Parameters
    ----------
    a : (n, width) array of any number type
    b : (m, width) array of any number type

    Returns
    -------
    (n, m) float64 array in [-1, 1]; 0 wherever a row is constant, for which r is undefined.
    """
    mean_a, mean_b = (rows.mean(axis=1, keepdims=True, dtype=np.float64) for rows in (a, b))
    product, square_a, square_b = np.zeros((len(a), len(b))), np.zeros(len(a)), np.zeros(len(b))
    for start in range(0, a.shape[1], COLUMNS_AT_ONCE):
        columns = slice(start, start + COLUMNS_AT_ONCE)
        centred_a, centred_b = a[:, columns] - mean_a, b[:, columns] - mean_b
        product += centred_a @ centred_b.T
        square_a += np.einsum("ij,ij->i", centred_a, centred_a)
        square_b += np.einsum("ij,ij->i", centred_b, centred_b)
    # Exactly constant rows leave rounding errors that would correlate with anything.
    square_a[_constant(a)] = np.inf
    square_b[_constant(b)] = np.inf
    return np.clip(product / np.sqrt(np.outer(square_a, square_b)), -1.0, 1.0)


def _constant(rows: np.ndarray) -> np.ndarray:
    return (rows == rows[:, :1]).all(axis=1)


def two_way(similarity: np.ndarray) -> np.ndarray:
    """Two-way identification of each reconstruction among the originals, for any pairing.

    Parameters
    ----------
    similarity : (n, n) array
        Entry (i, j): similarity of original i and reconstruction j.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (i, j): share of the other originals less similar to reconstruction j than original i is, ties
        counting half. The diagonal is the score, the rest is what a permuted pairing would score.
    """
    ranks = rankdata(np.round(similarity, TIE_DECIMALS), method="average", axis=0)
    return (ranks - 1) / (len(similarity) - 1)


def two_way_of_originals(similarity: np.ndarray) -> np.ndarray:
    """Two-way identification of each original among the reconstructions, for any pairing.

    The rule of the code released with Takagi and Nishimoto 2023.

    Parameters
    ----------
    similarity : (n, n) array
        Entry (i, j): similarity of original i and reconstruction j.

    Returns
    -------
    (n, n) float64 array in [0, 1]
        Entry (i, j): share of the other reconstructions less similar to original i than reconstruction j is,
        ties counting nothing, so that reconstructions that are all the same score 0. The diagonal is the
        score, the rest is what a permuted pairing would score.
    """
    ranks = rankdata(np.round(similarity, TIE_DECIMALS), method="min", axis=1)
    return (ranks - 1) / (len(similarity) - 1)


def category_credit(similarity: np.ndarray) -> np.ndarray:
    """Credit of each category for being the most similar one.

    Parameters
    ----------
    similarity : (n, k) array
        Similarity of n decoded stimuli to k categories.

    Returns
    -------
    (n, k) float64 array
        1 for the best category and 0 for the others; 1 / ties for each of several that tie. Rows sum to 1.
    """
    rounded = np.round(similarity, TIE_DECIMALS)
    best = rounded == rounded.max(axis=1, keepdims=True)
    return best / best.sum(axis=1, keepdims=True)


def category_templates(features: np.ndarray, labels: np.ndarray, categories: int) -> np.ndarray:
    """Mean feature vector of each category.

    Parameters
    ----------
    features : (n, width) array
    labels : (n,) int array in [0, categories)

    Returns
    -------
    (categories, width) float64 array
    """
    return np.stack([features[labels == c].mean(axis=0, dtype=np.float64) for c in range(categories)])
