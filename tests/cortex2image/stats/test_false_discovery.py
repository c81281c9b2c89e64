"""Adjusted p are those of SciPy."""

import numpy as np
import pytest
from scipy import stats

from cortex2image.stats.false_discovery import false_discovery_control


@pytest.mark.parametrize("method", ["bh", "by"])
@pytest.mark.parametrize("count", [1, 2, 37, 5000])
def test_adjusted_p_are_those_of_scipy(method, count, rng):
    p = rng.uniform(size=count) ** 3
    # Ties, and both ends of the range.
    p[: count // 3] = np.round(p[: count // 3], 2)
    p[-2:-1] = 0
    expected = stats.false_discovery_control(p, method=method)
    np.testing.assert_allclose(false_discovery_control(p, method), expected, rtol=1e-12, atol=0)


def test_nothing_to_adjust():
    assert len(false_discovery_control([])) == 0


@pytest.mark.parametrize("p", [[0.5, np.nan], [0.5, 1.5], [-0.1]])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(ValueError, match="must lie in"):
        false_discovery_control(p)
