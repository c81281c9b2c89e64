"""What a reader of prepared betas returns: responses to single trials that others estimated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from cortex2image.data.recording import Event, StudyDataset


@dataclass(frozen=True)
class ShownRun:
    """What was shown in one run, with labels such as ``ses-01`` and ``run-02``; events in order of onset.

    `seconds` is how long it took, None where the data set does not say.
    """

    session: str
    run: str
    events: tuple[Event, ...]
    seconds: float | None = None


@dataclass(frozen=True)
class BetaSession:
    """Where the betas of one session are, and of how many trials.

    Attributes
    ----------
    session : str
        Label, the same as in the session's :class:`ShownRun`.
    files : tuple of Path
        Files that hold the betas: one volume, or one surface per hemisphere.
    trials : int
        Number of trials, in order of presentation: one per event of the session's runs.
    """

    session: str
    files: tuple[Path, ...]
    trials: int


@dataclass(frozen=True)
class BetaVoxels:
    """The voxels (or vertices) that a study takes, in the order that all of its tables keep.

    Attributes
    ----------
    indices : (voxels, 3) int array
        Positions in a volume of `shape`, in C order (the last index runs fastest), which is the order of
        boolean indexing into a NIfTI array. On a surface: (vertex, 0, 0), left hemisphere first.
    roi : list of str
        Region of each voxel, ``unlabelled`` where the atlas gives none.
    hemisphere : list of str
        ``left``, ``right``, or ``unknown``.
    shape : (int, int, int)
    affine : (4, 4) float array
        From indices to mm; the identity matrix on a surface.
    """

    indices: np.ndarray
    roi: list[str]
    hemisphere: list[str]
    shape: tuple[int, int, int]
    affine: np.ndarray


@runtime_checkable
class HasPictures(Protocol):
    """A data set that may keep its pictures in one file."""

    def pictures(self, stimuli: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        """Yield each stimulus with its picture, uint8 (H, W, 3), from a file that holds many pictures.

        A reader whose stimuli name picture files of their own yields nothing.
        """


class BetaDataset(StudyDataset, HasPictures, Protocol):
    """A data set of prepared betas. Opening it reads nothing."""

    def runs(self, subject: str) -> list[ShownRun]:
        """Return what was shown to `subject`, in order of session and run."""

    def sessions(self, subject: str) -> list[BetaSession]:
        """Return the sessions of `subject` in order; their trials are, one by one, the events of `runs`."""

    def voxels(self, subject: str) -> BetaVoxels:
        """Return the voxels that the study takes of `subject`."""

    def read(self, session: BetaSession, voxels: BetaVoxels) -> np.ndarray:
        """Read the betas of one session, of these voxels only.

        Returns
        -------
        (trials, voxels) float32 array
            Percent signal change; NaN in all trials for a voxel that is invalid in this session.

        Raises
        ------
        DataError
            A file is missing, cut short, of another shape, or holds another number of trials.
        """


@runtime_checkable
class HasReleasedNcsnr(Protocol):
    """A data set whose betas were released together with noise ceilings."""

    def released_ncsnr_files(self, subject: str) -> list[Path]:
        """Return the files that hold the released noise ceilings of `subject`."""

    def released_ncsnr(self, subject: str, voxels: BetaVoxels) -> np.ndarray:
        """Return the released noise ceiling SNR of one trial, (voxels,) float64; NaN where unknown.

        Raises
        ------
        DataError
            A file is missing, or of another subject or space.
        """


def mark_invalid(betas: np.ndarray) -> np.ndarray:
    """Set voxels without a response in a session to NaN in all trials, in place.

    A voxel has no response if it is NaN or infinite in any trial, or 0 in all.

    Parameters
    ----------
    betas : (trials, voxels) float array, of one session

    Returns
    -------
    The same array.
    """
    invalid = ~np.isfinite(betas).all(axis=0) | ~betas.any(axis=0)
    betas[:, invalid] = np.nan
    return betas
