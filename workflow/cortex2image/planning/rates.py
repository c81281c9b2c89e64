"""How long parts of a study take, from measured rates; docs/benchmarks.md has each with its machine.

All but GPU hours are those of two cores.
"""

# Multiplications a second of fits by K folds, decompositions aside ("Ridge regression", "The size of NSD").
# Up to as many rows as columns they take 7.4 products of all rows with a target, with more rows 12.
MULTIPLIED, DUAL, PRIMAL = 80e9, 7.4, 12.0
# Cubed rows or columns a second of decompositions, one of each fold and one of all rows ("The size of NSD").
DECOMPOSED = 1.7e10
# Seconds of one core for the permutation null and the resamples of a voxel's score (the same place).
SCORED_VOXEL = 1.3e-3
# Passes of the miniature's U-Net a second: 16.26 pictures of 32 passes ("Drawing with the miniature").
MINIATURE_PASSES = 16.26 * 32
# Seconds of structural similarity with its null, for a sample of 1,000 pictures of 512 pixels ("Scoring").
SSIM, SSIM_PICTURES, SSIM_SIDE = 63.0, 1000, 512
# Operations a second of the GPU that hours are stated for; counted, and not measured.
GPU_RATE = 100e12
CORES = 2


def fit_seconds(rows: int, predictors: int, targets: int, folds: int, own_scale: bool) -> float:
    """Return the time of a ridge regression whose penalties K folds choose.

    Parameters
    ----------
    rows, predictors, targets : int
        Training rows (stimuli whose trials count as weights are one row), columns and targets.
    folds : int
    own_scale : bool
        Whether each fold scales the predictors by its own training rows, and so has its own inner products.

    Returns
    -------
    float
        Seconds of two cores: 0.9 to 1.45 times what was measured for 900 to 9,000 rows.
    """
    least = min(rows, predictors)
    products = (DUAL if rows <= predictors else PRIMAL) * rows * least * targets
    inner = (1 + folds * own_scale) * rows * least * predictors
    return (products + inner) / MULTIPLIED + (folds + 1) * least**3 / DECOMPOSED


def gpu_hours(multiply_adds: float) -> float:
    """Return the hours that multiplications, each with an addition, take at :data:`GPU_RATE`."""
    return 2 * multiply_adds / GPU_RATE / 3600


def ssim_seconds(pictures: int, side: int) -> float:
    """Return the time of structural similarity, with its null, of so many pictures of `side` pixels."""
    return SSIM * pictures / SSIM_PICTURES * (side / SSIM_SIDE) ** 2
