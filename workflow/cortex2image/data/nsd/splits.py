"""Which pictures of NSD test, which train, and which are left out of a study."""

from dataclasses import dataclass

import numpy as np

from cortex2image.data.nsd.design import Design
from cortex2image.errors import ConfigError

SHARED, SPECIAL = "shared", "special515"
TEST_IMAGES = (SHARED, SPECIAL)


@dataclass(frozen=True)
class Split:
    """The nsdIds (from 0) of the test pictures and of those left out; all others train."""

    test: np.ndarray
    left_out: np.ndarray

    def kept(self, nsd_ids: np.ndarray) -> np.ndarray:
        """Return which of some pictures take part in the study, bool of the same shape."""
        return ~np.isin(nsd_ids, self.left_out)


def split_pictures(design: Design, test_images: str) -> Split:
    """Return the split by shared pictures.

    Parameters
    ----------
    design : Design
    test_images : str
        ``shared``: all shared pictures test, as far as a subject saw them (982 in 37 sessions, 1000 in 40).
        ``special515``: those of them that every subject saw three times; the other shared pictures are left
        out, so that the training set is the same.

    Raises
    ------
    ConfigError
        `test_images` is neither.
    """
    if test_images not in TEST_IMAGES:
        expected = f"one of {', '.join(TEST_IMAGES)}"
        raise ConfigError("dataset/test_images", expected, f"'{test_images}'", "correct dataset/test_images")
    test = design.shared() if test_images == SHARED else design.special()
    return Split(test, np.setdiff1d(design.shared(), test))
