"""Metrics that compare pictures pixel by pixel."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from cortex2image.errors import DataError
from cortex2image.metrics.identification import correlation_matrix

GREY_WEIGHTS = np.array([0.2125, 0.7154, 0.0721])
SSIM_SIGMA, SSIM_RADIUS = 1.5, 5
SSIM_C1, SSIM_C2 = 0.01**2, 0.03**2
PLACES_AT_ONCE, PICTURES_AT_ONCE = 64, 128


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


def ssim2d_of_pairs(
    originals: np.ndarray, reconstructions: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """Structural similarity of chosen pairs of 8-bit pictures; see :func:`ssim2d`.

    Pictures become floating-point numbers in blocks of 128: a thousand of 512 px with what the index needs of
    each would take 12 GB.

    Parameters
    ----------
    originals : (n, height, width, 3) uint8 array
    reconstructions : (m, height, width, 3) uint8 array
    rows, columns : (k,) int arrays in [0, n) and [0, m)
        Original and reconstruction of each pair.

    Returns
    -------
    (k,) float64 array in [-1, 1]
    """
    scores = np.empty(len(rows))
    for first in range(0, len(originals), PICTURES_AT_ONCE):
        some = _with_moments(originals[first : first + PICTURES_AT_ONCE])
        mine = np.flatnonzero(rows // PICTURES_AT_ONCE == first // PICTURES_AT_ONCE)
        for start in range(0, len(reconstructions), PICTURES_AT_ONCE):
            others = _with_moments(reconstructions[start : start + PICTURES_AT_ONCE])
            for pair in mine[columns[mine] // PICTURES_AT_ONCE == start // PICTURES_AT_ONCE]:
                scores[pair] = _pair_ssim2d(some, others, rows[pair] - first, columns[pair] - start)
    return scores


_Moments = tuple[np.ndarray, np.ndarray]


def _with_moments(pictures: np.ndarray) -> tuple[np.ndarray, _Moments]:
    light = grey(pictures)
    return light, _moments(light)


def _pair_ssim2d(
    originals: tuple[np.ndarray, _Moments], others: tuple[np.ndarray, _Moments], row: int, column: int
) -> float:
    (seen, (mean_o, var_o)), (made, (mean_r, var_r)) = originals, others
    moments_o, moments_r = (mean_o[row], var_o[row]), (mean_r[column], var_r[column])
    return float(_ssim2d(seen[row], made[column], moments_o, moments_r))


def _ssim2d(
    originals: np.ndarray,
    reconstructions: np.ndarray,
    moments_o: _Moments,
    moments_r: _Moments,
) -> np.ndarray:
    (mean_o, var_o), (mean_r, var_r) = moments_o, moments_r
    product = mean_o * mean_r
    covariance = _local_mean(originals * reconstructions) - product
    likeness = (2 * product + SSIM_C1) * (2 * covariance + SSIM_C2)
    likeness /= (mean_o**2 + mean_r**2 + SSIM_C1) * (var_o + var_r + SSIM_C2)
    return likeness.mean(axis=(-2, -1))


def _moments(pictures: np.ndarray) -> _Moments:
    mean = _local_mean(pictures)
    return mean, _local_mean(pictures**2) - mean**2


def _local_mean(pictures: np.ndarray) -> np.ndarray:
    rows, columns = (_window_means(length) for length in pictures.shape[-2:])
    down = [rows[places, seen] @ pictures[..., seen, :] for places, seen in _bands(len(rows))]
    averaged = np.concatenate(down, axis=-2)
    across = [averaged[..., seen] @ columns[places, seen].T for places, seen in _bands(len(columns))]
    return np.concatenate(across, axis=-1)


def _bands(places: int) -> Iterator[tuple[slice, slice]]:
    """Yield some places at a time and the pixels their windows see: farther pixels have no weight."""
    for first in range(0, places, PLACES_AT_ONCE):
        last = min(first + PLACES_AT_ONCE, places)
        yield slice(first, last), slice(first, last + 2 * SSIM_RADIUS)


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
