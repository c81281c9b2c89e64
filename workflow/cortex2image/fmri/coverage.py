"""How much of the response to each trial a recording holds."""

import numpy as np

from cortex2image.fmri.hrf import trial_regressors

RESPONSE_S = 40.0  # after the end of a trial; all of the response, its undershoot included


def response_shares(
    keep: np.ndarray, tr: float, reference: float, onsets: np.ndarray, durations: np.ndarray, hrf: str
) -> np.ndarray:
    """Return the share of every trial's response that lies in the volumes of a recording.

    It is the sum of squares of the trial's regressor over the kept volumes, divided by that in a recording
    without beginning, end or gaps. Without drift and confounds, the variance of the trial's beta is divided
    by it.

    Parameters
    ----------
    keep : (volumes,) bool array
        False for volumes left out of the model.
    tr, reference : float
        Repetition time, and time within a volume that its samples stand for, in seconds.
    onsets, durations : (trials,) arrays
        In seconds. An onset may be negative.
    hrf : see :func:`cortex2image.fmri.hrf.trial_regressors`

    Returns
    -------
    (trials,) float64 array, 0 to 1
        0 for a trial that begins after the last volume, ends long before the first, or is longer than the
        recording.
    """
    onsets, durations = np.asarray(onsets, np.float64), np.asarray(durations, np.float64)
    end = len(keep) * tr
    near = (onsets < end) & (onsets + durations + RESPONSE_S > 0) & (durations <= end)
    shares = np.zeros(len(onsets))
    if near.any():
        shares[near] = _shares(keep, tr, reference, onsets[near], durations[near], hrf)
    return shares


def _shares(
    keep: np.ndarray, tr: float, reference: float, onsets: np.ndarray, durations: np.ndarray, hrf: str
) -> np.ndarray:
    before = int(np.ceil(max(0.0, -onsets.min()) / tr))
    after = int(np.ceil((durations.max() + RESPONSE_S) / tr))
    frames = np.arange(-before, len(keep) + after) * tr + reference
    energy = trial_regressors(frames, onsets, durations, hrf)[:, 0] ** 2
    shares: np.ndarray = energy[:, before : before + len(keep)][:, keep].sum(axis=1) / energy.sum(axis=1)
    return shares
