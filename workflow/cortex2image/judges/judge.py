"""What a judge network must offer; the model sets bring them (:mod:`cortex2image.judges.open`)."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np


class Judge(Protocol):
    """A network that looks at pictures."""

    name: str
    layers: tuple[str, ...]

    def features(self, images: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Return (n, width) float32 features of uint8 (n, height, width, 3) pictures, by layer.

        Only of `layers` where they are named, in that order.
        """


class Distance(Protocol):
    """A network that says how far apart two pictures are; it bears the name of its metric."""

    name: str

    def distances_from(self, originals: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """Look at uint8 (n, height, width, 3) originals once; return what measures from them.

        It takes uint8 (m, height, width, 3) pictures and returns their (n, m) distances.
        """


@runtime_checkable
class Classifier(Protocol):
    """A judge that names what it sees."""

    def category_probabilities(self, images: np.ndarray) -> tuple[Sequence[str], np.ndarray]:
        """Return k category names and (n, k) probabilities."""


@runtime_checkable
class Reader(Protocol):
    """A judge that embeds texts in the same space as pictures."""

    def text_features(self, captions: Sequence[str]) -> np.ndarray:
        """Return (n, width) float32 embeddings of n texts."""
