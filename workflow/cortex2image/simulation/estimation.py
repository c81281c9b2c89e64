"""How much noise a single-trial estimate takes from the scanner and from neighbouring trials.

For the least-squares-separate model (Mumford et al. 2012) of one run: each trial against all others
together, with the constant and drift terms projected out. The estimate is linear in the data, so its noise
follows exactly from the weights it gives to the volumes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import toeplitz


@dataclass(frozen=True)
class EstimationNoise:
    """Factors on variances, mean over trials.

    Attributes
    ----------
    scanner : float
        Variance of the estimate for autoregressive scanner noise of variance 1.
    leakage : float
        Variance of the estimate for amplitudes of the other trials that differ from their mean with
        variance 1.
    """

    scanner: float
    leakage: float


def estimation_noise(
    design: NDArray[np.float64], nuisance: NDArray[np.float64], autocorrelation: float
) -> EstimationNoise:
    """Return the noise of least-squares-separate estimates under a design.

    Parameters
    ----------
    design : (volumes, trials)
        Response to each trial.
    nuisance : (volumes, k)
        Regressors fitted beside the trials, the constant among them.
    autocorrelation : float
        Lag-one autocorrelation of the scanner noise.
    """
    weights = separate_weights(design, nuisance)
    covariance = toeplitz(autocorrelation ** np.arange(len(design)))
    scanner = np.einsum("vt,vw,wt->t", weights, covariance, weights, optimize=True)
    taken = (weights.T @ design) ** 2
    leakage = taken.sum(1) - np.diag(taken)
    return EstimationNoise(float(scanner.mean()), float(leakage.mean()))


def separate_weights(design: NDArray[np.float64], nuisance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights, (volumes, trials), whose product with the data is each trial's estimate."""
    basis = np.linalg.qr(nuisance)[0]
    own = design - basis @ (basis.T @ design)
    others = own.sum(1, keepdims=True) - own
    overlap = (own * others).sum(0) / (others**2).sum(0)
    distinct = own - others * overlap
    return distinct / (distinct * own).sum(0)
