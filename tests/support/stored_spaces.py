"""Feature spaces in memory that answer as those on disk do, and a subject whose voxels are known."""

from dataclasses import dataclass, field

import numpy as np

from cortex2image.prediction.partitions import Trials
from cortex2image.prediction.responses import Responses
from cortex2image.prediction.spaces import Gram, Space
from cortex2image.ridge.repeats import PerTrial

TRAIN, TEST = 90, 40
SILENT = slice(9, 12)


@dataclass(frozen=True)
class Held:
    """A space that is in memory already; `reads` counts how often it was read."""

    space: Space
    reads: list[None] = field(default_factory=list)

    def read(self) -> Space:
        self.reads.append(None)
        return self.space


def gram_of(space: PerTrial) -> Gram:
    """Return the inner products of features as they are."""
    features = space.matrix.astype(np.float64)
    return Gram((features @ features.T).astype(np.float32), space.row, features.shape[1])


def held(betas: np.ndarray) -> Responses:
    parts = np.array_split(np.arange(len(betas)), 5)
    return Responses(*betas.shape, lambda: ((part, betas[part]) for part in parts))


def planted_subject(
    rng: np.random.Generator, bands: int = 2, width: int = 6, folds: int = 0
) -> tuple[list[PerTrial], np.ndarray, Trials]:
    """Return features of several bands, betas, and trials of stimuli that are shown 1 to 3 times, shuffled.

    Of 12 voxels, 3 each respond to the first band, to the last band, to both, and to nothing. With `folds`,
    runs of stimuli of their own are held out in turn.
    """
    stimuli = TRAIN + TEST
    stimulus = rng.permutation(np.repeat(np.arange(stimuli), np.resize([1, 2, 3], stimuli)))
    features = [rng.standard_normal((stimuli, width)).astype(np.float32) for _ in range(bands)]
    weights = rng.standard_normal((2, width, 12)) / np.sqrt(width)
    weights[0, :, 3:6] = weights[1, :, :3] = weights[:, :, SILENT] = 0
    betas = features[0][stimulus] @ weights[0] + features[-1][stimulus] @ weights[1]
    betas += 0.7 * rng.standard_normal(betas.shape)
    run = stimulus * folds // stimuli if folds else np.arange(len(stimulus)) // 10
    trials = Trials(
        np.array([f"stimulus-{s:03d}" for s in stimulus]),
        np.array([f"run-{r}" for r in run]),
        np.where(stimulus < TRAIN, "train", "test") if not folds else np.full(len(stimulus), "train"),
        run if folds else None,
    )
    return [PerTrial(each, stimulus) for each in features], betas.astype(np.float32), trials
