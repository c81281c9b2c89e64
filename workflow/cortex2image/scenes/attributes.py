"""What is in pictures of scenes, as numbers that networks learn to tell."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Attributes(NamedTuple):
    """What is in the scenes: (n,) index of the setting, (n, k) 0 or 1 for each category and each colour."""

    setting: NDArray[np.int64]
    category: NDArray[np.float32]
    colour: NDArray[np.float32]

    def take(self, rows: NDArray[np.int64]) -> "Attributes":
        """Return the attributes of some of the scenes."""
        return Attributes(self.setting[rows], self.category[rows], self.colour[rows])
