"""What folds share: penalties above rounding error, and the intercept as one more direction."""

import numpy as np
import pytest
import torch
from tests.support.refits import posed

from cortex2image.ridge.training import is_fine, with_constant


def test_penalties_of_rounding_errors_size_are_raised_and_no_others(rng):
    X = rng.standard_normal((20, 4))
    largest = np.linalg.eigvalsh(np.cov(X.T, bias=True) * 20)[-1]
    floored = posed(X, X, False).floor(torch.tensor([1e-18, 1e-9, 1.0], dtype=torch.float64))
    assert floored[1:].tolist() == [1e-9, 1.0]
    assert float(floored[0]) == pytest.approx(80 * 2.0**-52 * largest)
    assert posed(np.ones((20, 4)), X, False).floor(torch.tensor([1.0])).tolist() == [1.0]


def test_the_constant_is_one_more_direction(rng):
    X = rng.standard_normal((9, 20))
    left = with_constant(posed(X, X[:, :1], False).basis.exact, posed(X, X[:, :1], False)).numpy()
    np.testing.assert_allclose(left @ left.T, np.eye(9), atol=1e-10)


def test_gains_that_single_precision_cannot_bear_are_seen(rng):
    training = posed(rng.standard_normal((25, 4)), rng.standard_normal((25, 1)), False)
    assert is_fine(torch.full((2, 3, 1), 1999.0), training)
    assert not is_fine(torch.full((2, 3, 1), 2001.0), training)


def test_rounding_grows_with_the_largest_eigenvalue_and_shrinks_with_the_penalty(rng):
    X = rng.standard_normal((20, 4)) * [1, 1, 1, 1e3]
    training = posed(X, X, False)
    small, large = (training.rounding(torch.tensor(alpha)) for alpha in (1e-6, 1e6))
    values = np.linalg.eigvalsh(np.cov(X.T, bias=True) * 20)
    assert small == pytest.approx(2.0**-52 * values[-1] / values[0], rel=1e-3)
    assert large < 1e-4 * small
    assert posed(np.ones((20, 4)), X, False).rounding(torch.tensor(1.0)) < 1e-15
