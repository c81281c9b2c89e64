"""The training stimulus that is nearest to each test stimulus, by several measures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.metrics.decoded_features import UnitScaling, similarity
from cortex2image.novelty.looks import Looks
from cortex2image.novelty.measures import PHASH, PIXELS, SAME
from cortex2image.novelty.split import Features, Split

# Similarities that differ by less are ties: products in single precision round equal pictures to this.
ROUNDING = 1e-5


@dataclass(frozen=True)
class Nearest:
    """The nearest training stimulus of each of n test stimuli by one measure.

    Attributes
    ----------
    measure : str
    test, train : sequences of n str
    similarity : (n,) array
    duplicate : (n,) bool array
        Whether the nearest shows the same picture.
    """

    measure: str
    test: Sequence[str]
    train: Sequence[str]
    similarity: np.ndarray
    duplicate: np.ndarray


Pairs = set[tuple[str, str]]


def by_looks(looks: Looks, split: Split) -> tuple[list[Nearest], Pairs]:
    """Return the nearest training pictures by every measure of pictures, and all duplicates.

    Duplicates are pairs of a test and a training stimulus that show the same picture. Hashes alone do not
    tell: plain pictures of different things share many. Pixels alone do not either, where little differs.
    """
    place = {name: row for row, name in enumerate(looks.stimuli)}
    train, test = ([place[name] for name in names] for names in (split.train, split.test))
    alike = {measure: rows[train] @ rows[test].T for measure, rows in looks.by_measure.items()}
    same = (alike[PHASH] > 1 - ROUNDING) & (alike[PIXELS] > SAME)
    pairs = {(split.test[column], split.train[row]) for row, column in np.argwhere(same)}
    return [_nearest(measure, found, split, pairs) for measure, found in alike.items()], pairs


def by_features(features: Features, space: str, split: Split, pairs: Pairs) -> Nearest:
    """Return the nearest training stimuli by the true features of a space; `pairs` as of :func:`by_looks`."""
    train = features.training(split)
    alike = similarity(UnitScaling.fit(train), train, features.rows(split.test))
    return _nearest(space, alike, split, pairs)


def _nearest(measure: str, alike: np.ndarray, split: Split, pairs: Pairs) -> Nearest:
    """Return the first of the most similar training stimuli, given (m, n) similarities."""
    first = (alike >= alike.max(axis=0) - ROUNDING).argmax(axis=0)
    values, train = (
        alike[first, np.arange(len(first))].astype(np.float64),
        [split.train[row] for row in first],
    )
    if measure == PHASH:
        values = (1 + values) / 2
    same = np.array([pair in pairs for pair in zip(split.test, train, strict=True)])
    return Nearest(measure, split.test, train, values, same)


def ranks(similarities: np.ndarray) -> np.ndarray:
    """Return the place of each of (n,) similarities, 1 for the largest; of equal ones the first leads."""
    places = np.empty(len(similarities), int)
    places[np.argsort(-np.round(similarities, 5), kind="stable")] = np.arange(1, len(similarities) + 1)
    return places
