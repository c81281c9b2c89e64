"""Metrics of the pixels of two pictures: pixel correlation, structural similarity.

Pictures are uint8 arrays of one size: (n, height, width, 3) originals, (m, height, width, 3) reconstructions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.errors import DataError
from cortex2image.metrics.psnr import psnr_matrix
from cortex2image.metrics.similarity import correlation_matrix

GREY_WEIGHTS = (0.2125, 0.7154, 0.0721)
SIGMA, RADIUS = 1.5, 5
C1, C2 = 0.01**2, 0.03**2
Dims = tuple[int, ...]
BOTH, ALONG_COLUMNS = (1, 2), (1,)
PICTURES_AT_ONCE = 128
PIXELS_AT_ONCE = {"cpu": 2**18, "cuda": 2**24}
"""Pixels of the pairs compared at a time: what stays in the cache of a core, and what keeps a GPU busy."""


def pixcorr_matrix(originals: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Pearson correlation over all RGB values, of every original with every reconstruction.

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


@dataclass(frozen=True)
class _Prepared:
    """Grey pictures in [0, 1] (n, h, w), and what enters SSIM, 10 px shorter along averaged dimensions.

    `mean` is local, `energy` its square plus half of C1, `spread` the local variance plus half of C2.
    """

    grey: torch.Tensor
    mean: torch.Tensor
    energy: torch.Tensor
    spread: torch.Tensor

    @classmethod
    def of(cls, grey: torch.Tensor, dims: Dims) -> "_Prepared":
        mean = _local_mean(grey, dims)
        return cls(grey, mean, mean**2 + C1 / 2, _local_mean(grey**2, dims) - mean**2 + C2 / 2)

    def chosen(self, which: np.ndarray) -> "_Prepared":
        """Return some of the pictures; a single one is not copied."""
        one = slice(int(which[0]), int(which[0]) + 1)
        rows = one if len(which) == 1 else torch.from_numpy(which).to(self.grey.device)
        return _Prepared(self.grey[rows], self.mean[rows], self.energy[rows], self.spread[rows])


def ssim2d_of_pairs(
    originals: np.ndarray,
    reconstructions: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    device: torch.device,
) -> np.ndarray:
    """Structural similarity of chosen pairs of pictures (Wang et al. 2004, equation 13), in two dimensions.

    Published values of Brain-Diffuser are on another scale: :func:`ssim_legacy_columns_of_pairs`.

    Pictures become floating-point numbers in blocks of 128: a thousand of 512 px, with their local means and
    variances, would take 12 GB. Float64 throughout, since local variances are small differences of squares.

    Parameters
    ----------
    originals : (n, height, width, 3) uint8 array
    reconstructions : (m, height, width, 3) uint8 array
    rows, columns : (k,) int arrays in [0, n) and [0, m)
        Original and reconstruction of each pair.
    device : torch.device

    Returns
    -------
    (k,) float64 array in [-1, 1]

    Raises
    ------
    DataError
        The pictures are smaller than the window of 11 px.
    """
    return _ssim(originals, reconstructions, (rows, columns), device, BOTH)


def ssim_legacy_columns_of_pairs(
    originals: np.ndarray,
    reconstructions: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    device: torch.device,
) -> np.ndarray:
    """Mean of the structural similarities of all picture columns, each in one dimension.

    The code of Brain-Diffuser calls scikit-image for grey pictures with `multichannel=True`. Before version
    0.20 that made the columns of a picture its channels, which are compared one by one, each with a window of
    11 px along the column, and averaged; since then the keyword is ignored, and the same call computes
    :func:`ssim2d_of_pairs`.

    Parameters, result and errors are those of :func:`ssim2d_of_pairs`.
    """
    return _ssim(originals, reconstructions, (rows, columns), device, ALONG_COLUMNS)


def _ssim(
    originals: np.ndarray,
    reconstructions: np.ndarray,
    pairs: tuple[np.ndarray, np.ndarray],
    device: torch.device,
    dims: Dims,
) -> np.ndarray:
    rows, columns = pairs
    scores = np.empty(len(rows))
    for first, some in _blocks(originals, device, dims):
        in_rows = rows // PICTURES_AT_ONCE == first // PICTURES_AT_ONCE
        for start, others in _blocks(reconstructions, device, dims):
            in_block = in_rows & (columns // PICTURES_AT_ONCE == start // PICTURES_AT_ONCE)
            for few in _few(np.flatnonzero(in_block), some.grey):
                scores[few] = _index(
                    some.chosen(rows[few] - first), others.chosen(columns[few] - start), dims
                )
    return scores


def _blocks(pictures: np.ndarray, device: torch.device, dims: Dims) -> Iterator[tuple[int, _Prepared]]:
    for first in range(0, len(pictures), PICTURES_AT_ONCE):
        yield first, _Prepared.of(grey(pictures[first : first + PICTURES_AT_ONCE], device), dims)


def _few(pairs: np.ndarray, pictures: torch.Tensor) -> Iterator[np.ndarray]:
    size = max(1, PIXELS_AT_ONCE[pictures.device.type] // pictures[0].numel())
    return (pairs[first : first + size] for first in range(0, len(pairs), size))


def grey(pictures: np.ndarray, device: torch.device) -> torch.Tensor:
    """Luminance in [0, 1] of (n, height, width, 3) uint8 pictures, as (n, height, width) float64."""
    weights = torch.tensor(GREY_WEIGHTS, dtype=torch.float64, device=device) / 255
    return torch.from_numpy(np.ascontiguousarray(pictures)).to(device).double() @ weights


def _index(a: _Prepared, b: _Prepared, dims: Dims) -> np.ndarray:
    # In place: a picture of 512 px fills the cache of a core, and this is done for each pair.
    product = a.mean * b.mean
    likeness = _local_mean(a.grey * b.grey, dims).sub_(product).mul_(2).add_(C2)
    likeness.mul_(product.mul_(2).add_(C1))
    likeness.div_((a.energy + b.energy).mul_(a.spread + b.spread))
    return likeness.mean(dim=(1, 2)).cpu().numpy()


def _local_mean(pictures: torch.Tensor, dims: Dims) -> torch.Tensor:
    """Gaussian means of (n, h, w) pictures along these dimensions, where the window of 11 px fits."""
    smallest = min(pictures.shape[dim] for dim in dims)
    if smallest <= 2 * RADIUS:
        fix = "use a model set that makes larger pictures"
        expected = f"pictures of at least {2 * RADIUS + 1} px"
        raise DataError("structural similarity", expected, f"{smallest} px", fix)
    for dim in dims:
        pictures = _averaged(pictures, dim)
    return pictures


def _averaged(pictures: torch.Tensor, dim: int) -> torch.Tensor:
    # Sums of shifted pictures: a convolution in float64 takes ten times as long on a CPU.
    window = np.exp(-0.5 * (np.arange(-RADIUS, RADIUS + 1) / SIGMA) ** 2)
    places = pictures.shape[dim] - 2 * RADIUS
    total = torch.zeros_like(pictures.narrow(dim, 0, places))
    for shift, weight in enumerate(window / window.sum()):
        total.add_(pictures.narrow(dim, shift, places), alpha=float(weight))
    return total


MatrixMetric = Callable[[np.ndarray, np.ndarray], np.ndarray]
PairMetric = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray, torch.device], np.ndarray]

MATRIX_METRICS: dict[str, MatrixMetric] = {"pixcorr": pixcorr_matrix, "psnr": psnr_matrix}
"""Metrics that are cheap for all pairs at once: functions of originals and reconstructions, as
:func:`pixcorr_matrix`."""

PAIR_METRICS: dict[str, PairMetric] = {
    "ssim2d": ssim2d_of_pairs,
    "ssim_legacy_columns": ssim_legacy_columns_of_pairs,
}
"""Metrics whose time grows with the number of pairs: functions of originals, reconstructions, chosen pairs
and device, as :func:`ssim2d_of_pairs`."""
