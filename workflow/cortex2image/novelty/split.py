"""Training and test stimuli of a subject, and which of its features belong to which."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cortex2image.leakage import TrainingRows


@dataclass(frozen=True)
class Split:
    """Stimuli of one fit, each once: all test stimuli of a subject, or those of a fold.

    Attributes
    ----------
    train, test : tuples of str, sorted
    """

    train: tuple[str, ...]
    test: tuple[str, ...]

    @classmethod
    def of(cls, train: Sequence[str] | np.ndarray, test: Sequence[str] | np.ndarray) -> "Split":
        """Return the split of stimuli, given those of single trials."""
        return cls(*(tuple(np.unique(names).tolist()) for names in (train, test)))


@dataclass(frozen=True)
class Features:
    """Features (n, d) of stimuli by name."""

    stimuli: Sequence[str]
    matrix: np.ndarray

    @cached_property
    def _place(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.stimuli)}

    def places(self, names: Sequence[str]) -> np.ndarray:
        """Return the rows of stimuli."""
        return np.array([self._place[name] for name in names], int)

    def rows(self, names: Sequence[str]) -> np.ndarray:
        """Return the features of stimuli, in their order."""
        found: np.ndarray = self.matrix[self.places(names)]
        return found

    def training(self, split: Split) -> TrainingRows:
        """Return the features of the training stimuli of a split, and no other."""
        return TrainingRows(self.matrix, self.places(split.train), self.places(split.test))
