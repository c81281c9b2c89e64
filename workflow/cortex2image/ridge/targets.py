"""Targets in batches: what bounds the working memory, and changes no result."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.device import as_tensor, dtype_of
from cortex2image.ridge.scaling import Scaling


@dataclass(frozen=True)
class Targets:
    """Targets of the training rows, centred while they are read.

    Attributes
    ----------
    values : (n, t) array
    centre : bool
        Subtract the mean of each target.
    dtype : NumPy dtype
    device : torch.device
    size : int
        Targets in a batch.
    """

    values: np.ndarray
    centre: bool
    dtype: np.dtype
    device: torch.device
    size: int

    def batches(self) -> Iterator[tuple[slice, torch.Tensor, np.ndarray]]:
        """Yield (targets, centred (n, b) tensor, (b,) means) until all targets were read."""
        for start in range(0, self.values.shape[1], self.size):
            part = slice(start, min(start + self.size, self.values.shape[1]))
            rows = np.ascontiguousarray(self.values[:, part], dtype=self.dtype)
            means = Scaling.fit(rows, self.centre).centre
            yield part, as_tensor(rows - means, self.device, dtype_of(self.dtype)), means
