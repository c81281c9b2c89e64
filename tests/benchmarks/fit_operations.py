"""Multiplications that a ridge fit takes outside its decompositions, and how many a second are possible."""

import time
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

RATE_SIDE, RATE_RUNS = 4096, 5


@dataclass(frozen=True)
class Fit:
    """A fit by K folds: rows are pictures if predictors repeat, else trials.

    Attributes
    ----------
    rows, predictors, targets, new_rows : int
        Training rows n, columns p, targets t, and rows to predict m.
    alphas, folds : int
        Penalties a, and folds.
    own_scales : bool
        Whether each fold scales the predictors by its own training rows, as the workflow does.
    """

    rows: int
    predictors: int
    targets: int
    new_rows: int
    alphas: int
    folds: int
    own_scales: bool = False

    @property
    def multiplications(self) -> float:
        """Return the number of multiplications outside decompositions, each with its addition.

        With n rows, p columns, t targets, m new rows, a penalties, side k = min(n, p), and width w, which is
        p if p < n, else the training rows of a fold:

        - Gram matrix, half of it by symmetry: n p k / 2
        - with own scales and p >= n, that of every fold as well, whose columns weigh otherwise
        - for every fold and penalty, the operator (held-out rows, w) from the fold's decomposition: a n w w
        - what it predicts for the held-out rows: a n w t
        - projection of the targets, once for all folds: n k t
        - new rows in the basis, and their predictions: m p k + m k t

        A fit that combines penalties, or sums over trials first, does fewer; its share of the machine's rate
        is that of the work that was asked for, and can pass 1.
        """
        n, p, t, m, a = self.rows, self.predictors, self.targets, self.new_rows, self.alphas
        k, w = min(n, p), (p if p < n else n - n // self.folds)
        grams = 1 + (self.folds if self.own_scales and p >= n else 0)
        return grams * n * p * k / 2 + a * n * w * w + a * n * w * t + n * k * t + m * p * k + m * k * t


def gemm_rate(threads: int, side: int = RATE_SIDE) -> float:
    """Return multiplications a second of the product of two square float32 matrices, the best of five."""
    a = np.random.default_rng(0).standard_normal((side, side), np.float32)
    out, best = np.empty_like(a), np.inf
    with threadpool_limits(threads, user_api="blas"):
        for _ in range(RATE_RUNS):
            start = time.perf_counter()
            np.matmul(a, a, out=out)
            best = min(best, time.perf_counter() - start)
    return side**3 / best
