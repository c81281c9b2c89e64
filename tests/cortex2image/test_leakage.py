"""Test rows stay closed until a fit is finished, whatever is tried; errors say who tried and what."""

from importlib.machinery import ModuleSpec

import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler
from tests.support.held_out import FINISHED

from cortex2image.errors import LeakError
from cortex2image.leakage import HeldOut, TrainingRows, named, opened, require_apart
from cortex2image.ridge.cross_validated import CrossValidatedRidge
from cortex2image.ridge.estimator import RidgeCV

ROWS = np.arange(12.0).reshape(4, 3)
TRIED = {
    "as an array": lambda rows: np.asarray(rows),
    "subtracted": lambda rows: ROWS - rows,
    "stacked": lambda rows: np.vstack([ROWS, rows]),
    "averaged": lambda rows: np.mean(rows, axis=0),
    "a row": lambda rows: rows[0],
    "row by row": lambda rows: list(rows),
    "counted": lambda rows: len(rows),
    "its shape": lambda rows: rows.shape,
    "a method": lambda rows: rows.mean(axis=0),
    "a tensor": lambda rows: torch.as_tensor(rows),
    "scaled": lambda rows: StandardScaler().fit(rows),
    "fitted": lambda rows: RidgeCV().fit(rows, ROWS),
    "fitted by a step": lambda rows: CrossValidatedRidge().fit(rows, ROWS),
    "targets of a step": lambda rows: CrossValidatedRidge(cv=2).fit(ROWS, rows),
    "opened by an estimator": lambda rows: rows.open(RidgeCV()),
    "opened by anything": lambda rows: rows.open(None),
    "transformed": lambda rows: rows.through(object(), np.mean),
    "opened where either will do": lambda rows: opened(rows, "fitted"),
}


@pytest.mark.parametrize("attempt", TRIED.values(), ids=TRIED)
def test_no_way_leads_to_closed_rows(attempt):
    rows = HeldOut(ROWS, 4, "4 test stimuli, first picture-7")
    with pytest.raises(LeakError, match="4 test stimuli, first picture-7") as caught:
        attempt(rows)
    assert caught.value.where


def test_a_finished_fit_opens_them_without_a_copy():
    rows = HeldOut(ROWS, 4, "rows")
    assert rows.open(FINISHED) is ROWS
    assert opened(rows, FINISHED) is ROWS
    assert opened(ROWS, FINISHED) is ROWS


def test_transformed_rows_stay_closed():
    scaled = HeldOut(ROWS, 4, "4 rows").through(FINISHED, lambda rows: 2 * rows)
    assert scaled.count == 4
    with pytest.raises(LeakError, match="4 rows"):
        np.asarray(scaled)
    np.testing.assert_array_equal(scaled.open(FINISHED), 2 * ROWS)


def test_bands_of_the_same_rows_stay_closed_together():
    both = HeldOut.together([HeldOut(ROWS, 4, "4 rows"), HeldOut(-ROWS, 4, "4 rows")])
    with pytest.raises(LeakError, match="4 rows"):
        both[0]
    first, second = both.open(FINISHED)
    assert first is ROWS
    np.testing.assert_array_equal(second, -ROWS)


def read_early(rows):
    return np.asarray(rows)


def test_the_error_names_the_function_that_reads():
    with pytest.raises(LeakError, match="read_early"):
        read_early(HeldOut(ROWS, 4, "rows"))


def test_the_error_names_the_step_that_runs():
    """Also where the step is the program, whose module is called __main__."""
    spec = ModuleSpec("cortex2image.steps.decode_features", None)
    scope = {"__name__": "__main__", "__spec__": spec}
    exec("def main(rows): return rows[0]", scope)
    with pytest.raises(LeakError, match=r"step decode_features: steps\.decode_features, main"):
        scope["main"](HeldOut(ROWS, 4, "rows"))


def test_training_rows_are_read_in_any_portions_and_no_others():
    order = np.array([3, 0, 2])
    train = TrainingRows(ROWS, order, np.array([1]))
    assert (len(train), train.shape, train.dtype) == (3, (3, 3), ROWS.dtype)
    np.testing.assert_array_equal(train[:], ROWS[order])
    np.testing.assert_array_equal(train[np.array([2, 0])], ROWS[[2, 3]])
    np.testing.assert_array_equal(train.columns(slice(1, 3)), ROWS[order][:, 1:])
    np.testing.assert_array_equal(np.concatenate([train[b] for b in train.blocks(2)]), ROWS[order])
    np.testing.assert_allclose(train.mean(2), ROWS[order].mean(axis=0))
    with pytest.raises(IndexError):
        train[np.array([3])]


def test_a_row_on_both_sides_is_refused():
    with pytest.raises(LeakError, match="test rows: 2 of 3, first row 1"):
        TrainingRows(ROWS, np.array([0, 1, 2]), np.array([1, 2, 3]))
    with pytest.raises(LeakError, match="1 of 1, first row 0"):
        require_apart(np.array([0]), np.array([0]))


def test_stimuli_are_named_by_number_and_the_first():
    assert named(np.array(["b", "a", "b"])) == "2 test stimuli, first a"
    assert named([]) == "no test stimuli"
