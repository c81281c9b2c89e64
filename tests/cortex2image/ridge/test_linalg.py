"""Tensors, products against einsum, decompositions."""

import warnings

import numpy as np
import pytest
import torch

from cortex2image.ridge.linalg import as_tensor, dtype_of, eigh, product, squared_residuals

CPU = torch.device("cpu")


def test_tensors_share_memory_where_they_can():
    array = np.arange(6.0).reshape(2, 3)
    assert as_tensor(array, CPU).data_ptr() == array.ctypes.data
    assert as_tensor(array, CPU, torch.float32).dtype == torch.float32
    assert as_tensor(array[:, ::-1], CPU).tolist() == array[:, ::-1].tolist()


def test_read_only_arrays_are_no_reason_to_warn():
    array = np.zeros(3)
    array.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        as_tensor(array, CPU)


def test_single_stays_single():
    assert dtype_of(np.float32) == torch.float32
    assert dtype_of(np.dtype("f8")) == torch.float64


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_sums_of_squares_are_those_of_explicit_residuals(rng, dtype):
    operators, known, measured = (
        torch.from_numpy(rng.standard_normal(shape)).to(dtype) for shape in ((4, 7, 9), (9, 5), (7, 5))
    )
    got = squared_residuals(operators, None, known, measured)
    expected = np.einsum("amb->ab", (operators.numpy() @ known.numpy() - measured.numpy()) ** 2)
    np.testing.assert_allclose(got, expected, rtol=1e-5)
    assert got.dtype == np.float64


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_mixtures_are_the_operators_that_are_meant(rng, dtype):
    shapes = (3, 7, 9), (9, 5), (7, 5), (6, 3)
    operators, known, measured, mixing = (
        torch.from_numpy(rng.standard_normal(shape)).to(dtype) for shape in shapes
    )
    meant = torch.einsum("aj,jmw->amw", mixing, operators)
    got = squared_residuals(operators, mixing, known, measured)
    np.testing.assert_allclose(got, squared_residuals(meant, None, known, measured), rtol=1e-4)
    assert got.dtype == np.float64


def test_eigenvalues_ascend_and_vectors_give_the_matrix_back(rng):
    half = torch.from_numpy(rng.standard_normal((9, 6)))
    values, vectors = eigh(half @ half.T)
    assert (values.diff() >= 0).all()
    np.testing.assert_allclose((vectors * values) @ vectors.T, half @ half.T, atol=1e-12)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(9), atol=1e-12)


def test_transposed_views_are_multiplied_as_they_are(rng):
    a, b = torch.from_numpy(rng.standard_normal((9, 4))), torch.from_numpy(rng.standard_normal((9, 3)))
    np.testing.assert_allclose(product(a.T, b), np.einsum("ki,kj->ij", a, b), rtol=1e-12)
