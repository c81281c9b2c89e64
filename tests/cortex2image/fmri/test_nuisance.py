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


def test_confounds_are_chosen_by_name_and_missing_values_are_zero() -> None:
    chosen = confound_regressors(CONFOUNDS, ["trans_x_derivative1", "trans_x"], 4, "run-1")
    np.testing.assert_array_equal(chosen, [[0, 0], [1, 1], [1, 2], [1, 3]])
    assert confound_regressors(None, [], 4, "run-1").shape == (4, 0)


@pytest.mark.parametrize("confounds", [CONFOUNDS, None])
def test_unknown_confound_is_named_with_the_columns_there_are(confounds: pd.DataFrame | None) -> None:
    with pytest.raises(
        ConfigError, match=r"sub-01 run-1\n.*\n.*no rot_x.*columns are (trans_x|\(no conf)"
    ) as info:
        confound_regressors(confounds, ["rot_x"], 4, "sub-01 run-1")
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
        confound_regressors(CONFOUNDS, ["trans_x"], 5, "run-1")
    with pytest.raises(DataError, match=r"5 rows.*\n.*4"):
        kept_volumes(CONFOUNDS, ["motion_outlier"], 5, "run-1")
