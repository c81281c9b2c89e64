"""Decoded features that may say little: projected on the first directions of the training features.

How well do pictures score whose features carry k numbers from the brain, and no more? What a generator with
few numbers reaches is not evidence of the brain (Mayo et al. 2024, BrainBits). The directions are principal
components of the true features of training stimuli, about their mean,

    m + sum_c v_c v_c' (x - m),    v_c = sum_i (x_i - m) w_ic,

with weights w from inner products of the training features (see :mod:`cortex2image.features.components`). No
matrix is as wide as the features on both sides, and they are read in blocks of columns. A job computes the
products once for each space. For 9,000 training and 982 test stimuli in 59,136 columns that is 2.4e12
multiplications for the products, 5e11 for their decomposition and 1e12 for the projection: 200 s at the rate
that jobs of inner products are planned with, 2e10 a second. The products and their copies take 2 GB.
"""

from collections.abc import Iterator

import numpy as np

from cortex2image.features.components import check_count, component_weights
from cortex2image.leakage import TrainingRows

SETTING = "reconstruct/bottleneck"
# Bytes of a block of columns of the training features in double precision.
BLOCK = 2**28


def narrowed(decoded: np.ndarray, train: TrainingRows, rank: int) -> np.ndarray:
    """Return decoded features of which only the first directions of the training features are left.

    Parameters
    ----------
    decoded : (s, d) array
    train : TrainingRows, (m, d)
        True features of the training stimuli.
    rank : int
        Number of directions k.

    Returns
    -------
    (s, d) float32 array

    Raises
    ------
    ConfigError
        Fewer than 1 direction, more than m - 1, or more than the training features span beyond rounding.
    """
    check_count(rank, len(train), SETTING)
    width = decoded.shape[1]
    among, across = np.zeros((len(train), len(train))), np.zeros((len(decoded), len(train)))
    for part in _columns(len(train), width):
        centred, mean = _centred(train, part)
        among += centred @ centred.T
        across += (decoded[:, part] - mean) @ centred.T
    weights = component_weights(among, rank, SETTING, train.dtype)
    of_rows = across @ weights @ weights.T
    left = np.empty((len(decoded), width), np.float32)
    for part in _columns(len(train), width):
        centred, mean = _centred(train, part)
        left[:, part] = mean + of_rows @ centred
    return left


def _columns(rows: int, width: int) -> Iterator[slice]:
    step = max(1, BLOCK // (8 * max(1, rows)))
    for first in range(0, width, step):
        yield slice(first, min(first + step, width))


def _centred(train: TrainingRows, part: slice) -> tuple[np.ndarray, np.ndarray]:
    """Return some columns of the training rows about their mean, in double precision, and the mean."""
    rows = train.columns(part).astype(np.float64)
    mean = rows.mean(axis=0)
    rows -= mean
    return rows, mean
