"""Fingerprints of features: a few numbers by which two laboratories see whether their features are the same.

A fingerprint of a feature vector has its mean, its standard deviation over units, and its projections on
eight fixed directions, each the sum of all units with signs that follow from SHAKE-256, divided by the root
of their number. Features of the same picture by the same network agree in all of them.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cortex2image.tables.fingerprints import REFERENCE

DIRECTIONS = 8
TOLERANCE = 1e-3
"""Share of the size of features by which they may differ between processors; half precision differs more."""

Fingerprint = dict[str, Any]


def signs(width: int) -> np.ndarray:
    """Return the signs of the units in each direction, float32 (8, width) of 1 and -1."""
    digests = [
        hashlib.shake_256(f"cortex2image fingerprint {direction}".encode()).digest(-(-width // 8))
        for direction in range(DIRECTIONS)
    ]
    bits = [np.unpackbits(np.frombuffer(digest, np.uint8), count=width) for digest in digests]
    return 1 - 2 * np.stack(bits).astype(np.float32)


def fingerprint(vector: np.ndarray) -> Fingerprint:
    """Return `mean`, `sd` and the eight `projections` of a feature vector, (width,), as plain numbers."""
    values = np.asarray(vector, np.float64)
    projections = signs(len(values)) @ values / math.sqrt(len(values))
    return {"mean": float(values.mean()), "sd": float(values.std()), "projections": projections.tolist()}


class Together:
    """The fingerprint of many vectors, which come in batches."""

    def __init__(self) -> None:
        self.rows = 0
        self._shift, self._squares = 0.0, 0.0
        self._total = np.zeros(0)

    def add(self, batch: np.ndarray) -> None:
        """Take further vectors, (b, width)."""
        if not self.rows:
            # The variance would drown in the square of a mean that is far from 0.
            self._shift, self._total = float(batch.mean(dtype=np.float64)), np.zeros(batch.shape[1])
        shifted = batch - np.float64(self._shift)
        self._total += shifted.sum(axis=0)
        self._squares += float(np.einsum("ij,ij->", shifted, shifted))
        self.rows += len(batch)

    @property
    def fingerprint(self) -> Fingerprint:
        """Return `mean` and `sd` of all values of all vectors, and the `projections` of the mean vector."""
        mean = self._total / self.rows
        variance = self._squares / (self.rows * len(mean)) - mean.mean() ** 2
        return fingerprint(mean + self._shift) | {"sd": math.sqrt(max(0.0, variance))}


@dataclass(frozen=True)
class Difference:
    """What differs between two fingerprints: the feature space, what of it, and the two sides in words."""

    space: str
    what: str
    here: str
    there: str


def differences(
    here: Sequence[Mapping[str, Any]],
    there: Sequence[Mapping[str, Any]],
    tolerance: float = TOLERANCE,
) -> list[Difference]:
    """Compare two tables of fingerprints, and say what differs.

    Parameters
    ----------
    here, there : rows of :data:`cortex2image.tables.fingerprints.FINGERPRINTS`
        As from ``FINGERPRINTS.read(path).to_pylist()``.
    tolerance : float
        Difference that counts as rounding, as a share of the root mean square of the units.

    Returns
    -------
    list of Difference
        Empty if all spaces of both tables are the same. Of a space: weights, sizes or preparation that differ
        by their records; features of the reference picture that differ: the network, its precision or the way
        in which pictures are resized; features of stimuli that differ: beside these, the pictures.
    """
    ours, theirs = _by_space(here), _by_space(there)
    found = [
        Difference(space, "the space", *("there" if space in rows else "missing" for rows in (ours, theirs)))
        for space in sorted({*ours} ^ {*theirs})
    ]
    for space in sorted({*ours} & {*theirs}):
        found += _in_space(space, ours[space], theirs[space], tolerance)
    return found


Pictures = dict[str, Mapping[str, Any]]


def _by_space(rows: Sequence[Mapping[str, Any]]) -> dict[str, Pictures]:
    spaces: dict[str, Pictures] = {}
    for row in rows:
        spaces.setdefault(row["space"], {})[row["picture"]] = row
    return spaces


def _in_space(space: str, ours: Pictures, theirs: Pictures, tolerance: float) -> list[Difference]:
    one, other = next(iter(ours.values())), next(iter(theirs.values()))
    found = [
        Difference(space, key, str(one[key]), str(other[key]))
        for key in ("model_set", "weights", "made_with", "width")
        if one[key] != other[key]
    ]
    common = sorted({*ours} & {*theirs})
    apart = {p: _apart(ours[p], theirs[p]) for p in common if ours[p]["width"] == theirs[p]["width"]}
    differ = {picture for picture, distance in apart.items() if not distance <= tolerance}
    for some in (differ & {REFERENCE}, differ - {REFERENCE}):
        if some:
            worst = max(sorted(some), key=lambda picture: apart[picture])
            what = f"features of {worst}" + (f" and {len(some) - 1} more" if len(some) > 1 else "")
            found.append(Difference(space, what, _numbers(ours[worst]), _numbers(theirs[worst])))
    return found


def _apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Return the largest difference of two fingerprints as a share of the root mean square of the units."""
    size = max(math.hypot(row["mean"], row["sd"]) for row in (one, other))
    numbers = (np.array([row["mean"], row["sd"], *row["projections"]]) for row in (one, other))
    largest = float(np.abs(np.subtract(*numbers)).max())
    return largest / size if size else largest


def _numbers(row: Mapping[str, Any]) -> str:
    shown = ", ".join(f"{value:.4g}" for value in row["projections"][:3])
    return f"mean {row['mean']:.4g}, sd {row['sd']:.4g}, projections {shown}, ..."
