"""Tables aligned by trial and stimulus; means over repeats."""

import numpy as np
import pytest
from tests.support.tiny_subject import write_tiny_subject

from cortex2image.errors import DataError
from cortex2image.prediction.alignment import Rows, align, average_repeats, positions
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS
from cortex2image.tables.results import FEATURES


def test_trials_get_their_betas_and_features_in_whatever_order_the_tables_are(tmp_path, rng):
    paths = write_tiny_subject(tmp_path)
    tables = {table.name: table.read(paths[table.name]) for table in (TRIALS, BETAS, FEATURES, VOXELS)}
    betas, features = matrix(tables["betas"], "beta"), matrix(tables["features"], "feature")
    orders = {name: rng.permutation(tables[name].num_rows) for name in ("betas", "features")}
    shuffled = {name: tables[name].take(order) for name, order in orders.items()}
    got = align(**tables | shuffled, where=paths)
    stimuli = tables["trials"].column("stimulus_id").to_pylist()
    numbers = [int(name.removeprefix("stimulus-")) for name in stimuli]
    assert got.trials.stimulus.tolist() == stimuli
    np.testing.assert_array_equal(got.betas.matrix[got.betas.row], betas)
    np.testing.assert_array_equal(got.features.matrix[got.features.row], features[numbers])


def test_positions_find_names_and_name_what_is_missing():
    assert positions(["b", "a"], ["a", "a", "b"], "f").tolist() == [1, 1, 0]
    with pytest.raises(DataError, match=r"features\.parquet\n(.*\n)*.*1 missing, first c"):
        positions(["a"], ["c", "a"], "features.parquet")


def test_the_mean_of_equal_rows_is_that_row_to_the_last_digit():
    same = np.full((7, 2), 0.1, dtype=np.float32)
    stimuli = np.array(list("aaabbbb"))
    got = average_repeats(Rows(same, np.arange(14.0).reshape(7, 2), stimuli, stimuli))
    np.testing.assert_array_equal(got.predictors, same[:2])
    np.testing.assert_allclose(got.targets, [[2, 3], [9, 10]])
    assert got.stimuli.tolist() == got.groups.tolist() == ["a", "b"]
