"""Work side by side: the same results in the same order, and threads given back."""

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

from cortex2image.ridge import RidgeCV, memory
from cortex2image.ridge.parallel import side_by_side, threads_of


def blas_threads() -> list[int]:
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


@pytest.fixture
def four_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_results_come_in_the_order_of_the_items(workers):
    assert side_by_side(lambda item: item**2, range(5), workers) == [0, 1, 4, 9, 16]
    assert side_by_side(lambda item: item, [], workers) == []


@pytest.mark.usefixtures("four_threads")
def test_workers_run_at_once_and_share_the_threads():
    before, meeting = blas_threads(), threading.Barrier(2, timeout=20)

    def work(_: int) -> tuple[int, list[int]]:
        meeting.wait()
        return torch.get_num_threads(), blas_threads()

    seen = side_by_side(work, range(2), 2)
    assert seen == [(2, [2] * len(before))] * 2
    assert torch.get_num_threads() == 4
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
    assert torch.get_num_threads() == 4
    assert blas_threads() == before


def test_a_gpu_has_one_thread_of_ours():
    assert threads_of(torch.device("cuda")) == 1
    assert threads_of(torch.device("cpu")) == torch.get_num_threads()


@pytest.mark.filterwarnings("ignore:ridge alpha")
@pytest.mark.usefixtures("four_threads")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("selection", ["kfold", "gcv", "loo"])
@pytest.mark.parametrize("shape", [(60, 20), (30, 70)], ids=["tall", "wide"])
def test_threads_change_no_result(rng, monkeypatch, shape, selection, standardize, dtype):
    X = rng.standard_normal(shape).astype(dtype)
    Y = (X[:, :3] @ rng.standard_normal((3, 50)) + rng.standard_normal((len(X), 50))).astype(dtype)
    alone = RidgeCV(np.logspace(-1, 3, 5), selection=selection, standardize=standardize, n_targets_batch=50)
    expected = alone.fit(X, Y)
    for least in ("LEAST_BATCH", "LEAST_LEFT_OUT"):
        monkeypatch.setattr(memory, least, 3)
    monkeypatch.setitem(memory.BATCH, "cpu", 1)
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
