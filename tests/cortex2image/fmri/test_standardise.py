"""Moments in batches against NumPy, standardisation against scikit-learn; test trials have no influence."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.standardise import Moments, Standardiser, TrainingMoments, scaling_groups
from cortex2image.leakage import TrainingRows

GROUPS = np.random.default_rng(1).choice(["a", "b", "c"], 200)


@pytest.mark.parametrize("batch", [1, 13, 200])
@pytest.mark.parametrize("ddof", [0, 1])
def test_mean_and_deviation(rng: np.random.Generator, batch: int, ddof: int) -> None:
    rows = (1e4 + rng.normal(size=(200, 5)) * 10.0 ** np.arange(-3, 2)).astype(np.float32)
    moments = Moments()
    for start in range(0, 200, batch):
        moments.add(rows[start : start + batch], GROUPS[start : start + batch])
    for group in "abc":
        mine = rows[group == GROUPS].astype(np.float64)
        found = moments.groups[group]
        assert found.count == len(mine)
        np.testing.assert_allclose(found.mean, mine.mean(axis=0), rtol=1e-12)
        np.testing.assert_allclose(found.sd(ddof), mine.std(axis=0, ddof=ddof), rtol=1e-8)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1234.567])
def test_a_constant_has_no_deviation(constant: float) -> None:
    moments = Moments()
    for size in (1, 3, 50):
        moments.add(np.full((size, 2), constant, np.float32), ["a"] * size)
    assert not moments.groups["a"].sd(1).any()


def test_one_trial_has_no_deviation() -> None:
    moments = Moments()
    moments.add(np.array([[3.0, 4.0]]), ["a"])
    assert not moments.groups["a"].sd(1).any()


SESSIONS = np.repeat(["ses-1", "ses-2"], 30)
IS_TRAIN = np.arange(60) % 3 > 0


@pytest.fixture
def betas() -> np.ndarray:
    rng = np.random.default_rng(3)
    return (rng.normal(size=(60, 8)) * rng.uniform(0.1, 9, 8) + 5 * (SESSIONS == "ses-2")[:, None]).astype(
        np.float32
    )


def standardise(
    betas: np.ndarray, sessions: np.ndarray, is_train: np.ndarray, by: str, batch: int = 100
) -> np.ndarray:
    """Return the moments of betas in memory, added in batches of `batch` trials."""
    groups, moments = scaling_groups(sessions, by), TrainingMoments()
    for start in range(0, len(betas), batch):
        here = slice(start, start + batch)
        train, test = np.flatnonzero(is_train[here]), np.flatnonzero(~is_train[here])
        moments.add(TrainingRows(betas[here], train, test), groups[here][train])
    return Standardiser.from_moments(moments).transform(betas, groups)


def test_all_sessions_together(betas: np.ndarray) -> None:
    expected = StandardScaler().fit(betas[IS_TRAIN].astype(np.float64)).transform(betas)
    np.testing.assert_allclose(standardise(betas, SESSIONS, IS_TRAIN, "all"), expected, atol=1e-5)


def test_each_session_by_itself(betas: np.ndarray) -> None:
    result = standardise(betas, SESSIONS, IS_TRAIN, "session")
    for session in ("ses-1", "ses-2"):
        rows = np.equal(SESSIONS, session)
        scaler = StandardScaler().fit(betas[rows & IS_TRAIN].astype(np.float64))
        np.testing.assert_allclose(result[rows], scaler.transform(betas[rows]), atol=1e-5)


@pytest.mark.parametrize("by", ["session", "all"])
@pytest.mark.parametrize("batch", [1, 7, 31])
def test_batches_change_nothing(betas: np.ndarray, by: str, batch: int) -> None:
    together = standardise(betas, SESSIONS, IS_TRAIN, by)
    np.testing.assert_allclose(standardise(betas, SESSIONS, IS_TRAIN, by, batch), together, atol=1e-6)


@pytest.mark.parametrize("by", ["session", "all"])
def test_test_trials_leave_no_trace(betas: np.ndarray, by: str) -> None:
    before = standardise(betas, SESSIONS, IS_TRAIN, by)
    changed = betas.copy()
    changed[~IS_TRAIN] = np.random.default_rng(4).normal(50, 100, changed[~IS_TRAIN].shape)
    after = standardise(changed, SESSIONS, IS_TRAIN, by)
    np.testing.assert_array_equal(after[IS_TRAIN], before[IS_TRAIN])
    assert (after[~IS_TRAIN] != before[~IS_TRAIN]).all()


@pytest.mark.parametrize("constant", [0.0, 0.1, 1234.567])
def test_voxel_constant_over_training_trials_is_zero(betas: np.ndarray, constant: float) -> None:
    betas[IS_TRAIN, 2] = constant
    result = standardise(betas, SESSIONS, IS_TRAIN, "all")
    assert not result[:, 2].any()
    assert result[:, 3].all()


def test_session_without_training_trials_is_named(betas: np.ndarray) -> None:
    only_first = IS_TRAIN & (SESSIONS == "ses-1")
    with pytest.raises(DataError, match=r"ses-2\n.*training trials") as info:
        standardise(betas, SESSIONS, only_first, "session")
    assert "standardise/by: all" in info.value.fix
    with pytest.raises(DataError, match="training trials"):
        standardise(betas, SESSIONS, np.zeros(60, bool), "all")


def test_session_with_one_training_trial_is_named(betas: np.ndarray) -> None:
    """Its scale is unknown, and all of its trials would become 0."""
    train = IS_TRAIN & (SESSIONS == "ses-1")
    train[np.flatnonzero(SESSIONS == "ses-2")[0]] = True
    with pytest.raises(DataError, match=r"ses-2\n.*two training trials(.|\n)*one or none"):
        standardise(betas, SESSIONS, train, "session")


def test_order_of_trials_does_not_matter(betas: np.ndarray) -> None:
    order = np.random.default_rng(5).permutation(60)
    in_order = standardise(betas, SESSIONS, IS_TRAIN, "session")
    shuffled = standardise(betas[order], SESSIONS[order], IS_TRAIN[order], "session")
    np.testing.assert_allclose(shuffled, in_order[order], atol=1e-5)


def test_an_unknown_grouping_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"standardise/by\n.*session, all, none\n.*'run'"):
        scaling_groups(GROUPS, "run")
