"""Pictures with several trials, as weighted rows and as repeated rows."""

from dataclasses import dataclass

import numpy as np
import torch

from cortex2image.ridge.basis import Basis, decompose
from cortex2image.ridge.design import Design, Scaling
from cortex2image.ridge.inputs import Sliced
from cortex2image.ridge.targets import Targets


@dataclass(frozen=True)
class Pictures:
    """Pictures (n, p) shown w times each, and responses to all trials, (sum w, t), picture by picture."""

    X: np.ndarray
    weights: np.ndarray
    trials: np.ndarray
    intercept: bool

    @property
    def picture(self) -> np.ndarray:
        """Picture of each trial."""
        return np.repeat(np.arange(len(self.X)), self.weights)

    @property
    def means(self) -> np.ndarray:
        """Mean response to each picture, (n, t)."""
        return np.add.reduceat(self.trials, np.cumsum(self.weights) - self.weights) / self.weights[:, None]

    @property
    def within(self) -> np.ndarray:
        """Sum of squares of the trials around the mean of their picture, (t,)."""
        return ((self.trials - self.means[self.picture]) ** 2).sum(axis=0)

    def weighted(self, values: np.ndarray) -> np.ndarray:
        """Return (n, c) values of pictures, centred over trials and times the square root of the weight."""
        mean = np.average(values, axis=0, weights=self.weights) if self.intercept else 0
        return np.sqrt(self.weights)[:, None] * (values - mean)

    @property
    def constant(self) -> np.ndarray:
        """Direction of the mean, (n,)."""
        return np.sqrt(self.weights / self.weights.sum()) * self.intercept

    def basis(self) -> Basis:
        """Return the basis of the weighted rows."""
        rows, cpu = Sliced(self.weighted(self.X)), torch.device("cpu")
        design = Design(rows, Scaling.fit_blocks(rows, False, False, 1000), cpu, 1000)
        dual = rows.shape[0] <= rows.shape[1]
        gram = design.gram() if dual else design.moments()
        return decompose(design, gram, dual, torch.float64, torch.from_numpy(self.constant))

    def targets(self) -> Targets:
        """Return the weighted targets, two in a batch."""
        rows, cpu = self.weighted(self.means), torch.device("cpu")
        return Targets(rows, False, np.dtype(float), cpu, 2, within=self.within)


def drawn_pictures(n: int, p: int, intercept: bool, rng: np.random.Generator) -> Pictures:
    """Draw n pictures shown 1, 2 or 3 times, and three targets with noise from little to much."""
    X, weights = rng.normal(1, 1, (n, p)), np.resize([1, 2, 3, 3, 1], n)
    signal = 3 + X @ rng.standard_normal((p, 3)) / p**0.5
    trials = np.repeat(signal, weights, axis=0)
    return Pictures(X, weights, trials + [0.1, 1, 3] * rng.standard_normal(trials.shape), intercept)
