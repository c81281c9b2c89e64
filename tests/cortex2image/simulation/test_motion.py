import numpy as np
import pytest
from nilearn.glm.first_level.design_matrix import create_cosine_drift

from cortex2image.simulation.motion import AXES, HEAD_RADIUS_MM, confounds, cosines, draw_motion

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
