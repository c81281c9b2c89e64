"""What a judge of pictures must offer; :mod:`cortex2image.judges.open` opens the judges of a model set."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np


class Judge(Protocol):
    """A network whose features say how alike pictures are."""

    name: str
    layers: tuple[str, ...]

    def features(self, images: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Return the (n, width) float32 features of uint8 (n, height, width, 3) pictures, by layer.

        `layers` restricts them to these layers, in this order.
        """


class Distance(Protocol):
    """A network that measures how far apart two pictures are; the metric has the same name."""

    name: str

    def distances_from(self, originals: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Extract the features of uint8 (n, height, width, 3) originals; return the function that compares.

        The function takes uint8 (m, height, width, 3) pictures and returns the (n, m) distances.
        """


@runtime_checkable
class Classifier(Protocol):
    """A judge that assigns pictures to categories."""

    def category_probabilities(self, images: np.ndarray) -> tuple[Sequence[str], np.ndarray]:
        """Return k category names, and the probability of each in each of n pictures, (n, k)."""


@runtime_checkable
class Reader(Protocol):
    """A judge that embeds texts in the same space as pictures."""

    def text_features(self, captions: Sequence[str]) -> np.ndarray:
        """Return (n, width) float32 embeddings of n texts."""
