"""Sizes and counts of the Natural Scenes Dataset, the same in every copy.

Dimensions of the volumes as ``export_noiseceiling.m`` of the data paper has them
(cvnlab/nsddatapaper@789a7c3b); the rest from the NSD Data Manual. Allen et al.,
Nature Neuroscience 25:116 (2022).
"""

from dataclasses import dataclass

TRIALS_PER_SESSION = 750
RUNS_PER_SESSION = 12
PICTURES = 73_000
PICTURE_SHAPE = (425, 425, 3)
FSAVERAGE_VERTICES = 163_842
VOLUME_SPACES = ("func1pt8mm", "func1mm")
SURFACE_SPACE = "fsaverage"
SPACES = (*VOLUME_SPACES, SURFACE_SPACE)
HEMISPHERES = ("lh", "rh")
CAPTION_SPLITS = ("train2017", "val2017")


@dataclass(frozen=True)
class SubjectFacts:
    """Facts of one subject: grid (X, Y, Z) per volume space, and number of released sessions."""

    shapes: dict[str, tuple[int, int, int]]
    sessions: int


def _facts(func1pt8mm: tuple[int, int, int], func1mm: tuple[int, int, int], sessions: int) -> SubjectFacts:
    return SubjectFacts({"func1pt8mm": func1pt8mm, "func1mm": func1mm}, sessions)


SUBJECTS = {
    1: _facts((81, 104, 83), (145, 186, 148), 40),
    2: _facts((82, 106, 84), (146, 190, 150), 40),
    3: _facts((81, 106, 82), (145, 190, 146), 32),
    4: _facts((85, 99, 80), (152, 177, 143), 30),
    5: _facts((79, 97, 78), (141, 173, 139), 40),
    6: _facts((85, 113, 83), (152, 202, 148), 32),
    7: _facts((78, 95, 81), (139, 170, 145), 40),
    8: _facts((80, 103, 78), (143, 184, 139), 30),
}
