"""Responses to single trials by least squares (LSS and LSA), for all voxels and trials at once.

Drift, confounds and constant are projected out of the trials' regressors once. The weights of every estimator
then follow from the Gram matrix of the regressors, and the betas of a run are one matrix product with its
data. Models: Mumford et al. 2012, "Deconvolving BOLD activation in event-related designs
for multivoxel pattern classification analyses".
"""

import numpy as np

from cortex2image.errors import DataError, require_known

MODELS = ("lss", "lsa")
SMALLEST_RESPONSE = 0.01  # fraction of its peak that a trial must reach within the kept volumes
SMALLEST_SHARE = 1e-6  # smallest eigenvalue of correlated regressors, below which no inverse is computed
# Fraction of a trial's variance that the rest of its model must leave, or its beta is noise: at this limit
# the standard deviation of the beta is 32 times that of a trial alone.
SMALLEST_OWN_SHARE = 1e-3
# Correlation of two trials' responses from which no model tells them apart: onsets within 0.4 s of each
# other for short trials, within 1 s for blocks of 20 s. LSS can be solved for such twins among other trials,
# but says of one what belongs to both.
LARGEST_LIKENESS = 0.99
SMALLEST_BASELINE = 1e-3  # fraction of the median baseline; voxels below it have no signal


def single_trial_betas(
    bold: np.ndarray, regressors: np.ndarray, nuisance: np.ndarray, keep: np.ndarray, model: str, where: str
) -> np.ndarray:
    """Estimate the response of every voxel to every trial of one run.

    Parameters
    ----------
    bold : (volumes, voxels) float32 array
        Unscaled signal, not demeaned.
    regressors : (trials, functions, volumes) array
        From :func:`cortex2image.fmri.hrf.trial_regressors`; the weight of function 0 is returned.
    nuisance : (volumes, regressors) array
        Drift and confounds. A constant is always added.
    keep : (volumes,) bool array
        False for volumes left out of the model, see :func:`cortex2image.fmri.nuisance.kept_volumes`.
    model : one of :data:`MODELS`
        ``lss``, least squares separate: a model for each trial, with the trial, the sum of all other trials,
        and the nuisance. ``lsa``, least squares all: one model with all trials.
    where : str
        Name of the run in errors.

    Returns
    -------
    (trials, voxels) float32 array
        Peak of the response in percent of the voxel's mean over the kept volumes of the run; 0 in voxels
        without signal.

    Raises
    ------
    ConfigError
        `model` has an unknown name.
    DataError
        Too few volumes for the model, a trial without a response within the kept volumes, trials that cannot
        be told apart or nearly so, or data whose mean was removed.
    """
    estimator = trial_estimator(regressors[:, :, keep], nuisance[keep], model, where)
    betas: np.ndarray = estimator.astype(np.float32) @ percent_signal(bold[keep], where)
    return betas


def percent_signal(bold: np.ndarray, where: str) -> np.ndarray:
    """Return the signal as percent change from each voxel's mean, (volumes, voxels) float32.

    Voxels without signal (mean below a thousandth of the median voxel's) become 0.

    Raises
    ------
    DataError
        The mean of the median voxel is below its standard deviation over time: the data were demeaned or
        standardised, so that a percentage of their mean has no meaning.
    """
    mean, sd = bold.mean(axis=0, dtype=np.float64), bold.std(axis=0, dtype=np.float64)
    imaged = bold.any(axis=0)
    typical = float(np.median(mean[imaged])) if imaged.any() else 0.0
    if typical <= (float(np.median(sd[imaged])) if imaged.any() else 0.0):
        fix = "give BOLD that was not demeaned or z-scored, and a mask that lies in the brain"
        found = f"a median mean of {typical:.3g}"
        raise DataError(where, "voxels whose mean exceeds their variation over time", found, fix)
    scale = np.divide(100.0, mean, out=np.zeros_like(mean), where=mean > SMALLEST_BASELINE * typical)
    signal: np.ndarray = (bold - mean.astype(np.float32)) * scale.astype(np.float32)
    return signal


def trial_estimator(regressors: np.ndarray, nuisance: np.ndarray, model: str, where: str) -> np.ndarray:
    """Return the (trials, volumes) float64 matrix that gives the betas of a run when multiplied by its data.

    The parameters are the same as in :func:`single_trial_betas`, but hold the kept volumes only.
    """
    require_known("glm/model", model, MODELS)
    trials, functions, volumes = regressors.shape
    basis = _orthonormal(nuisance)
    weights = 2 * functions if model == "lss" and trials > 1 else trials * functions
    if volumes <= basis.shape[1] + weights:
        expected = f"more than {basis.shape[1] + weights} volumes for as many regressors of model {model}"
        fix = "use fewer confounds, less scrubbing, or glm/model: lss"
        raise DataError(where, expected, f"{volumes} volumes after scrubbing", fix)
    residual = regressors - (regressors @ basis) @ basis.T
    _check_responses(regressors, residual, where)
    _check_twins(residual[:, 0], where)
    flat = residual.reshape(trials * functions, volumes)
    gram = (flat @ flat.T).reshape(trials, functions, trials, functions)
    solve = _separate if model == "lss" and trials > 1 else _all_at_once
    estimator: np.ndarray = solve(gram, where) @ flat
    return estimator


