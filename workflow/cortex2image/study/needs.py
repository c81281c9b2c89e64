"""How much memory the jobs of a study of NSD ask for: sizes of tables, and of what a fit makes of them.

Numbers are those of a subject with all sessions and of Stable Diffusion; bytes, or MB (1e6 bytes) where a
name says so. They are estimates to plan with: a job that is killed asks for more on its next try.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FLOAT = 4
SESSIONS, TRIALS_PER_SESSION = 40, 750
OWN_PICTURES, SHARED_PICTURES = 9_000, 1_000
TRAINING = 0.9
# Of the largest subject: voxels of `streams`, and of the brain mask. 1 mm has 1.8 ** 3 = 5.8 times as many
# voxels; vertices are 163,842 of each hemisphere, about a fifth of them in `streams`.
VOXELS = {
    "func1pt8mm": {"atlas": 28_000, "brain": 412_000},
    "func1mm": {"atlas": 163_000, "brain": 2_400_000},
    "fsaverage": {"atlas": 70_000, "brain": 328_000},
}
# z: 4 x 40 x 40. c: 77 x 768. zc: 4 x 64 x 64.
WIDTHS = {"z": 6_400, "c": 59_136, "zc": 16_384}
# Python, libraries, a row group of a table in several precisions.
BASE = 2e9
# Of the bound on a fit, what it plans with: see `cortex2image.ridge.planning`.
PLANNED = 0.65


@dataclass(frozen=True)
class NsdSizes:
    """What of NSD a study takes: `space`, `mask`, how many subjects, and how many sessions (None: all)."""

    space: str
    mask: str
    subjects: int
    sessions: int | None

    @property
    def trials(self) -> int:
        """Trials of a subject."""
        return (self.sessions or SESSIONS) * TRIALS_PER_SESSION

    @property
    def voxels(self) -> int:
        """Voxels of a subject."""
        return VOXELS[self.space][self.mask]

    @property
    def pictures(self) -> int:
        """Pictures that any subject saw."""
        return SHARED_PICTURES + self.subjects * min(OWN_PICTURES, self.trials)

    @property
    def session(self) -> int:
        """Bytes of the betas of a session."""
        return TRIALS_PER_SESSION * self.voxels * FLOAT

    def tables(self, features: str) -> int:
        """Bytes of betas and features, which a fit reads whole; 3.4 and 8.8 GB of an atlas and c."""
        return FLOAT * (self.trials * self.voxels + self.pictures * WIDTHS[features])


def betas_mb(study: NsdSizes, sessions_at_once: int) -> int:
    """Memory of reading betas: a session of each thread as read and as kept, two while written."""
    return _mb(BASE + study.session * (2 * sessions_at_once + 2))


def standardise_mb(study: NsdSizes) -> int:
    """Memory of standardising: sums of the size of a session, twice mean and squares of every session."""
    moments = 2 * (study.sessions or SESSIONS) * study.voxels * 2 * 8
    return _mb(BASE + 2 * study.session + 2 * moments)


def decode_mb(study: NsdSizes, features: str, rois: list[str], ridge: Mapping[str, Any]) -> int:
    """Memory of a fit from voxels; no region of `streams` has more than a third of its voxels."""
    third = VOXELS[study.space]["atlas"] // 3 * len(rois)
    predictors = study.voxels if "all" in rois else min(third, study.voxels)
    return _fit_mb(study, features, predictors, WIDTHS[features], ridge)


def encode_mb(study: NsdSizes, features: str, ridge: Mapping[str, Any]) -> int:
    """Memory of a fit from features to every voxel."""
    return _fit_mb(study, features, WIDTHS[features], study.voxels, ridge)


def working(rows: int, predictors: int, ridge: Mapping[str, Any]) -> float:
    """Return the bytes of a fit that do not depend on its targets.

    Decomposing the smaller of both Gram matrices takes six of its size in double precision, and directions of
    every row (12 bytes, or 28 with as many rows as predictors). Inner folds add the operator of one fold and
    penalty, 80 bytes for each number: a row for each held-out row, as wide as the predictors, or as the
    training rows where these are fewer; with more rows than predictors, 32 more for each pair of these rows.
    Closed forms have no operators.
    """
    side, dual = min(rows, predictors), rows <= predictors
    square = (48 * side + (12 if dual else 28) * rows) * side
    held_out = rows / ridge["folds"]
    wide = rows - held_out if dual else predictors + 1
    folds = ridge["selection"] in ("kfold", "as_released")
    operator = 80 * held_out * wide + 32 * held_out**2 * (not dual)
    return (square + operator * folds) / PLANNED


def _fit_mb(study: NsdSizes, features: str, predictors: int, targets: int, ridge: Mapping[str, Any]) -> int:
    """Tables, copies of their training rows (of predictors two) and coefficients, and working memory.

    Without a bound in the config, a fit works in half of what is free once the tables are read.
    """
    rows = int(TRAINING * study.trials)
    copies = FLOAT * (rows * (2 * predictors + targets) + min(rows, predictors) * targets)
    bound = ridge["max_memory_gb"]
    if bound is None:
        return _mb(BASE + study.tables(features) + 2 * max(copies, working(rows, predictors, ridge)))
    return _mb(BASE + study.tables(features) + copies + bound * 1e9)


def _mb(size: float) -> int:
    """Return whole MB, a multiple of 1000."""
    return 1000 * -int(-size // 1e9)
