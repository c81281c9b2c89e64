"""The choice of a penalty from its scores."""

import numpy as np

from cortex2image.errors import DataError

# Targets named in an error message.
NAMED = 5


def best(scores: np.ndarray) -> np.ndarray:
    """Return the position of the best score of each target, (t,), from (a, t) scores.

    Of equal scores the first wins: list the largest penalty first. Scores that are not finite never win.

    Raises
    ------
    DataError
        A target without any finite score.
    """
    finite = np.isfinite(scores)
    lost = np.flatnonzero(~finite.any(axis=0))
    if len(lost):
        first = ", ".join(map(str, lost[:NAMED])) + ", ..." * (len(lost) > NAMED)
        found = f"none for {len(lost)} of {scores.shape[1]} targets, counted from 0: {first}"
        fix = (
            "look at the values of these targets and of the predictors: sums of their squares have to stay "
            "far from the largest and smallest numbers of their type; change units, or give float64"
        )
        raise DataError("ridge, scores of penalties", "a finite score of every target", found, fix)
    winners: np.ndarray = np.where(finite, scores, -np.inf).argmax(axis=0)
    return winners