def _all_at_once(gram: np.ndarray, where: str) -> np.ndarray:
    """Return the weights of the residual regressors in the betas of LSA, (trials, trials * functions)."""
    trials, functions = gram.shape[:2]
    flat = gram.reshape(1, trials * functions, trials * functions)
    _check_normal(flat, where)
    inverse = np.linalg.inv(flat[0])
    _check_own(np.diagonal(flat[0])[::functions], np.diagonal(inverse)[::functions], where)
    weights: np.ndarray = inverse[::functions]
    return weights


def _separate(gram: np.ndarray, where: str) -> np.ndarray:
    """Return the weights of the residual regressors in the betas of LSS, (trials, trials * functions).

    Solves, for each trial, the normal equations of [own functions, sum of the functions of other trials].
    """
    trials, functions = gram.shape[:2]
    own = np.einsum("ibic->ibc", gram)
    with_total, total = gram.sum(axis=2), gram.sum(axis=(0, 2))
    cross = with_total - own
    others = total - with_total - with_total.transpose(0, 2, 1) + own
    normal = np.block([[own, cross], [cross.transpose(0, 2, 1), others]])
    _check_normal(normal, where)
    first = np.zeros((trials, 2 * functions, 1))
    first[:, 0] = 1
    solution = np.linalg.solve(normal, first)[:, :, 0]
    _check_own(normal[:, 0, 0], solution[:, 0], where)
    weights = np.repeat(solution[:, None, functions:], trials, axis=1)
    diagonal = np.arange(trials)
    weights[diagonal, diagonal] = solution[:, :functions]
    return weights.reshape(trials, trials * functions)


def _orthonormal(nuisance: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of the constant and the columns; dependent columns add no dimension."""
    centred = nuisance - nuisance.sum(axis=0) / max(len(nuisance), 1)
    norm = np.linalg.norm(centred, axis=0)
    moving = norm > 1e-10 * np.linalg.norm(nuisance, axis=0)
    constant = np.full((len(nuisance), 1), max(len(nuisance), 1) ** -0.5)
    left, strength, _ = np.linalg.svd(centred[:, moving] / norm[moving], full_matrices=False)
    return np.hstack([constant, left[:, strength > 1e-8]])


def _check_responses(regressors: np.ndarray, residual: np.ndarray, where: str) -> None:
    """Raise :class:`DataError` if a trial's response lies outside the kept volumes or in the nuisance."""
    reached = np.abs(regressors[:, 0]).max(axis=1)
    share = (residual[:, 0] ** 2).sum(axis=1) / np.maximum((regressors[:, 0] ** 2).sum(axis=1), 1e-300)
    lost = np.flatnonzero((reached < SMALLEST_RESPONSE) | (share < SMALLEST_OWN_SHARE))
    if lost.size:
        expected = "every trial to have its response within the kept volumes, apart from drift and confounds"
        found = f"none left of {_names(lost)}"
        fix = "leave these trials out of the events, scrub fewer volumes, or use fewer confounds"
        raise DataError(where, expected, found, fix)


def _check_twins(residual: np.ndarray, where: str) -> None:
    """Raise :class:`DataError` if two trials have nearly the same response, (trials, volumes)."""
    unit = residual / np.linalg.norm(residual, axis=1, keepdims=True)
    pairs = np.argwhere(np.triu(unit @ unit.T > LARGEST_LIKENESS, 1))
    if len(pairs):
        named = ", ".join(" and ".join(_names(np.array([trial])) for trial in pair) for pair in pairs[:5])
        more = f", and {len(pairs) - 5} more pairs" if len(pairs) > 5 else ""
        fix = "set stim_file (trial_type) to n/a for one of each pair, or correct the onsets"
        expected = f"trials whose responses differ (correlate by at most {LARGEST_LIKENESS:g})"
        raise DataError(where, expected, f"nearly one response of {named}{more}", fix)


def _check_own(variance: np.ndarray, inverse: np.ndarray, where: str) -> None:
    """Raise :class:`DataError` if the rest of its model explains a trial's response.

    Parameters
    ----------
    variance, inverse : (trials,) arrays
        Diagonal element of each trial's canonical response in its normal equations and in their inverse.
    """
    explained = np.flatnonzero(variance * inverse > 1 / SMALLEST_OWN_SHARE)
    if explained.size:
        expected = f"{SMALLEST_OWN_SHARE:.1%} or more of each response apart from the rest of the model"
        found = f"less for {_names(explained)}"
        fix = "use glm/model: lss or no derivatives, or leave out trials that are too close to each other"
        raise DataError(where, expected, found, fix)


def _check_normal(normal: np.ndarray, where: str) -> None:
    """Raise :class:`DataError` if normal equations, (n, m, m), are singular."""
    scale = np.sqrt(np.maximum(np.einsum("nii->ni", normal), 1e-300))
    smallest = np.linalg.eigvalsh(normal / (scale[:, :, None] * scale[:, None, :]))[:, 0]
    if (smallest < SMALLEST_SHARE).any():
        bad = np.flatnonzero(smallest < SMALLEST_SHARE)
        found = f"{_names(bad) if len(normal) > 1 else 'trials'} not to be told from the others"
        fix = "look for trials with one onset; with glm/model: lsa use lss or no derivatives"
        raise DataError(where, "trials with responses of their own", found, fix)


def _names(trials: np.ndarray) -> str:
    """Name up to five of the trials in the form that ends a trial_id."""
    more = f" and {len(trials) - 5} more" if len(trials) > 5 else ""
    return ", ".join(f"trial-{number:03d}" for number in trials[:5]) + more
