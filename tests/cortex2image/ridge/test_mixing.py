"""Mixed bands against bands that are really multiplied."""

import numpy as np
import pytest
import torch

from cortex2image.ridge.blocks import as_blocks
from cortex2image.ridge.engine import pose
from cortex2image.ridge.memory import Plan
from cortex2image.ridge.mixing import Bands


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize(("rows", "dual"), [(40, False), (9, True)])
@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.1), (1.0, 0.0)])
def test_a_mixture_is_the_problem_of_multiplied_bands(rng, rows, dual, standardize, shares):
    X, Y = rng.normal(1, 2, (rows, 10)), rng.standard_normal((rows, 2))
    choice = Y.dtype, torch.device("cpu"), dual, True
    mixed = Bands.of(pose(as_blocks(X), Y, *choice, standardize, Plan(30, 2, 3, 2)), [4, 6]).problem(
        np.array(shares)
    )
    scaled = (X - X.mean(axis=0)) / (X.std(axis=0) if standardize else 1)
    multiplied = scaled * np.sqrt(np.repeat(shares, [4, 6]))
    expected = multiplied @ multiplied.T if dual else multiplied.T @ multiplied
    np.testing.assert_allclose(mixed.training.gram, expected, atol=1e-10)
    blocks = [block for _, block in mixed.training.design.rows()]
    np.testing.assert_allclose(torch.cat(blocks), multiplied, atol=1e-10)
    values = np.linalg.eigvalsh(expected)[::-1][: len(mixed.training.basis.values)]
    np.testing.assert_allclose(mixed.training.basis.values.flip(0), values, rtol=1e-8)
