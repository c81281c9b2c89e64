"""Products against NumPy's einsum."""

import numpy as np
import pytest
import torch

from cortex2image.ridge.products import product, squared_residuals


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sums_of_squares_are_those_of_explicit_residuals(rng, dtype):
    operators, known, measured = (
        torch.from_numpy(rng.standard_normal(shape)).to(dtype) for shape in ((4, 7, 9), (9, 5), (7, 5))
    )
    got = squared_residuals(operators, None, known, measured)
    expected = np.einsum("amb->ab", (operators.numpy() @ known.numpy() - measured.numpy()) ** 2)
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    assert got.dtype == np.float64


def test_transposed_views_are_multiplied_as_they_are(rng):
    a, b = torch.from_numpy(rng.standard_normal((9, 4))), torch.from_numpy(rng.standard_normal((9, 3)))
    np.testing.assert_allclose(product(a.T, b), np.einsum("ki,kj->ij", a, b), rtol=1e-12)
