"""Drift against nilearn, confounds and scrubbing."""

import numpy as np
import pandas as pd
import pytest
from nilearn.glm.first_level import make_first_level_design_matrix

from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.nuisance import confound_regressors, drift_regressors, kept_volumes

CONFOUNDS = pd.DataFrame(
    {
        "trans_x": [0.0, 1.0, 2.0, 3.0],
        "trans_x_derivative1": [np.nan, 1.0, 1.0, 1.0],
        "non_steady_state_outlier00": [1.0, 0.0, 0.0, 0.0],
        "motion_outlier00": [0.0, 0.0, 1.0, 0.0],
    }
)
ALL = np.ones(4, bool)


def span(columns: np.ndarray) -> np.ndarray:
    """Projection onto the constant and the columns."""
    both = np.hstack([np.ones((len(columns), 1)), columns])
    return both @ np.linalg.pinv(both)


@pytest.mark.parametrize(("drift", "order"), [("cosine", 0), ("polynomial", 3), ("none", 0)])
def test_drift_spans_nilearns(drift: str, order: int) -> None:
    theirs = make_first_level_design_matrix(
        np.arange(180) * 2.0,
        drift_model=None if drift == "none" else drift,
        high_pass=0.01,
        drift_order=order,
    )
    ours = drift_regressors(180, 2.0, drift, 0.01)
    assert ours.shape == (180, theirs.shape[1] - 1)
    np.testing.assert_allclose(span(ours), span(theirs.to_numpy()), atol=1e-10)


def test_confounds_are_chosen_by_name_and_a_missing_first_value_is_zero() -> None:
    chosen = confound_regressors(CONFOUNDS, ["trans_x_derivative1", "trans_x"], ALL, "run-1")
    np.testing.assert_array_equal(chosen, [[0, 0], [1, 1], [1, 2], [1, 3]])
    assert confound_regressors(None, [], ALL, "run-1").shape == (4, 0)


@pytest.mark.parametrize(
    ("volumes", "value", "found"),
    [
        ([2], np.nan, "1 missing or infinite, first in row 4"),
        ([1, 3], np.nan, "2 missing or infinite, first in row 3"),
        ([0], np.inf, "1 missing or infinite, first in row 2"),
        ([3], -np.inf, "1 missing or infinite, first in row 5"),
    ],
)
def test_a_confound_without_a_usable_value_is_named(volumes: list[int], value: float, found: str) -> None:
    spoilt = CONFOUNDS.copy()
    spoilt.loc[volumes, "trans_x"] = value
    with pytest.raises(DataError, match=rf"run-1\n.*confound trans_x .*\n.*{found}") as info:
        confound_regressors(spoilt, ["trans_x_derivative1", "trans_x"], ALL, "run-1")
    assert "glm/confounds" in info.value.fix


def test_scrubbed_volumes_need_no_confounds() -> None:
    spoilt = CONFOUNDS.copy()
    spoilt.loc[1:2, "trans_x"] = np.nan, np.inf
    chosen = confound_regressors(spoilt, ["trans_x"], np.array([True, False, False, True]), "run-1")
    np.testing.assert_array_equal(chosen, [[0], [0], [0], [3]])


@pytest.mark.parametrize("confounds", [CONFOUNDS, None])
def test_unknown_confound_is_named_with_the_columns_there_are(confounds: pd.DataFrame | None) -> None:
    with pytest.raises(
        ConfigError, match=r"sub-01 run-1\n.*\n.*no rot_x.*columns are (trans_x|\(no conf)"
    ) as info:
        confound_regressors(confounds, ["rot_x"], ALL, "sub-01 run-1")
    assert "glm/confounds" in info.value.fix


def test_scrubbing_leaves_out_the_marked_volumes() -> None:
    prefixes = ["non_steady_state_outlier", "motion_outlier"]
    np.testing.assert_array_equal(kept_volumes(CONFOUNDS, prefixes, 4, "run-1"), [False, True, False, True])
    np.testing.assert_array_equal(
        kept_volumes(CONFOUNDS, prefixes[:1], 4, "run-1"), [False, True, True, True]
    )
    assert kept_volumes(CONFOUNDS, [], 4, "run-1").all()
    assert kept_volumes(None, prefixes, 4, "run-1").all()


def test_confounds_of_another_length_are_refused() -> None:
    with pytest.raises(DataError, match=r"5 rows.*\n.*4"):
        confound_regressors(CONFOUNDS, ["trans_x"], np.ones(5, bool), "run-1")
    with pytest.raises(DataError, match=r"5 rows.*\n.*4"):
        kept_volumes(CONFOUNDS, ["motion_outlier"], 5, "run-1")


def with_text() -> pd.DataFrame:
    return CONFOUNDS.assign(note=pd.Series(["n/a", "", "fast", "1"], dtype=object))


def test_text_in_a_column_that_is_not_used_stops_nothing() -> None:
    chosen = confound_regressors(with_text(), ["trans_x"], ALL, "run-1")
    np.testing.assert_array_equal(chosen[:, 0], [0, 1, 2, 3])
    assert kept_volumes(with_text(), ["motion_outlier"], 4, "run-1").sum() == 3


def test_text_in_a_column_that_is_used_is_named_with_its_row() -> None:
    match = r"run-1\n.*numbers in confound note\n.*'fast' in row 4"
    with pytest.raises(DataError, match=match):
        confound_regressors(with_text(), ["trans_x", "note"], ALL, "run-1")
    with pytest.raises(DataError, match=match):
        kept_volumes(with_text(), ["no"], 4, "run-1")


def test_two_columns_of_one_name_are_refused_where_they_are_used() -> None:
    twice = pd.concat([CONFOUNDS, CONFOUNDS[["trans_x"]]], axis=1)
    assert confound_regressors(twice, ["trans_x_derivative1"], ALL, "run-1").shape == (4, 1)
    with pytest.raises(DataError, match=r"run-1\n.*\n.*2 columns trans_x\n"):
        confound_regressors(twice, ["trans_x"], ALL, "run-1")


def test_an_unknown_drift_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"glm/drift\n.*cosine, polynomial, none\n.*'linear'"):
        drift_regressors(180, 2.0, "linear", 0.01)
