"""Threads of a fit: ordered results, numbers that are restored, no influence of the environment."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

from cortex2image.errors import ConfigError
from cortex2image.ridge import RidgeCV, planning
from cortex2image.ridge.threads import computing, side_by_side, threads_of, usable_threads

CPU = torch.device("cpu")


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
from cortex2image.ridge.threads import computing
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


@pytest.mark.parametrize("threads", [0, -1, 1.5])
def test_threads_are_a_whole_number(threads):
    with pytest.raises(ConfigError, match="ridge threads"), computing(threads):
        pass


def test_threads_are_given_back_after_fits_that_overlap():
    before, torch_before, meeting = blas_threads(), torch.get_num_threads(), threading.Barrier(2, timeout=20)

    def fit(threads: int) -> None:
        with computing(threads):
            meeting.wait()

    fits = [threading.Thread(target=fit, args=(threads,)) for threads in (2, 3)]
    for thread in fits:
        thread.start()
    for thread in fits:
        thread.join()
    assert (blas_threads(), torch.get_num_threads()) == (before, torch_before)
    with computing(3):
        assert blas_threads()[0] == 3
