"""Weights of a stack: each voxel's best weighted mean of the predictions of several models.

Stacked regressions (Breiman 1996, Machine Learning 24:49) weight models by how well they predict rows that
they were not fitted to, with weights that are not negative; that these sum to 1 as well makes the stack a
mean of its models (Lin, Naselaris, Kay and Wehbe 2024, Stacked regressions and structured variance
partitioning for interpretable brain maps, NeuroImage 298:120772).
"""

import numpy as np

from cortex2image.errors import DataError

# Multiple of the identity, as a share of the mean squared error of the models, that is added to their
# products: models with equal errors get equal weights instead of arbitrary ones.
EVEN = 1e-9
# Weights below which a constraint holds.
TOLERANCE = 1e-10
# Slopes, as a share of the mean squared error, below which no model enters: of l models with equal errors the
# last one enters at a slope of EVEN / l.
FLAT = EVEN / 1000
# Rounds per model before the search gives up; each moves at least one model in or out.
ROUNDS = 20


def error_products(errors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the inner products of the errors of models, (v, l, l).

    Parameters
    ----------
    errors : (l, r, v) array
        Of l models, for r held-out rows and v voxels.
    weights : (r,) array
        Trials that each row stands for.
    """
    models, _, voxels = errors.shape
    found = np.empty((voxels, models, models))
    for one in range(models):
        weighted = errors[one] * weights[:, None]
        for other in range(one + 1):
            found[:, one, other] = np.einsum("rv,rv->v", weighted, errors[other], dtype=np.float64)
            found[:, other, one] = found[:, one, other]
    return found


def simplex_weights(products: np.ndarray) -> np.ndarray:
    """Return the weights w >= 0 with sum 1 that minimise w' P w of each voxel, for all voxels at once.

    With weights that sum to 1, the error of the weighted mean is the weighted mean of the errors, so that P
    holds everything. An active-set method (Nocedal and Wright 2006, Numerical Optimization, section 16.5):
    it starts from the best model, solves for the models that are in, leaves out those whose weights would
    turn negative, and takes in the one that lowers the error most.

    Parameters
    ----------
    products : (v, l, l) array
        Inner products of the errors of l models on held-out rows, positive semi-definite.

    Returns
    -------
    (v, l) array; equal weights for a voxel without errors

    Raises
    ------
    DataError
        Products that are not finite.
    """
    voxels, models, _ = products.shape
    scale = np.einsum("vll->v", products) / models
    if not np.isfinite(products).all():
        bad = int((~np.isfinite(products).all(axis=(1, 2))).sum())
        found, fix = f"NaN or infinity in {bad} of {voxels} voxels", "look at the betas of these voxels"
        raise DataError("stack, errors of models", "finite numbers", found, fix)
    P = products / np.where(scale > 0, scale, 1)[:, None, None] + EVEN * np.eye(models)
    weights = np.zeros((voxels, models))
    weights[np.arange(voxels), np.einsum("vll->vl", P).argmin(axis=1)] = 1
    inside, left = weights > 0, np.arange(voxels)
    for _ in range(ROUNDS * models):
        weights[left], inside[left], done = _round(P[left], weights[left], inside[left])
        left = left[~done]
        if not len(left):
            break
    summed: np.ndarray = weights / weights.sum(axis=1, keepdims=True)
    return summed


def _round(
    P: np.ndarray, weights: np.ndarray, inside: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take one step of every voxel; return its weights, the models that are in, and whether it is done."""
    aim = _solved(P, inside)
    step = _longest(weights, aim, inside)
    moved = np.where(inside, weights + step[:, None] * (aim - weights), 0.0)
    blocked = inside & (moved <= TOLERANCE) & (aim < weights) & (step < 1)[:, None]
    moved[blocked] = 0.0
    slope = np.einsum("vij,vj->vi", P, moved)
    gain = np.where(inside, np.inf, slope - np.einsum("vi,vi->v", moved, slope)[:, None])
    best = gain.argmin(axis=1)
    arrived = ~blocked.any(axis=1)
    enters = arrived & (gain[np.arange(len(P)), best] < -FLAT)
    now = inside & ~blocked
    now[enters, best[enters]] = True
    return moved, now, arrived & ~enters


def _solved(P: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return the weights with sum 1, of either sign, that are best for the models that are in, (v, l)."""
    voxels, models = inside.shape
    system = np.zeros((voxels, models + 1, models + 1))
    mask = inside.astype(float)
    system[:, :models, :models] = P * mask[:, :, None] * mask[:, None, :]
    system[:, range(models), range(models)] += 1 - mask
    system[:, :models, models] = system[:, models, :models] = mask
    wanted = np.zeros((voxels, models + 1, 1))
    wanted[:, models] = 1
    found: np.ndarray = np.linalg.solve(system, wanted)[:, :models, 0]
    return found


def _longest(weights: np.ndarray, aim: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return the largest step towards the aim, at most 1, that leaves no weight negative, (v,)."""
    falls = inside & (aim < 0)
    part = np.divide(weights, weights - aim, out=np.ones_like(weights), where=falls)
    longest: np.ndarray = part.min(axis=1)
    return longest
