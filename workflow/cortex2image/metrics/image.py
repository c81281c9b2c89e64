"""Pixel correlation; structural similarity is in :mod:`cortex2image.metrics.ssim`."""

import numpy as np

from cortex2image.metrics.identification import correlation_matrix


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
