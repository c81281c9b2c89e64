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
    """What compares two pictures at a time by a network; the metric has the same name.

    How far apart they are in its features, or how well what is seen in one can be told from the other.
    """

    name: str

    def distances_from(self, originals: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Look at uint8 (n, height, width, 3) originals, and return the function that compares with them.

        The function takes uint8 (m, height, width, 3) pictures and returns the (n, m) values.
        """


@runtime_checkable
class Classifier(Protocol):
    """A judge that assigns pictures to categories."""

    def category_probabilities(self, images: np.ndarray) -> tuple[Sequence[str], np.ndarray]:
        """Return k category names, and the probability of each in each of n pictures, (n, k)."""


@runtime_checkable
class ClassJudge(Protocol):
    """A judge that tells how probable each class of things is in a picture."""

    name: str

    @property
    def classes(self) -> int:
        """Return the number of classes."""

    def class_probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the float64 (n, classes) probabilities of uint8 (n, height, width, 3) pictures."""


@runtime_checkable
class Reader(Protocol):
    """A judge that embeds texts in the same space as pictures."""

    def text_features(self, captions: Sequence[str]) -> np.ndarray:
        """Return (n, width) float32 embeddings of n texts."""
