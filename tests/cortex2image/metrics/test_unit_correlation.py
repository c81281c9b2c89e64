import numpy as np
import pytest
from scipy.stats import t

from cortex2image.errors import DataError
from cortex2image.metrics import unit_correlation as module
from cortex2image.metrics.unit_correlation import unit_correlation
from cortex2image.stats.crossed_intervals import Scores, crossed_interval
from cortex2image.stats.permutation import stimulus_permutations

N, UNITS = 12, 9


def order_of(n, draws=200):
    return stimulus_permutations(1, [f"s{i}" for i in range(n)], draws)


@pytest.fixture
def vectors(rng):
    """Decoded and true vectors; unit 3 is constant in the truth, unit 5 is decoded as a constant."""
    true = 5 + rng.standard_normal((N, UNITS))
    decoded = 0.5 * true + rng.standard_normal((N, UNITS))
    true[:, 3], decoded[:, 5] = 7.0, 2.0
    return decoded.astype(np.float32), true.astype(np.float32)


@pytest.fixture(params=[4, 2**12])
def columns(request, monkeypatch):
    monkeypatch.setattr(module, "COLUMNS_AT_ONCE", request.param)


def mean_r(decoded, true):
    """Mean r over the units that vary in the truth, one unit at a time."""
    units = [u for u in range(true.shape[1]) if np.ptp(true[:, u]) > 0]
    found = [
        np.corrcoef(decoded[:, u], true[:, u])[0, 1] if np.ptp(decoded[:, u]) > 0 else 0.0 for u in units
    ]
    return np.mean(found)


def test_the_values_have_the_mean_r_as_mean_and_the_jackknife_as_interval(vectors, columns):
    decoded, true = (side.astype(np.float64) for side in vectors)
    scored = unit_correlation(*vectors, order_of(N))
    value = mean_r(decoded, true)
    assert scored.values.mean() == pytest.approx(value, abs=1e-6)
    without = np.array([mean_r(np.delete(decoded, i, axis=0), np.delete(true, i, axis=0)) for i in range(N)])
    error = np.sqrt((N - 1) / N * ((without - without.mean()) ** 2).sum())
    low, high = crossed_interval(Scores(scored.values.T))
    assert (high - low) / 2 == pytest.approx(t.ppf(0.975, N - 1) * error, rel=1e-5)


def test_the_null_is_the_mean_r_of_permuted_stimuli(vectors, columns):
    decoded, true = vectors
    order = order_of(N)
    expected = [mean_r(decoded, true[pairing]) for pairing in order]
    np.testing.assert_allclose(unit_correlation(decoded, true, order).null, expected, atol=1e-6)


def test_vectors_that_never_vary_are_refused(vectors):
    decoded, true = vectors
    constant = np.ones_like(true)
    with pytest.raises(DataError, match="vary over the test stimuli"):
        unit_correlation(decoded, constant, order_of(N))


def test_the_interval_of_the_mean_r_covers_it():
    """Units share their noise over stimuli, as voxels' errors do: they are no independent sample."""
    n, units, covered, runs = 40, 30, 0, 200
    # Every unit has this r in the population, and its small-sample bias.
    r = 0.5
    expected = r * (1 - (1 - r**2) / (2 * n))
    for run in range(runs):
        rng = np.random.default_rng(run)
        mixing = rng.standard_normal((5, units))
        mixing /= np.linalg.norm(mixing, axis=0)
        true = rng.standard_normal((n, 5)) @ mixing
        noise = rng.standard_normal((n, 5)) @ mixing
        decoded = r * true + np.sqrt(1 - r**2) * noise
        low, high = crossed_interval(Scores(unit_correlation(decoded, true, order_of(n, 2)).values.T))
        covered += low <= expected <= high
    assert 0.90 <= covered / runs <= 0.99
