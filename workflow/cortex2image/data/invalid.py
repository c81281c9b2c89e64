"""Voxels that hold no response in a session."""

import numpy as np


def mark_invalid(betas: np.ndarray) -> np.ndarray:
    """Set voxels that are NaN or infinite in any trial, or 0 in all, to NaN throughout; in place.

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
