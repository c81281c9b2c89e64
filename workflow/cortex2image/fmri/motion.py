"""Motion of the head in a run, from its confounds."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

RADIUS_MM = 50.0
"""Distance from the centre of the head to its surface, by which a rotation moves that surface."""
LARGE_MM = 0.5
"""Displacement above which a volume counts as moved: Power et al. (2012)."""
SHIFTS, TURNS = ("trans_x", "trans_y", "trans_z"), ("rot_x", "rot_y", "rot_z")
# fMRIPrep writes the first, versions before 1.2 the second.
NAMES = ("framewise_displacement", "FramewiseDisplacement")


@dataclass(frozen=True)
class Motion:
    """Framewise displacement in a run: mean and largest (mm), and the share of volumes above 0.5 mm."""

    mean: float
    largest: float
    share_large: float


def framewise_displacement(confounds: pd.DataFrame | None) -> np.ndarray | None:
    """Return how far the head moved from each volume to the next, in mm.

    Takes the column of fMRIPrep. Where it is missing, the sum of the absolute changes of the six parameters
    of rigid motion, rotations (radians) as arcs on a sphere of 50 mm: Power et al. (2012), "Spurious but
    systematic correlations in functional connectivity MRI networks arise from subject motion".

    Returns
    -------
    (volumes - 1,) array or None
        NaN where the table has no number; None where it has neither the column nor all six parameters, or
        text in them.
    """
    if confounds is None:
        return None
    numbers = confounds.select_dtypes("number")
    for name in NAMES:
        if name in numbers.columns:
            given: np.ndarray = numbers[name].to_numpy(np.float64)[1:]
            return given
    if not {*SHIFTS, *TURNS} <= set(numbers.columns):
        return None
    moved = np.abs(np.diff(numbers[[*SHIFTS, *TURNS]].to_numpy(np.float64), axis=0))
    summed: np.ndarray = moved[:, :3].sum(axis=1) + RADIUS_MM * moved[:, 3:].sum(axis=1)
    return summed


def motion(confounds: pd.DataFrame | None) -> Motion | None:
    """Return the motion of a run in numbers; None where its confounds do not tell."""
    moved = framewise_displacement(confounds)
    moved = None if moved is None else moved[np.isfinite(moved)]
    if moved is None or not len(moved):
        return None
    return Motion(float(moved.mean()), float(moved.max()), float((moved > LARGE_MM).mean()))
