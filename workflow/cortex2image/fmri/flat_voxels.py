"""Voxels without a signal in one run: outside of the field of view, or set to one value by preprocessing."""

import numpy as np

from cortex2image.fmri.single_trial import SMALLEST_BASELINE


def flat_voxels(bold: np.ndarray) -> np.ndarray:
    """Return which voxels are constant over a run, or have next to no signal, (voxels,) bool.

    The GLM gives them a response of 0 to every trial of the run. Such a response is no measurement: over
    runs it changes the scale of the voxel, and where it repeats it looks like perfect reliability.

    Parameters
    ----------
    bold : (volumes, voxels) float array
        Unscaled signal in the volumes that the model keeps.
    """
    constant = (bold == bold[0]).all(axis=0)
    mean = bold.mean(axis=0, dtype=np.float64)
    imaged = bold.any(axis=0)
    typical = float(np.median(mean[imaged])) if imaged.any() else 0.0
    flat: np.ndarray = constant | (mean <= SMALLEST_BASELINE * typical)
    return flat
