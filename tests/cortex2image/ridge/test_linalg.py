"""Tensors, products against einsum, decompositions; ordered results of threads, whose number is restored."""

import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

from cortex2image.ridge import RidgeCV, planning
from cortex2image.ridge.linalg import (
    as_tensor,
    computing,
    dtype_of,
    eigh,
    product,
    side_by_side,
    squared_residuals,
    threads_of,
    usable_threads,
)

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


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


@pytest.fixture
def four_threads() -> Iterator[None]:
    with computing(4):
        yield


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_results_come_in_the_order_of_the_items(workers):
    assert side_by_side(lambda item: item**2, range(5), workers) == [0, 1, 4, 9, 16]
    assert side_by_side(lambda item: item, [], workers) == []


@pytest.mark.usefixtures("four_threads")
def test_workers_run_at_once_and_share_the_threads():
    before, meeting = blas_threads(), threading.Barrier(2, timeout=20)

    def work(_: int) -> tuple[int, list[int]]:
        meeting.wait()
        return torch.get_num_threads(), blas_threads()[0]

    seen = side_by_side(work, range(2), 2)
    assert seen == [(1, 2)] * 2
    assert torch.get_num_threads() == 1
    assert blas_threads() == before


@pytest.mark.usefixtures("four_threads")
def test_an_error_is_raised_ends_the_rest_and_gives_threads_back():
    before, done = blas_threads(), []

    def work(item: int) -> None:
        if item == 0:
            raise ValueError("the first")
        time.sleep(0.001)
        done.append(item)

    with pytest.raises(ValueError, match="the first"):
        side_by_side(work, range(5000), 2)
    assert len(done) < 4999
    assert blas_threads() == before


@pytest.mark.usefixtures("four_threads")
def test_a_gpu_has_one_thread_of_ours():
    assert threads_of(torch.device("cuda")) == 1
    assert threads_of(CPU) == 4


def test_a_fit_sets_threads_and_gives_them_back_when_the_last_of_several_ends():
    before, torch_before = blas_threads(), torch.get_num_threads()
    with computing(3):
        assert (blas_threads()[0], torch.get_num_threads(), threads_of(CPU)) == (3, 1, 3)
        with computing(2):
            assert threads_of(CPU) == 3
        assert blas_threads()[0] == 3
    assert (blas_threads(), torch.get_num_threads()) == (before, torch_before)
    with computing(None):
        assert threads_of(CPU) == usable_threads() >= 1


SEEN = """
{first}
import torch
from threadpoolctl import threadpool_info
from cortex2image.ridge.linalg import computing
for threads in (None, 3):
    with computing(threads):
        blas = [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]
        print(blas[0], torch.get_num_threads())
"""


@pytest.mark.parametrize("first", ["import numpy", "import torch"])
@pytest.mark.parametrize(
    "variables", [{}, {"OMP_NUM_THREADS": "1"}, {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "active"}]
)
def test_threads_of_a_fit_depend_on_no_variable_and_no_order_of_imports(variables, first):
    hidden = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_WAIT_POLICY")
    plain = {key: value for key, value in os.environ.items() if key not in hidden}
    environment = plain | {"PYTHONPATH": os.pathsep.join(sys.path), "LOKY_MAX_CPU_COUNT": "2"} | variables
    run = [sys.executable, "-c", SEEN.format(first=first)]
    seen = subprocess.run(run, env=environment, capture_output=True, text=True, check=True).stdout.split()
    assert seen == [str(min(2, os.cpu_count() or 1)), "1", "3", "1"]


@pytest.mark.filterwarnings("ignore:ridge alpha")
@pytest.mark.usefixtures("four_threads")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("selection", ["kfold", "gcv", "loo"])
@pytest.mark.parametrize("shape", [(60, 20), (30, 70)], ids=["tall", "wide"])
def test_threads_change_no_result(rng, monkeypatch, shape, selection, standardize, dtype):
    X = rng.standard_normal(shape).astype(dtype)
    Y = (X[:, :3] @ rng.standard_normal((3, 50)) + rng.standard_normal((len(X), 50))).astype(dtype)
    alone = RidgeCV(
        np.logspace(-1, 3, 5), selection=selection, standardize=standardize, n_targets_batch=50, threads=1
    )
    expected = alone.fit(X, Y)
    for least in ("LEAST_BATCH", "LEAST_LEFT_OUT"):
        monkeypatch.setattr(planning, least, 3)
    monkeypatch.setitem(planning.BATCH, "cpu", 1)
    many = RidgeCV(np.logspace(-1, 3, 5), selection=selection, standardize=standardize).fit(X, Y)
    np.testing.assert_allclose(many.best_score_, expected.best_score_, atol=1e-5)
    np.testing.assert_array_equal(many.alpha_, expected.alpha_)
    np.testing.assert_allclose(many.predict(X), expected.predict(X), atol=1e-4)
    together = RidgeCV(np.logspace(-1, 3, 5), selection=selection, standardize=standardize)
    np.testing.assert_allclose(together.fit_and_predict(X, Y, X), expected.predict(X), atol=1e-4)


@pytest.mark.usefixtures("four_threads")
def test_of_two_callers_at_once_the_second_works_alone():
    before, meeting = blas_threads(), threading.Barrier(2, timeout=20)

    def name(_: int) -> str:
        return threading.current_thread().name

    def work(_: int) -> set[str]:
        meeting.wait()
        return set(side_by_side(name, range(4), 2))

    assert all(len(names) == 1 for names in side_by_side(work, range(2), 2))
    assert blas_threads() == before
