"""Training of the judges of the miniature: schedule, loss and disturbed pictures."""

import numpy as np
import torch
from numpy.typing import NDArray

from cortex2image.device import device_of
from cortex2image.judges.network import JudgeNetwork
from cortex2image.miniature.training import Loss, Schedule
from cortex2image.scenes.labels import Attributes

BATCH = 64


def schedule(steps: int) -> Schedule:
    """Return the training schedule of a judge."""
    return Schedule(steps=steps, rate=2e-3, weight_decay=0.02, ema=0.995)


def judge_loss(network: JudgeNetwork, images: NDArray[np.uint8], truth: Attributes) -> Loss:
    """Return the loss function of one step: the loss of the network on random pictures, disturbed."""

    device = device_of(network)

    def loss(rng: np.random.Generator, share: float) -> torch.Tensor:
        rows = rng.integers(0, len(images), BATCH)
        return network.loss(network(disturbed(images[rows], rng).to(device)), truth.take(rows))

    return loss


def disturbed(images: NDArray[np.uint8], rng: np.random.Generator) -> torch.Tensor:
    """Return pictures, (n, h, w, 3), as (n, 3, h, w) in [0, 1], randomly shifted, dimmed and with noise."""
    shift = rng.integers(-3, 4, 2)
    moved = np.roll(images, tuple(shift), axis=(1, 2)).transpose(0, 3, 1, 2).astype(np.float32) / 255
    gain = rng.uniform(0.8, 1.2, (len(images), 1, 1, 1))
    grain = rng.uniform(0, 0.06, (len(images), 1, 1, 1)) * rng.standard_normal(moved.shape, dtype=np.float32)
    return torch.from_numpy(np.clip(moved * gain + grain, 0, 1).astype(np.float32))
