"""The simulated studies of the benchmark hold what they say, and its rates are counted as defined."""

import numpy as np
import pytest
from tests.benchmarks.encoding_fdr import (
    CATEGORIES,
    DESIGNS,
    FDR,
    PLANTED,
    VOXELS,
    betas_of,
    discoveries,
    scores_of,
    study,
)

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.mark.parametrize("name", DESIGNS)
def test_planted_voxels_respond_and_silent_ones_do_not(name: str) -> None:
    rng = np.random.default_rng(1)
    design = DESIGNS[name](rng)
    r = scores_of(design, betas_of(rng, design), 1).r
    assert r[:PLANTED].mean() > r[PLANTED:].mean() + 0.15
    # Leaving runs out makes the mean over silent voxels negative.
    assert -0.3 < r[PLANTED:].mean() < 0.05


def test_categories_come_back_in_every_run() -> None:
    design = DESIGNS[list(DESIGNS)[2]](np.random.default_rng(1))
    assert len(np.unique(design.features, axis=0)) == CATEGORIES
    assert len(np.unique(design.trials.stimulus)) == len(design.row)


def test_false_discoveries_are_shares_of_what_is_found() -> None:
    q = np.ones(VOXELS)
    assert discoveries(q) == (0, 0)
    q[:3], q[PLANTED] = FDR / 2, FDR / 2
    assert discoveries(q) == (0.25, 3 / PLANTED)


def test_a_study_is_the_same_each_time() -> None:
    name = next(iter(DESIGNS))
    assert study(name, 0) == pytest.approx(study(name, 0), nan_ok=True)
