"""What closed forms are tested with: as many rows as predictors, more and fewer; little and much noise."""

import numpy as np

ALPHAS = np.logspace(-3, 6, 10)
SHAPES = {
    "one feature": (30, 1),
    "tall": (40, 9),
    "square": (24, 24),
    "wide": (20, 60),
    "nearly square": (25, 24),
}


def drawn(shape: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return predictors of one of `SHAPES` and five targets, from hardly any noise to little else."""
    n, p = SHAPES[shape]
    X = rng.normal(1, np.linspace(0.2, 2, p), (n, p))
    noise = np.linspace(0.1, 20, 5)
    return X, 3 + X @ rng.standard_normal((p, 5)) + noise * rng.standard_normal((n, 5))
