"""What preprocessing makes of the simulated scans, against the truth that was planted in them."""

import numpy as np
import pytest

from cortex2image.simulation.truth import load_truth
from cortex2image.tables import contracts
from cortex2image.tables.columns import matrix

# One study serves all these tests: with several test processes they belong to one.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clone")]


@pytest.fixture(params=["sub-01", "sub-02"])
def compared(clone, request):
    """Betas and planted responses of the same trials and voxels, which are silent, and the voxel table."""
    results = clone.root / "results" / "small"
    subject = results / request.param
    truth = load_truth(results / "simulated" / "truth" / f"{request.param}.npz")
    voxels = contracts.VOXELS.read(subject / "voxels.parquet")
    position = {tuple(ijk): row for row, ijk in enumerate(np.asarray(truth.ijk).tolist())}
    rows = [position[tuple(v[axis] for axis in "ijk")] for v in voxels.select(["i", "j", "k"]).to_pylist()]
    stimulus = {name: row for row, name in enumerate(np.asarray(truth.stimulus_id).tolist())}
    shown = contracts.TRIALS.read(subject / "trials.parquet").column("stimulus_id").to_pylist()
    betas = matrix(contracts.SINGLE_TRIAL_BETAS.read(subject / "single_trial_betas.parquet"), "beta")
    planted = np.asarray(truth.responses)[[stimulus[name] for name in shown]][:, rows]
    return betas, planted, np.asarray(truth.kind)[rows] == "silent", voxels


def test_betas_are_the_planted_responses_in_percent(compared):
    betas, planted, silent, _ = compared
    x, y = (values[:, ~silent] - values[:, ~silent].mean(axis=0) for values in (planted, betas))
    slopes = (x * y).sum(axis=0) / (x * x).sum(axis=0)
    assert np.median(slopes) == pytest.approx(1, abs=0.1)
    r = (x * y).sum(axis=0) / np.sqrt((x * x).sum(axis=0) * (y * y).sum(axis=0))
    assert np.median(r) > 0.4


def test_betas_would_not_fit_another_order_of_trials(compared):
    betas, planted, silent, _ = compared
    # Not the neighbour's response: the betas of trials that overlap in time are correlated.
    wrong = np.random.default_rng(0).permutation(planted[:, ~silent], axis=0)
    x, y = wrong - wrong.mean(axis=0), betas[:, ~silent] - betas[:, ~silent].mean(axis=0)
    slopes = (x * y).sum(axis=0) / (x * x).sum(axis=0)
    assert abs(np.median(slopes)) < 0.2


def test_noise_ceilings_tell_silent_voxels_from_responding_ones(compared):
    _, _, silent, voxels = compared
    ceiling = np.array(voxels.column("noise_ceiling").to_pylist(), dtype=float)
    assert np.median(ceiling[~silent]) > 0.3
    assert np.median(ceiling[silent]) < 0.2
