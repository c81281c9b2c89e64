"""Noise ceilings against the NSD formula written out, and against planted ratios."""

import numpy as np
import pytest
from scipy.stats import f_oneway, zscore

from cortex2image.fmri.noise_ceiling import (
    MeanSquares,
    Repeats,
    noise_ceiling,
    noise_ceiling_sd,
    repeat_mean_squares,
    signal_to_noise,
    unclipped_ceiling,
)
from cortex2image.fmri.standardise import Moments


def simulate(snr: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return betas with a planted signal-to-noise ratio, and their stimuli and sessions, in random order."""
    rng = np.random.default_rng(11)
    stimuli = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    sessions = np.where(rng.random(len(stimuli)) < 0.5, "ses-1", "ses-2")
    true = rng.normal(size=(len(counts), len(snr)))
    betas = true[stimuli] * snr + rng.normal(size=(len(stimuli), len(snr)))
    offset = np.where(sessions == "ses-1", 5.0, -3.0)[:, None]
    return 2.5 * betas + offset, stimuli.astype(str), sessions


def squares_of(
    betas: np.ndarray,
    stimuli: np.ndarray,
    sessions: np.ndarray,
    used: np.ndarray | None = None,
    batch: int = 10**6,
    block_bytes: int = 10**9,
) -> MeanSquares:
    """Return mean squares of betas in memory, read in batches of `batch` trials."""
    chosen = np.ones(len(betas), bool) if used is None else used
    moments = Moments()
    moments.add(betas[chosen], sessions[chosen])
    repeats = Repeats.among(chosen, stimuli, sessions)
    starts = range(0, len(betas), batch)
    return repeat_mean_squares(
        lambda: (betas[start : start + batch] for start in starts),
        moments, repeats, betas.shape[1], block_bytes,
    )  # fmt: skip


def snr_of(*betas_and_labels: np.ndarray, **reading: int) -> np.ndarray:
    return signal_to_noise(squares_of(*betas_and_labels, **reading).within)


def test_formula_of_nsd_for_three_repeats() -> None:
    betas, stimuli, sessions = simulate(np.linspace(0, 1.5, 6), np.array([3] * 40 + [1] * 50))
    z = np.empty_like(betas)
    for session in np.unique(sessions):
        z[sessions == session] = zscore(betas[sessions == session], ddof=1)
    thrice = [s for s in np.unique(stimuli) if (stimuli == s).sum() == 3]
    noise = np.sqrt(np.mean([z[stimuli == s].var(axis=0, ddof=1) for s in thrice], axis=0))
    # Means of sessions take degrees of freedom, which NSD with its 750 trials a session need not count.
    freedom = Repeats.among(np.ones(len(betas), bool), stimuli, sessions).within
    assert 0.97 * 2 * 40 < freedom < 2 * 40
    noise *= np.sqrt(2 * 40 / freedom)
    expected = np.sqrt(np.clip(1 - noise**2, 0, None)) / noise
    np.testing.assert_allclose(snr_of(betas, stimuli, sessions), expected, rtol=1e-6)


@pytest.mark.parametrize("mixed", [False, True])
def test_planted_ratio_is_recovered(mixed: bool) -> None:
    planted = np.linspace(0.3, 1.5, 13)
    counts = np.array([2, 3, 4, 1] * 1000) if mixed else np.full(3000, 3)
    betas, stimuli, sessions = simulate(planted, counts)
    np.testing.assert_allclose(snr_of(betas, stimuli, sessions), planted, atol=0.05)


def test_ceiling_is_what_a_perfect_model_reaches() -> None:
    counts = np.array([1, 2, 3, 3] * 1500)
    snr = np.array([0.3, 0.7, 1.2])
    rng = np.random.default_rng(12)
    true = rng.normal(size=(len(counts), len(snr)))
    means = true * snr + rng.normal(size=true.shape) / np.sqrt(counts)[:, None]
    reached = np.array([np.corrcoef(true[:, v], means[:, v])[0, 1] ** 2 for v in range(3)])
    np.testing.assert_allclose(noise_ceiling(snr, counts), reached, atol=0.02)


def test_ceiling_of_one_number_of_repeats() -> None:
    snr = np.array([0.0, 0.5, 2.0, np.inf, np.nan])
    expected = snr[1:3] ** 2 / (snr[1:3] ** 2 + 1 / 3)
    result = noise_ceiling(snr, [3, 3, 3])
    np.testing.assert_allclose(result[1:3], expected)
    np.testing.assert_array_equal(result[[0, 3]], [0, 1])
    assert np.isnan(result[4])


def test_unknown_without_repeats_or_variation() -> None:
    betas, stimuli, sessions = simulate(np.ones(4), np.full(50, 1))
    assert np.isnan(snr_of(betas, stimuli, sessions)).all()
    betas, stimuli, sessions = simulate(np.ones(4), np.full(50, 3))
    betas[:, 1] = 0.1
    np.testing.assert_array_equal(np.isnan(snr_of(betas, stimuli, sessions)), [False, True, False, False])


def test_responses_that_never_repeat_have_no_ceiling() -> None:
    rng = np.random.default_rng(1)
    stimuli, sessions = np.repeat(np.arange(3000), 3).astype(str), np.full(9000, "ses-1")
    assert (snr_of(rng.normal(size=(9000, 5)), stimuli, sessions) < 0.2).all()


@pytest.mark.parametrize(("batch", "block_bytes"), [(1, 10**9), (7, 400), (10**6, 1), (64, 3000)])
def test_batches_and_blocks_change_nothing(batch: int, block_bytes: int) -> None:
    betas, stimuli, sessions = simulate(np.linspace(0, 1.5, 7), np.array([2, 3, 4, 1] * 12))
    together = snr_of(betas, stimuli, sessions)
    np.testing.assert_allclose(
        snr_of(betas, stimuli, sessions, batch=batch, block_bytes=block_bytes), together, rtol=1e-5
    )


def test_trials_that_do_not_count_leave_no_trace() -> None:
    betas, stimuli, sessions = simulate(np.linspace(0, 1.5, 7), np.array([2, 3, 4, 1] * 12))
    used = np.random.default_rng(2).random(len(betas)) < 0.7
    alone = snr_of(betas[used], stimuli[used], sessions[used])
    betas[~used] = 1e6
    np.testing.assert_allclose(snr_of(betas, stimuli, sessions, used, batch=5), alone, rtol=1e-6)


def test_trials_without_noise_have_an_infinite_ratio() -> None:
    stimuli, sessions = np.repeat(np.arange(20), 4).astype(str), np.tile(["ses-1", "ses-2"], 40)
    betas = np.repeat(np.random.default_rng(3).choice([-1.0, 1.0], 20), 4)[:, None]
    assert snr_of(betas, stimuli, sessions)[0] > 1000


@pytest.mark.parametrize(("once", "thrice"), [(0, 120), (600, 60), (40, 150)])
@pytest.mark.parametrize("snr", [0.5, 1.0, 2.0])
def test_standard_errors_are_the_scatter_of_estimates(once: int, thrice: int, snr: float) -> None:
    """3000 voxels of one ratio are as many studies; few repeats among many trials, and repeats alone."""
    counts = np.array([3] * thrice + [1] * once)
    betas, stimuli, sessions = simulate(np.full(3000, snr), counts)
    estimates = snr_of(betas, stimuli, sessions)
    repeats, averaged = Repeats.among(np.ones(len(betas), bool), stimuli, sessions), [3] * thrice
    sd = noise_ceiling_sd(estimates, repeats, averaged)
    scatter = noise_ceiling(estimates, averaged).std()
    assert np.median(sd) == pytest.approx(scatter, rel=0.1)


def test_standard_errors_are_unknown_where_ceilings_are_and_0_without_noise() -> None:
    repeats = Repeats.among(np.ones(6, bool), np.array(list("aabbcd")), np.full(6, "ses-1"))
    assert (repeats.single, repeats.used_sessions) == (2, 1)
    sd = noise_ceiling_sd(np.array([np.nan, np.inf, 1.0, 0.0]), repeats, [2, 2])
    assert np.isnan(sd[0])
    assert sd[1] == 0
    assert (sd[2:] > 0).all()
    alone = Repeats.among(np.ones(3, bool), np.array(list("abc")), np.full(3, "ses-1"))
    assert np.isnan(noise_ceiling_sd(np.array([1.0]), alone, [1])).all()


def test_mean_squares_are_those_of_an_analysis_of_variance() -> None:
    """One session, whose z-scores have mean 0 and deviation 1 over trials that are all repeats."""
    counts = np.array([2, 3, 4, 3] * 6)
    betas, stimuli, _ = simulate(np.linspace(0, 1.5, 5), counts)
    sessions = np.full(len(betas), "ses-1")
    z = zscore(betas, ddof=1)
    groups = [z[stimuli == s] for s in np.unique(stimuli)]
    F = f_oneway(*groups).statistic
    got = squares_of(betas, stimuli, sessions)
    np.testing.assert_allclose(got.between / got.within, F, rtol=1e-5)
    np.testing.assert_allclose(got.within, sum(g.var(axis=0) * len(g) for g in groups) / (72 - 24), rtol=1e-5)


@pytest.mark.parametrize("snr", [0.0, 0.3, 0.7, 1.5])
@pytest.mark.parametrize(("once", "thrice"), [(0, 60), (600, 60), (0, 20)])
def test_means_over_voxels_are_right_unless_ceilings_are_clipped(once: int, thrice: int, snr: float) -> None:
    """The mean over 4000 voxels of one ratio; in silent ones the clipped ceilings are far above 0."""
    betas, stimuli, sessions = simulate(np.full(4000, snr), np.array([3] * thrice + [1] * once))
    squares = squares_of(betas, stimuli, sessions)
    repeats = Repeats.among(np.ones(len(betas), bool), stimuli, sessions)
    truth = snr**2 / (snr**2 + 1 / 3)
    assert unclipped_ceiling(squares, repeats, [3] * thrice).mean() == pytest.approx(truth, abs=0.012)
    if snr == 0:
        clipped = noise_ceiling(signal_to_noise(squares.within), [3] * thrice)
        assert clipped.mean() > 0.06


def test_ceilings_of_test_pictures_from_repeats_of_training_pictures() -> None:
    betas, stimuli, sessions = simulate(np.full(2000, 0.6), np.array([2, 3, 4] * 100))
    repeats = Repeats.among(np.ones(len(betas), bool), stimuli, sessions)
    got = unclipped_ceiling(squares_of(betas, stimuli, sessions), repeats, [2] * 40)
    assert got.mean() == pytest.approx(0.36 / (0.36 + 1 / 2), abs=0.012)


@pytest.mark.parametrize(("shown", "scored"), [(2, 10), (3, 12), (2, 24)])
def test_ceilings_of_means_of_more_trials_than_were_repeated_are_unknown(shown: int, scored: int) -> None:
    """One silent voxel in ten would have a ceiling above 1 or far below 0, and decide a region's mean."""
    betas, stimuli, sessions = simulate(np.zeros(500), np.full(60, shown))
    repeats = Repeats.among(np.ones(len(betas), bool), stimuli, sessions)
    squares = squares_of(betas, stimuli, sessions)
    assert np.isnan(unclipped_ceiling(squares, repeats, [scored] * 40)).all()
    assert abs(unclipped_ceiling(squares, repeats, [shown] * 40).mean()) < 0.1


@pytest.mark.parametrize(("sessions", "repeated", "others"), [(10, 8, 8), (6, 10, 10), (4, 12, 2)])
def test_means_of_short_sessions_do_not_hide_noise(sessions: int, repeated: int, others: int) -> None:
    """In each session every repeated picture is shown once, beside some that are shown only there."""
    rng, trials = np.random.default_rng(4), sessions * (repeated + others)
    names = [
        [*(f"r{i}" for i in range(repeated)), *(f"s{s}-{i}" for i in range(others))] for s in range(sessions)
    ]
    labels = np.repeat([f"ses-{s}" for s in range(sessions)], repeated + others)
    stimuli, betas = np.concatenate(names), rng.standard_normal((trials, 4000))
    squares = squares_of(betas, stimuli, labels)
    assert squares.within.mean() == pytest.approx(1, abs=0.01)
    design = Repeats.among(np.ones(trials, bool), stimuli, labels)
    assert unclipped_ceiling(squares, design, [sessions] * repeated).mean() == pytest.approx(0, abs=0.03)


def test_unclipped_ceilings_are_unknown_with_too_few_repeated_stimuli_and_1_without_noise() -> None:
    few = Repeats.among(np.ones(6, bool), np.array(list("aabbcc")), np.full(6, "ses-1"))
    assert np.isnan(unclipped_ceiling(MeanSquares(np.ones(2), np.ones(2)), few, [2])).all()
    enough = Repeats.among(np.ones(8, bool), np.array(list("aabbccdd")), np.full(8, "ses-1"))
    known = MeanSquares(np.array([0.0, 1.0, 0.0, np.nan]), np.array([2.0, 2.0, 0.0, np.nan]))
    got = unclipped_ceiling(known, enough, [2])
    np.testing.assert_allclose(got, [1, 1 - 1 / 3 / 2, np.nan, np.nan])
