"""Metrics that compare pictures pixel by pixel."""

from functools import cache

import numpy as np

from cortex2image.errors import DataError
from cortex2image.metrics.identification import correlation_matrix

GREY_WEIGHTS = np.array([0.2125, 0.7154, 0.0721])
SSIM_SIGMA, SSIM_RADIUS = 1.5, 5
SSIM_C1, SSIM_C2 = 0.01**2, 0.03**2


def pixcorr_matrix(originals: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Pearson correlation over all RGB values, for every pair.

    Parameters
    ----------
    originals : (n, height, width, 3) uint8 array
    reconstructions : (m, height, width, 3) uint8 array

    Returns
    -------
    (n, m) float64 array in [-1, 1]
    """
    return correlation_matrix(_flat(originals), _flat(reconstructions))


def _flat(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1)


def grey(pictures: np.ndarray) -> np.ndarray:
    """Luminance in [0, 1] of (n, height, width, 3) uint8 pictures, as (n, height, width) float64."""
    return pictures @ (GREY_WEIGHTS / 255)


def ssim2d(originals: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Structural similarity of corresponding pictures (Wang et al. 2004, equation 13), in two dimensions.

    The true two-dimensional index. Brain-Diffuser's published values are means of one-dimensional indices
    of picture columns (an effect of scikit-image < 0.20) and lie on another scale.

    Parameters
    ----------
    originals, reconstructions : (n, height, width) arrays in [0, 1]
        Grey pictures; either may have a leading axis of 1, which is compared with all of the other.

    Returns
    -------
    (n,) float64 array in [-1, 1]

    Raises
    ------
    DataError
        The pictures are smaller than the window of 11 px.
    """
    return _ssim2d(originals, reconstructions, _moments(originals), _moments(reconstructions))


def ssim2d_matrix(originals: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Structural similarity of every pair of grey pictures, (n, m) float64; see :func:`ssim2d`."""
    moments = _moments(reconstructions)
    rows = (original[None] for original in originals)
    return np.stack([_ssim2d(row, reconstructions, _moments(row), moments) for row in rows])


def _ssim2d(
    originals: np.ndarray,
    reconstructions: np.ndarray,
    moments_o: tuple[np.ndarray, np.ndarray],
    moments_r: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    (mean_o, var_o), (mean_r, var_r) = moments_o, moments_r
    product = mean_o * mean_r
    covariance = _local_mean(originals * reconstructions) - product
    likeness = (2 * product + SSIM_C1) * (2 * covariance + SSIM_C2)
    likeness /= (mean_o**2 + mean_r**2 + SSIM_C1) * (var_o + var_r + SSIM_C2)
    return likeness.mean(axis=(-2, -1))


def _moments(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = _local_mean(pictures)
    return mean, _local_mean(pictures**2) - mean**2


def _local_mean(pictures: np.ndarray) -> np.ndarray:
    rows, columns = (_window_means(length) for length in pictures.shape[-2:])
    return rows @ pictures @ columns.T


@cache
def _window_means(length: int) -> np.ndarray:
    """Return the (length - 10, length) matrix that takes Gaussian means at every place the window fits."""
    if length <= 2 * SSIM_RADIUS:
        fix = "use a model set that makes larger pictures"
        raise DataError("ssim2d", f"pictures of at least {2 * SSIM_RADIUS + 1} px", f"{length} px", fix)
    window = np.exp(-0.5 * (np.arange(-SSIM_RADIUS, SSIM_RADIUS + 1) / SSIM_SIGMA) ** 2)
    window /= window.sum()
    means = np.zeros((length - 2 * SSIM_RADIUS, length))
    for row, values in enumerate(means):
        values[row : row + len(window)] = window
    return means
