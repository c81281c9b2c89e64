"""A judge whose features are checked: NaN would make every rank of an identification meaningless."""

from collections.abc import Sequence

import numpy as np

from cortex2image.errors import DataError
from cortex2image.judges.judge import Judge


class FiniteJudge:
    """A judge that refuses features with NaN or infinity.

    Parameters
    ----------
    judge : Judge
    """

    def __init__(self, judge: Judge):
        self.judge, self.name, self.layers = judge, judge.name, judge.layers

    def features(self, images: np.ndarray, layers: Sequence[str] | None = None) -> dict[str, np.ndarray]:
        """Return the features of pictures as the judge gives them.

        Raises
        ------
        DataError
            A feature is NaN or infinite.
        """
        features = self.judge.features(images, layers)
        for layer, rows in features.items():
            # A sum of float64 is finite only if every summand is, and needs no copy of the features.
            with np.errstate(invalid="ignore"):
                bad = np.flatnonzero(~np.isfinite(rows.sum(axis=1, dtype=np.float64)))
            if len(bad):
                found = f"NaN or infinity for {len(bad)} of {len(rows)} pictures, first number {bad[0] + 1}"
                fix = "look at these pictures, and compare the weights of the judge with their checksums"
                raise DataError(f"judge {self.name}, layer {layer}", "finite features", found, fix)
        return features
