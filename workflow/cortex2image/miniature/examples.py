"""Scenes as the scoring of the miniature needs them: pictures, captions, and what is in them as numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Examples:
    """Scenes of the same number of objects, in the same order everywhere.

    Attributes
    ----------
    pictures : (n, h, w, 3) uint8
    captions : list of list of str
        Paraphrases of each scene, the same number for all.
    settings : (n,) int
        Index of each setting among the logits of a judge.
    categories : (n, objects) int
        Index of the category of each object.
    """

    pictures: NDArray[np.uint8]
    captions: list[list[str]]
    settings: NDArray[np.int64]
    categories: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.captions)

    def first(self, number: int) -> "Examples":
        """Return the first `number` scenes, or all where there are fewer."""
        rows = slice(number)
        return Examples(self.pictures[rows], self.captions[rows], self.settings[rows], self.categories[rows])
