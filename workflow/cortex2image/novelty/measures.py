"""What compares a test stimulus with training stimuli, beside decoded feature spaces by their names."""

from collections.abc import Sequence

PHASH, PIXELS = "phash", "pixels"
EMBEDDING = "embedding_"
"""Beginning of the name of a measure by the embeddings of a judge, whose name follows."""
SAME = 0.999
"""Pixel correlation above which pictures with equal hashes count as one picture."""


def main_measure(measures: Sequence[str]) -> str:
    """Return the measure that pages show first: the first embedding by a judge, without one pixels."""
    return next((measure for measure in measures if measure.startswith(EMBEDDING)), PIXELS)
