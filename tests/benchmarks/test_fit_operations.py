"""Numbers of multiplications against a count of the products that a plain fit takes."""

import pytest
from tests.benchmarks.fit_operations import Fit, gemm_rate


def counted(fit: Fit) -> int:
    """Add up the products of the plain fit one by one: held-out rows fold by fold, penalty by penalty."""
    n, p, t, m = fit.rows, fit.predictors, fit.targets, fit.new_rows
    held_out = n // fit.folds
    train = n - held_out
    side, width = min(n, p), p if p < n else train
    gram = sum(side for _ in range(p if n <= p else n) for _ in range(side)) // 2
    total = gram
    for _ in range(fit.folds):
        total += gram * (fit.own_scales and p >= n)
        for _ in range(fit.alphas):
            total += held_out * width * t
            total += held_out * width * width
    return total + n * side * t + m * p * side + m * side * t


@pytest.mark.parametrize("own_scales", [False, True])
@pytest.mark.parametrize("shape", [(60, 20, 7), (20, 60, 7), (40, 40, 3)])
def test_all_products_are_counted(shape: tuple[int, int, int], own_scales: bool) -> None:
    fit = Fit(*shape, new_rows=5, alphas=3, folds=5, own_scales=own_scales)
    assert fit.multiplications == counted(fit)


def test_the_rate_is_that_of_the_fastest_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five products that take 8, 4, 2, 4 and 8 seconds by the clock."""
    clock = iter([0, 8, 10, 14, 20, 22, 30, 34, 40, 48])
    monkeypatch.setattr("tests.benchmarks.fit_operations.time.perf_counter", lambda: next(clock))
    assert gemm_rate(1, side=8) == 8**3 / 2
