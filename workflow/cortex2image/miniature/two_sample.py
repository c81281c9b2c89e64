"""Classifier two-sample test: how well a trained network distinguishes two sets of pictures."""

from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import binomtest
from torch import nn
from torch.nn import functional

from cortex2image.miniature.autoencoder import as_tensor
from cortex2image.progress import track
from cortex2image.seeds import rng_for, seed_for

BATCH = 32
RATE, WEIGHT_DECAY = 2e-3, 1e-2
CONFIDENCE = 0.95


def two_sample_scores(
    real: NDArray[np.uint8], others: NDArray[np.uint8], steps: int, seed: int, label: str
) -> dict[str, float]:
    """Return the accuracy with which a network trained on half of the pictures sorts the other half.

    In the classifier two-sample test (Lopez-Paz & Oquab 2017), an accuracy of 0.5 on pictures outside the
    training set means that the network found no difference. Another network or more training pictures might
    still find one.

    Parameters
    ----------
    real, others : (n, h, w, 3) uint8
        Picture i of both sets shows the same caption, so that contents do not distinguish the sets; both
        pictures go into the same half.
    steps : int
        Number of training batches.
    seed : int
    label : str
        Name of the comparison; every random draw depends on it.

    Returns
    -------
    dict
        ``accuracy``, and ``accuracy_ci_low`` and ``accuracy_ci_high``, the 95 % interval of a binomial share
        (Wilson 1927). The interval treats pictures as independent and holds for this trained network only:
        it ignores that tested pictures come in pairs of one caption, and that another training half or other
        initial weights would have given another network.
    """
    order = rng_for(seed, "two-sample halves", label).permutation(len(real))
    learned, tested = np.array_split(order, 2)
    network = _trained(np.concatenate([real[learned], others[learned]]), steps, seed, label)
    correct = _correct(network, np.concatenate([real[tested], others[tested]]))
    number = 2 * len(tested)
    interval = binomtest(correct, number).proportion_ci(CONFIDENCE, method="wilson")
    return {
        "accuracy": correct / number,
        "accuracy_ci_low": float(interval.low),
        "accuracy_ci_high": float(interval.high),
    }


def build_detector() -> nn.Module:
    """Return a small convolutional network from pictures (n, 3, h, w) to one logit each.

    It starts at full resolution, where generators leave traces, and averages over the picture.
    """
    widths = (3, 16, 32, 64, 64, 64)
    layers: list[nn.Module] = []
    for i, (channels, width) in enumerate(pairwise(widths)):
        stride = 1 if i == 0 else 2
        layers += [nn.Conv2d(channels, width, 3, stride, 1), nn.BatchNorm2d(width), nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], 1))


def _trained(images: NDArray[np.uint8], steps: int, seed: int, label: str) -> nn.Module:
    """Return a network trained to give positive logits to the second half of the pictures."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_for(seed, "two-sample weights", label))
        network = build_detector()
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=WEIGHT_DECAY)
    # Rates decay to zero, so that the running statistics of the normalisation match the final weights.
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    truth = _truth(len(images))
    for step in track(range(steps), f"two-sample classifier, {label}"):
        rng = rng_for(seed, "two-sample batch", label, step)
        rows = rng.integers(0, len(images), BATCH)
        logits = network(as_tensor(images[rows, :, :: rng.choice([-1, 1])]))[:, 0]
        optimiser.zero_grad()
        functional.binary_cross_entropy_with_logits(logits, truth[rows]).backward()
        optimiser.step()
        rates.step()
    return network.eval()


@torch.no_grad()
def _correct(network: nn.Module, images: NDArray[np.uint8]) -> int:
    """Return the number of pictures that the network assigns to the right half."""
    batches = np.array_split(images, max(1, len(images) // BATCH))
    logits = torch.cat([network(as_tensor(batch))[:, 0] for batch in batches])
    return int(((logits > 0) == _truth(len(images)).bool()).sum())


def _truth(number: int) -> torch.Tensor:
    """Return 0 for the first half of `number` pictures and 1 for the second."""
    return (torch.arange(number) >= number // 2).float()
