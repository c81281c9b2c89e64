"""What every reader of prepared betas gives: responses to single trials that others estimated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from cortex2image.data.recording import Event, StudyDataset


@dataclass(frozen=True)
class ShownRun:
    """What was shown in one run, in order of onset; labels such as ``ses-01`` and ``run-02``."""

    session: str
    run: str
    events: tuple[Event, ...]


@dataclass(frozen=True)
class BetaSession:
    """The betas of one session.

    Attributes
    ----------
    session : str
        Label, as that of its :class:`ShownRun`.
    files : tuple of Path
        Files that hold them: one volume, or one surface per hemisphere.
    trials : int
        Rows, in order of presentation: one per event of the session's runs.
    """

    session: str
    files: tuple[Path, ...]
    trials: int


@dataclass(frozen=True)
class BetaVoxels:
    """The voxels (or vertices) that a study takes, in the one order all of its tables keep.

    Attributes
    ----------
    indices : (voxels, 3) int array
        Position in a volume of `shape`, in C order of that volume (the last index runs fastest), which is
        the order of boolean indexing into a NIfTI array. Of a surface: (vertex, 0, 0), left hemisphere first.
    roi : list of str
        Region of each voxel, ``unlabelled`` where the atlas gives none.
    hemisphere : list of str
        ``left``, ``right``, or ``unknown``.
    shape : (int, int, int)
    affine : (4, 4) float array
        From indices to mm; the identity for a surface.
    """

    indices: np.ndarray
    roi: list[str]
    hemisphere: list[str]
    shape: tuple[int, int, int]
    affine: np.ndarray


class BetaDataset(StudyDataset, Protocol):
    """A readable data set of betas. Construction is cheap: nothing is read."""

    def runs(self, subject: str) -> list[ShownRun]:
        """Return what was shown to `subject`, in order of session and run."""

    def sessions(self, subject: str) -> list[BetaSession]:
        """Return the sessions of `subject` in order; together their trials are the events of `runs`."""

    def voxels(self, subject: str) -> BetaVoxels:
        """Return the voxels the study takes of `subject`."""

    def read(self, session: BetaSession, voxels: BetaVoxels) -> np.ndarray:
        """Read a session once and keep the wanted voxels only.

        Returns
        -------
        (trials, voxels) float32 array
            Percent signal change. A voxel that is invalid in this session is NaN throughout.

        Raises
        ------
        DataError
            A file is missing, cut short, of another shape, or holds another number of trials.
        """

    def pictures(self, stimuli: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield each stimulus with its picture, uint8 (H, W, 3), from a file that holds many pictures.

        A reader whose stimuli name picture files of their own yields nothing.
        """


@runtime_checkable
class HasReleasedNcsnr(Protocol):
    """A data set whose betas came with noise ceilings of others' making."""

    def released_ncsnr(self, subject: str, voxels: BetaVoxels) -> np.ndarray:
        """Return the released signal-to-noise ratio of one trial, (voxels,) float64; NaN where unknown.

        Raises
        ------
        DataError
            A file is missing, or of another subject or space.
        """
