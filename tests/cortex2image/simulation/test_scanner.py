import numpy as np
import pytest
from nilearn.glm.first_level.design_matrix import create_cosine_drift

from cortex2image.simulation.anatomy import traits_of
from cortex2image.simulation.scanner import (
    AXES,
    HEAD_RADIUS_MM,
    Motion,
    Scanner,
    ar1_noise,
    confounds,
    cosines,
    draw_motion,
    draw_scanner,
    scan,
)

TRAITS = traits_of(1, "sub-01")


@pytest.fixture
def quiet():
    return Scanner(np.array([80.0, 120.0]), np.zeros(2), np.zeros((6, 2)))


def test_noise_has_the_asked_deviation_and_autocorrelation():
    noise = ar1_noise(20000, np.array([0.5, 2.0]), 0.4, np.random.default_rng(0))
    np.testing.assert_allclose(noise.std(0), [0.5, 2.0], rtol=0.03)
    for course in noise.T:
        assert np.corrcoef(course[1:], course[:-1])[0, 1] == pytest.approx(0.4, abs=0.03)


def test_noise_is_stationary_from_the_first_volume():
    first = ar1_noise(2, np.ones(20000), 0.6, np.random.default_rng(0))
    np.testing.assert_allclose(first.std(1), 1, rtol=0.03)


def test_signal_arrives_in_percent_of_the_baseline(quiet):
    motion = Motion(np.zeros((100, 6)), np.array([], dtype=int))
    signal = np.zeros((100, 2))
    signal[50] = 1.0
    with_signal = scan(signal, motion, quiet, TRAITS, np.random.default_rng(0))
    without = scan(np.zeros((100, 2)), motion, quiet, TRAITS, np.random.default_rng(0))
    np.testing.assert_allclose((with_signal - without)[50], [0.8, 1.2])


def test_drift_is_slower_than_the_high_pass(quiet):
    motion = Motion(np.zeros((200, 6)), np.array([], dtype=int))
    course = scan(np.zeros((200, 2)), motion, quiet, TRAITS, np.random.default_rng(0))[10:]
    power = np.abs(np.fft.rfft(course - course.mean(0), axis=0)) ** 2
    slow = np.fft.rfftfreq(190, TRAITS.tr) < 0.01
    assert (power[slow].sum(0) / power.sum(0) > 0.95).all()


def test_early_volumes_are_brighter_and_jerks_leave_spikes():
    scanner = draw_scanner(np.full((300, 3), 0.3), TRAITS, np.random.default_rng(0))
    motion = draw_motion(120, TRAITS.non_steady_volumes, np.random.default_rng(1))
    course = scan(np.zeros((120, 300)), motion, scanner, TRAITS, np.random.default_rng(2))
    change = course / course.mean(0) - 1
    assert change[0].mean() > change[1].mean() > 0.03
    calm = np.setdiff1d(np.arange(20, 100), motion.jerks)
    assert change[motion.jerks].std() > 1.5 * change[calm].std()


VOLUMES, NON_STEADY, TR = 150, 2, 2.0


@pytest.fixture
def motion():
    return draw_motion(VOLUMES, NON_STEADY, np.random.default_rng(5))


@pytest.fixture
def table(motion):
    return confounds(motion, NON_STEADY, TR)


def test_framewise_displacement_follows_its_definition(motion, table):
    changes = np.abs(np.diff(motion.parameters, axis=0))
    expected = changes[:, :3].sum(1) + HEAD_RADIUS_MM * changes[:, 3:].sum(1)
    np.testing.assert_allclose(table["framewise_displacement"][1:], expected)


def test_first_row_is_missing_where_fmriprep_has_none(table):
    missing = set(table.columns[table.iloc[0].isna()])
    assert missing == {f"{axis}_derivative1" for axis in AXES} | {"framewise_displacement"}
    assert table.iloc[1:].notna().all(axis=None)


def test_outlier_columns_mark_one_volume_each(motion, table):
    outliers = table.filter(like="outlier")
    assert (outliers.sum() == 1).all()
    steady = outliers.filter(like="non_steady").sum(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(steady), np.arange(NON_STEADY))
    moved = table.filter(regex="^motion_outlier").sum(axis=1)
    np.testing.assert_array_equal(moved == 1, table["framewise_displacement"] > 0.5)
    assert (moved[motion.jerks] == 1).all()


def test_cosines_are_those_of_nilearn_without_the_constant():
    expected = create_cosine_drift(1 / 128, np.arange(VOLUMES) * TR)
    np.testing.assert_allclose(cosines(VOLUMES, TR, 128.0), expected[:, :-1], atol=1e-12)
