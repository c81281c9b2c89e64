"""Intervals of scores against the bootstrap of scipy, a brute-force jackknife, and planted truth."""

import numpy as np
import pytest
from scipy.stats import binomtest, sem, t

from cortex2image.metrics.identification import credit_against, two_way
from cortex2image.stats.crossed_intervals import Scores, crossed_interval

WIDTH = 16


def seen_and_drawn(n, gain, rng, spread=0.0, hubs=0.0):
    """Features of n pictures and of reconstructions; `spread` makes some of them atypical, `hubs` rivals."""
    common = np.random.default_rng(5).standard_normal(WIDTH)
    size = np.exp(spread * rng.standard_normal(n))[:, None]
    seen = rng.standard_normal((n, WIDTH)) * size + hubs * 2 * rng.random((n, 1)) * common
    noise = rng.standard_normal((n, WIDTH)) * np.minimum(1, 1 / size)
    return seen, gain * seen + noise + hubs * common


def similarity(seen, drawn):
    return np.corrcoef(seen, drawn)[: len(seen), len(seen) :]


def scores(*similarities):
    return Scores(
        np.array([np.diagonal(two_way(s)) for s in similarities]),
        np.array([credit_against(s) for s in similarities]),
    )


def test_of_a_mean_it_is_students(rng):
    values = rng.exponential(size=(1, 40))
    half = t.ppf(0.975, 39) * sem(values[0])
    expected = (values.mean() - half, values.mean() + half)
    assert crossed_interval(Scores(values)) == pytest.approx(expected)


def test_leaving_out_a_stimulus_takes_it_away_as_a_rival_too(rng):
    s = similarity(*seen_and_drawn(12, 0.4, rng))
    found = scores(s)
    for i in range(12):
        kept = np.delete(np.delete(s, i, 0), i, 1)
        change = np.diagonal(two_way(kept)).mean() - found.values[0]
        assert found.left_out()[0, i] == pytest.approx(change, abs=1e-12)


@pytest.mark.parametrize("n", [20, 60])
@pytest.mark.parametrize(
    "world",
    [{"gain": 0.35}, {"gain": 0.35, "spread": 0.7}, {"gain": 0.35, "hubs": 1.0}, {"gain": 0}, {"gain": 1.5}],
    ids=["plain", "atypical", "hubs", "chance", "ceiling"],
)
def test_intervals_of_two_way_identification_cover_the_truth(world, n):
    rng = np.random.default_rng(7)
    truth = np.mean([scores(similarity(*seen_and_drawn(300, rng=rng, **world))).values for _ in range(20)])
    found = [scores(similarity(*seen_and_drawn(n, rng=rng, **world))) for _ in range(200)]
    ends = [crossed_interval(one, (0, 1)) for one in found]
    # Three standard errors of a share of 200 around 0.95.
    assert np.mean([low <= truth <= high for low, high in ends]) >= 0.904
    assert all(0 <= low < high <= 1 for low, high in ends)


def test_an_interval_of_the_values_alone_is_not_enough():
    rng = np.random.default_rng(7)
    world = {"gain": 0.35, "spread": 0.7}
    truth = np.mean([scores(similarity(*seen_and_drawn(300, rng=rng, **world))).values for _ in range(20)])
    found = [scores(similarity(*seen_and_drawn(20, rng=rng, **world))) for _ in range(300)]
    covered = {
        name: np.mean([low <= truth <= high for low, high in ends])
        for name, ends in {
            "pairs": [crossed_interval(one, (0, 1)) for one in found],
            "mean": [crossed_interval(Scores(one.searched)) for one in found],
        }.items()
    }
    assert covered["pairs"] > covered["mean"] + 0.02


def test_several_subjects_are_a_sample_of_people():
    rng = np.random.default_rng(9)

    def study(n):
        seen = rng.standard_normal((n, WIDTH))
        gains = 0.35 * np.exp(0.3 * rng.standard_normal(4))
        return scores(*(similarity(seen, g * seen + rng.standard_normal(seen.shape)) for g in gains))

    truth = np.mean([study(150).values.mean() for _ in range(100)])
    found = [study(40) for _ in range(200)]
    crossed = [crossed_interval(one, (0, 1)) for one in found]
    assert np.mean([low <= truth <= high for low, high in crossed]) >= 0.92


def test_a_perfect_score_has_an_interval():
    low, high = crossed_interval(Scores(np.ones((1, 30)), np.ones((1, 30))), (0, 1))
    exact = binomtest(30, 30).proportion_ci(method="exact").low
    assert low == pytest.approx(exact, abs=0.01)
    assert high == 1


@pytest.mark.parametrize("subjects", [1, 3])
@pytest.mark.parametrize("lower", [False, True])
def test_near_a_bound_scores_that_hardly_differ_have_intervals_that_hardly_differ(subjects, lower):
    """Ends of intervals along scores from perfect to three stimuli of 60 away from it, in small steps."""
    errors = np.random.default_rng(0).exponential(size=(subjects, 60))
    errors /= errors.mean()
    away = np.linspace(0, 3 / 60, 3001)
    values = [errors * step if lower else 1 - errors * step for step in away]
    ends = np.array([crossed_interval(Scores(one, one[:, ::-1]), (0, 1)) for one in values])
    # A jump would be of 0.01 or more.
    assert np.abs(np.diff(ends, axis=0)).max() < 0.0005
    means = [one.mean() for one in values]
    assert (ends[:, 0] <= means).all()
    assert (ends[:, 1] >= means).all()
    assert ends[0, 0 if lower else 1] == (0 if lower else 1)


def test_subjects_who_saw_other_stimuli_are_independent(rng):
    apart = np.full((2, 60), np.nan)
    apart[0, :30], apart[1, 30:] = rng.normal(0, 1, 30), rng.normal(0, 1, 30)
    low, high = crossed_interval(Scores(apart))
    variance = (apart[0, :30].var(ddof=1) + apart[1, 30:].var(ddof=1)) / 30 / 4
    assert (high - low) / 2 >= t.ppf(0.975, 58) * np.sqrt(variance)


def test_two_stimuli_have_no_interval():
    assert np.isnan(crossed_interval(Scores(np.array([[0.2, 0.4]])))).all()
