"""Normal noise that belongs to what it is drawn for."""

from collections.abc import Sequence

import torch


def noise_for(seeds: Sequence[int], shape: tuple[int, ...]) -> torch.Tensor:
    """Return N(0, I) of (len(seeds), *shape), each row from its own generator.

    Drawn on the CPU, so that the batch a row travels in and the device it ends on change nothing.
    """
    rows = [torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed)) for seed in seeds]
    return torch.stack(rows)
