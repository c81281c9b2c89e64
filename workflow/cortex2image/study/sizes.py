"""Sizes of data sets, from which memory and time of jobs are estimated."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class StudySizes:
    """The size of a data set in one of its spaces, for subjects who took part in all sessions.

    Attributes
    ----------
    voxels : mapping of ``dataset/mask`` to int
        Voxels of the largest subject.
    sessions, trials_per_session : int
        Sessions of a subject, and trials of each session.
    own_pictures, shared_pictures : int
        Pictures that only one subject saw, and pictures that all subjects saw.
    regions : int
        The largest region of the usual atlas holds at most 1 / `regions` of the atlas' voxels.
    """

    voxels: Mapping[str, int]
    sessions: int
    trials_per_session: int
    own_pictures: int
    shared_pictures: int
    regions: int


def _nsd(atlas: int, brain: int) -> StudySizes:
    return StudySizes({"atlas": atlas, "brain": brain}, 40, 750, 9_000, 1_000, 3)


# The Natural Scenes Dataset: voxels of the atlas `streams` and of the brain mask. At 1 mm there are 1.8 ** 3
# = 5.8 times as many voxels; vertices are 163,842 of each hemisphere, about a fifth of them in `streams`.
NSD_SIZES: dict[str, StudySizes] = {
    "func1pt8mm": _nsd(28_000, 412_000),
    "func1mm": _nsd(163_000, 2_400_000),
    "fsaverage": _nsd(70_000, 328_000),
}
