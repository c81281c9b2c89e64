"""Peak signal-to-noise ratio of pictures, for every pair of original and reconstruction."""

import numpy as np

MOST_DB = 100.0
WHITE = 255
COLUMNS_AT_ONCE = 2**10


def psnr_matrix(originals: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio of every original with every reconstruction.

    10 log10(255^2 / mean squared difference), over all pixels of all three channels. For identical pictures
    it is infinite, and no mean could be taken: values above 100 dB, where pictures differ by one grey level
    in less than 0.0007 % of their values, count as 100 dB.

    Parameters
    ----------
    originals : (n, height, width, 3) uint8 array
    reconstructions : (m, height, width, 3) uint8 array

    Returns
    -------
    (n, m) float64 array of dB in [0, 100]
    """
    a, b = (pictures.reshape(len(pictures), -1) for pictures in (originals, reconstructions))
    error = squared_differences(a, b) / a.shape[1]
    ratio: np.ndarray = 10 * np.log10(WHITE**2 / np.maximum(error, WHITE**2 / 10 ** (MOST_DB / 10)))
    return ratio


def squared_differences(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Sum of squared differences of every row of `a` and every row of `b`, without rounding.

    Products of values in [-128, 127] are at most 2^14. Single precision holds sums of 1024 of them exactly,
    in whatever order they are added, and double precision the sum over all blocks of columns.

    Parameters
    ----------
    a : (n, width) uint8 array
    b : (m, width) uint8 array

    Returns
    -------
    (n, m) float64 array of whole numbers
    """
    product, square_a, square_b = np.zeros((len(a), len(b))), np.zeros(len(a)), np.zeros(len(b))
    for start in range(0, a.shape[1], COLUMNS_AT_ONCE):
        columns = slice(start, start + COLUMNS_AT_ONCE)
        some_a, some_b = (rows[:, columns].astype(np.float32) - 128 for rows in (a, b))
        product += some_a @ some_b.T
        square_a += np.einsum("ij,ij->i", some_a, some_a)
        square_b += np.einsum("ij,ij->i", some_b, some_b)
    return square_a[:, None] + square_b - 2 * product
