"""How much memory a process may still take, on the machine or on a GPU.

How many folds, penalties, targets and numbers are in memory at once, so that a bound is kept.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import torch

from cortex2image.device import choose_device
from cortex2image.ridge.folds import Fold, hold_out_once
from cortex2image.ridge.leverages import GROUPS, LARGEST_GROUP

CGROUPS = Path("/sys/fs/cgroup")
# Limit, use, and the pages of `memory.stat` that the kernel gives back on demand: version 2, version 1.
FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
)
# Double-precision matrices of the size of the Gram matrix that exist at the same time, at most: the
# eigenvalue solver takes the matrix, a copy, the vectors and twice its size as workspace.
SQUARES = 6
# As many more while bands are mixed: Gram matrix and map of the unmixed bands, and products with shares.
UNMIXED = 4


def fit_gb(device: str) -> float:
    """Return the bound on a fit that is given none, in GB (1e9 bytes): half of what its device has left.

    Parameters
    ----------
    device : "auto", "cpu", "cuda" or "cuda:N"
        See :func:`~cortex2image.device.choose_device`, also for what it raises.
    """

    chosen = choose_device(device)
    if chosen.type == "cuda":
        return torch.cuda.mem_get_info(chosen)[0] / 2e9
    return available_gb() / 2


def available_gb(cgroups: Path = CGROUPS) -> float:
    """Return the memory, in GB (1e9 bytes), that is left in the machine, or in its container if less."""
    return min([psutil.virtual_memory().available, *_left_in_container(cgroups)]) / 1e9


def _left_in_container(cgroups: Path) -> list[int]:
    left = []
    for limit, use, cache in FILES:
        limit_file, use_file = cgroups / limit, cgroups / use
        if limit_file.exists() and (text := limit_file.read_text().strip()) != "max":
            stat = dict(line.split() for line in limit_file.with_name("memory.stat").read_text().splitlines())
            left.append(max(0, int(text) - int(use_file.read_text()) + int(stat[cache])))
    return left


@dataclass(frozen=True)
class Splits:
    """How selection splits the rows.

    Attributes
    ----------
    folds : int
        0 with a closed form.
    held_out, samples : int
        The largest number of held-out rows in a fold, and of held-out times training rows.
    once : bool
        Whether folds together hold out every row once.
    groups, largest : int
        Groups that are left out one by one, and rows of the largest; 0 unless they are.
    squares : int
        Sum of the squared sizes of these groups.
    """

    folds: int = 0
    held_out: int = 0
    samples: int = 0
    once: bool = True
    groups: int = 0
    largest: int = 0
    squares: int = 0

    @classmethod
    def of_folds(cls, folds: list[Fold]) -> "Splits":
        """Measure folds."""
        held_out = [int(fold.validation.sum()) for fold in folds]
        samples = [m * int(fold.train.sum()) for m, fold in zip(held_out, folds, strict=True)]
        return cls(len(folds), max(held_out), max(samples), hold_out_once(folds))

    @classmethod
    def of_groups(cls, groups: np.ndarray) -> "Splits":
        """Measure (n,) groups that are left out one by one."""
        sizes = np.unique(groups, return_counts=True)[1]
        return cls(groups=len(sizes), largest=int(sizes.max()), squares=int((sizes**2).sum()))


@dataclass(frozen=True)
class Need:
    """What a fit has to hold, in numbers.

    Attributes
    ----------
    rows, columns, targets, alphas : int
    dual : bool
    splits : Splits
    bands : int
        0 without bands.
    reread : bool
        Whether every block of columns takes a pass over all predictors.
    """

    rows: int
    columns: int
    targets: int
    alphas: int
    dual: bool
    splits: Splits
    bands: int = 0
    reread: bool = False

    @property
    def rank(self) -> int:
        """Directions, at most."""
        return min(self.rows, self.columns)

    @property
    def square(self) -> int:
        """Bytes of what exists whatever the targets are, but for blocks and operators of folds."""
        side = self.rows if self.dual else self.columns
        # Directions in two precisions; in primal form also chosen rows, and what they are put together from.
        directions = (12 if self.dual else 28) * side * self.rows
        scores = 8 * (self.alphas + 4) * self.targets
        unmixed = (8 * UNMIXED * side**2 + 12 * side * self.rows + scores) * bool(self.bands)
        squares = 8 * (SQUARES + self.bands * self.dual) * side**2
        return squares + directions + unmixed + self.leverages + self.solving

    @property
    def leverages(self) -> int:
        """Bytes of the matrices of groups: of all penalties, and six copies while those of one are made;
        their forms, of small groups."""
        together = min(self.splits.groups, GROUPS) * self.splits.largest
        forms = 40 * self.alphas * self.splits.squares * (self.splits.largest <= LARGEST_GROUP)
        return 8 * (self.alphas + 7) * self.splits.squares + 24 * together * self.rank + forms

    @property
    def solving(self) -> int:
        """Bytes of the matrices over the held-out rows of a fold while the operator of a penalty is made."""
        return 32 * self.splits.held_out**2 * (not self.dual)

    @property
    def operator(self) -> int:
        """Numbers in the largest operator of a fold, for one penalty."""
        on_columns = self.splits.held_out * (self.columns + 1) * (not self.dual)
        on_samples = self.splits.samples * (self.dual or not self.splits.once)
        return max(on_columns, on_samples)

    @property
    def per_target(self) -> int:
        """Numbers for each target of a batch: targets, coefficients, projections, predictions, scores."""
        projected = not self.dual and self.splits.once
        projections = (self.splits.folds + 2) * (self.columns + 1) * projected
        predictions = (self.alphas + 3) * self.splits.held_out
        return 5 * self.rows + 3 * self.rank + projections + predictions + 8 * self.alphas

    @property
    def per_target_in_double(self) -> int:
        """The same where residuals or predictions take double precision, as numbers of single precision."""
        residuals = (6 * self.rows + 2 * self.rank) * (not self.splits.folds)
        return self.per_target + residuals + 4 * self.splits.held_out
