"""Features of many pictures, gathered batch by batch."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import torch


def batches(images: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield `size` pictures at a time, the rest last."""
    return (images[first : first + size] for first in range(0, len(images), size))


def flat(tensor: torch.Tensor) -> np.ndarray:
    """Return (n, ...) as float32 (n, d) in C order."""
    return tensor.flatten(1).float().cpu().numpy()


def gathered(outputs: Iterable[Mapping[str, torch.Tensor]], pictures: int) -> dict[str, np.ndarray]:
    """Return the float32 (pictures, d) features of each layer from outputs of one batch after another.

    Each batch is copied to its place at once: layers of hundreds of thousands of units are never held twice.
    """
    features: dict[str, np.ndarray] = {}
    first = 0
    for output in outputs:
        rows = {layer: flat(tensor) for layer, tensor in output.items()}
        for layer, some in rows.items():
            if layer not in features:
                features[layer] = np.empty((pictures, some.shape[1]), np.float32)
            features[layer][first : first + len(some)] = some
        first += max(map(len, rows.values()))
    return features
