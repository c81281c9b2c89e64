import numpy as np
import pandas as pd
import pytest

from cortex2image.fmri.motion import framewise_displacement, motion

PARAMETERS = ("trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z")


def test_the_column_of_fmriprep_is_taken_without_its_first_row() -> None:
    table = pd.DataFrame({"framewise_displacement": [np.nan, 0.2, 0.6], "trans_x": [0.0, 9.0, 0.0]})
    moved = framewise_displacement(table)
    assert moved is not None
    assert moved.tolist() == [0.2, 0.6]


def test_displacement_follows_from_six_parameters() -> None:
    values = np.random.default_rng(3).normal(0, 0.01, (20, 6))
    moved = framewise_displacement(pd.DataFrame(values, columns=list(PARAMETERS)))
    expected = [
        sum(abs(values[i, j] - values[i - 1, j]) * (1 if j < 3 else 50) for j in range(6))
        for i in range(1, 20)
    ]
    np.testing.assert_allclose(moved, expected)


@pytest.mark.parametrize(
    "confounds",
    [None, pd.DataFrame({"trans_x": [0.0, 1.0]}), pd.DataFrame({"FramewiseDisplacement": [np.nan] * 3})],
)
def test_without_motion_in_the_confounds_nothing_is_known(confounds: pd.DataFrame | None) -> None:
    assert motion(confounds) is None


def test_motion_in_numbers() -> None:
    found = motion(pd.DataFrame({"FramewiseDisplacement": [np.nan, 0.5, 0.51, np.nan, 1.0, 0.1]}))
    assert found is not None
    assert (found.mean, found.largest, found.share_large) == (pytest.approx(2.11 / 4), 1.0, 0.5)


def test_text_among_motion_that_no_study_uses_is_no_motion() -> None:
    """As a spreadsheet with decimal commas leaves it."""
    assert motion(pd.DataFrame({"framewise_displacement": ["n/a", "0,12", "0,2"]})) is None
