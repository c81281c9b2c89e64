"""Shares of the feature spaces to try in banded ridge regression: points of a simplex."""

import numpy as np

# Decades that the shares of two bands differ by, at most; beyond, a band is as good as absent.
DECADES = 4.0
CONCENTRATIONS = (0.1, 1.0)


def first_mixtures(bands: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return shares of the bands that cover the simplex.

    Two bands: `count` ratios, even on a logarithmic scale. More: equal shares and draws from Dirichlet
    distributions, half of them sparse (Dupre la Tour et al. 2022). Each band alone is always among them.

    Returns
    -------
    (count or more, bands) array of non-negative shares that sum to 1
    """
    alone = np.eye(bands)
    if bands == 2:
        ratio = np.logspace(-DECADES, DECADES, count)
        shares = np.column_stack([ratio, np.ones(count)])
    else:
        drawn = [rng.dirichlet(np.full(bands, c), -(-count // 2)) for c in CONCENTRATIONS]
        shares = np.concatenate([np.ones((1, bands)), *drawn])
    return np.concatenate([alone, shares / shares.sum(axis=1, keepdims=True)])


def nearby_mixtures(
    winners: np.ndarray, votes: np.ndarray, count: int, width: float, rng: np.random.Generator
) -> np.ndarray:
    """Return shares around those that won, as many around each as it has votes in proportion.

    Parameters
    ----------
    winners : (w, bands) array of shares
    votes : (w,) array
        Targets that chose each.
    count : int
    width : float
        Standard deviation of the logarithm (base 10) of the shares.
    rng : np.random.Generator

    Returns
    -------
    (count, bands) array of shares; bands that are absent in a winner come back as the smallest of shares
    """
    centre = winners[rng.choice(len(winners), size=count, p=votes / votes.sum())]
    logarithm = np.log10(np.maximum(centre, 10**-DECADES)) + width * rng.standard_normal(centre.shape)
    shares = 10.0**logarithm
    return shares / shares.sum(axis=1, keepdims=True)
