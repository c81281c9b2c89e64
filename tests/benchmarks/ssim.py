"""Benchmark of structural similarity against scikit-image; prints a table.

    OMP_NUM_THREADS=2 PYTHONPATH=workflow:. python tests/benchmarks/ssim.py

Every original is compared with every reconstruction, as for the permutation null of the default study (60
pictures of 64 px). Both methods run in one process, in turns; seconds are medians.
"""

import argparse
from itertools import product

import numpy as np
import torch
from skimage.color import rgb2gray
from skimage.metrics import structural_similarity
from tests.benchmarks.measure import machine, side_by_side

from cortex2image.device import choose_device
from cortex2image.metrics.pixels import ssim2d_of_pairs


def ours(originals: np.ndarray, reconstructions: np.ndarray, device: torch.device) -> np.ndarray:
    shape = (len(originals), len(reconstructions))
    rows, columns = (index.ravel() for index in np.indices(shape))
    return ssim2d_of_pairs(originals, reconstructions, rows, columns, device)


def peer(originals: np.ndarray, reconstructions: np.ndarray) -> np.ndarray:
    """Each picture is turned to grey once, so that only the index itself is compared."""
    pairs = product(rgb2gray(originals), rgb2gray(reconstructions))
    options = {"data_range": 1.0, "gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return np.array([structural_similarity(a, b, **options) for a, b in pairs])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--size", type=int, default=64, help="side of a picture in pixels")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    shape = (2, args.pictures, args.size, args.size, 3)
    pictures = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    device = choose_device(args.device)
    methods = {"ssim2d_of_pairs": lambda: ours(*pictures, device), "scikit-image": lambda: peer(*pictures)}
    measured = side_by_side(methods, args.repeats)
    slowest, pairs = measured["scikit-image"].median, args.pictures**2
    apart = np.abs(measured["ssim2d_of_pairs"].value - measured["scikit-image"].value).max()
    print(f"{machine(torch.get_num_threads())}\n")
    print(f"{pairs} pairs of {args.size} px; largest difference {apart:.1e}\n")
    print("| method | s | pairs / s | x faster than scikit-image | peak MB |\n|---|---|---|---|---|")
    for name, seen in measured.items():
        cells = (f"{seen.median:.2f}", f"{pairs / seen.median:.0f}", f"{slowest / seen.median:.1f}")
        print(f"| {name} | {' | '.join(cells)} | {seen.megabytes:.0f} |")


if __name__ == "__main__":
    main()
