"""A case meets and misses its goals by the times and memory that were measured."""

import numpy as np
import pytest
from tests.benchmarks.measure import Measured
from tests.benchmarks.ridge_goals import FASTER, FASTER_SMALL, FLOOR, METHODS, STANDARDIZED, Seen, verdict

KFOLD, GCV, LOO = METHODS.values()
SECONDS = {KFOLD: 4.0, GCV: 1.5, LOO: 2.0, STANDARDIZED: 5.0, FLOOR["gcv"]: 0.5, FLOOR["loo"]: 1.0}


@pytest.fixture
def seen() -> Seen:
    Y = np.random.default_rng(0).standard_normal((30, 4))
    methods = {label: Measured([seconds], 40.0, Y) for label, seconds in SECONDS.items()}
    return Seen(methods, Measured([11.0], 100.0, Y), Y, beyond_floor=1.2)


def test_what_leave_one_out_allows_counts_its_floor_and_the_rest(seen: Seen) -> None:
    assert seen.allowed == pytest.approx(11 / (1.0 + 1.2))
    assert "leave one out 5.5 times as fast, of 5.0 that its operations allow, " in verdict("x", seen, FASTER)


def test_each_method_has_its_goal(seen: Seen) -> None:
    said = verdict("x", seen, FASTER)
    assert "K folds 2.8 times as fast (>= 3) missed, 0.40 of the memory (<= 0.5) met" in said
    assert "GCV 7.3 times as fast (>= 8) missed, 3.0 times its floor (<= 2.5) missed" in said
    assert "K folds, standardized 2.2 times as fast (>= 2.5) missed." in said


def test_a_small_fit_has_smaller_goals(seen: Seen) -> None:
    said = verdict("x", seen, FASTER_SMALL)
    assert "K folds 2.8 times as fast (>= 2) met" in said
    assert "GCV 7.3 times as fast (>= 6) met" in said
    assert "K folds, standardized 2.2 times as fast." in said


def test_a_method_that_predicts_worse_misses(seen: Seen) -> None:
    seen.methods[GCV].value = seen.Y_test[::-1]
    assert verdict("x", seen, FASTER).count("r 0.0000 apart (<= 0.002) met") == 2
