"""Tables aligned by trial and stimulus; means over repeats."""

import numpy as np
import pyarrow as pa
import pytest
from tests.support.tiny_subject import TEST, TRAIN, write_tiny_subject

from cortex2image.errors import ContractError, DataError
from cortex2image.prediction.alignment import average, of_trials, open_subject, positions
from cortex2image.prediction.responses import read_voxels
from cortex2image.ridge.repeats import PerTrial, Repeats
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.recordings import BETAS, TRIALS
from cortex2image.tables.results import FEATURES

VOXELS = 15


def test_trials_get_their_betas_and_features_in_whatever_order_the_tables_are(tmp_path, rng):
    paths = write_tiny_subject(tmp_path)
    tables = {table.name: table.read(paths[table.name]) for table in (TRIALS, BETAS, FEATURES)}
    betas, features = matrix(tables["betas"], "beta"), matrix(tables["features"], "feature")
    for table in (BETAS, FEATURES):
        order = rng.permutation(tables[table.name].num_rows)
        table.write(tables[table.name].take(order), paths[table.name])
    got = open_subject(VOXELS, paths)
    stimuli = tables["trials"].column("stimulus_id").to_pylist()
    numbers = [int(name.removeprefix("stimulus-")) for name in stimuli]
    assert got.trials.stimulus.tolist() == stimuli
    np.testing.assert_array_equal(read_voxels(got.betas, np.arange(VOXELS)), betas)
    np.testing.assert_array_equal(got.features.read().each(), features[numbers])


def test_features_of_stimuli_that_the_subject_did_not_see_are_left_on_disk(tmp_path):
    paths = write_tiny_subject(tmp_path)
    seen = FEATURES.read(paths["features"])
    own = matrix(seen, "feature")
    ids = seen["stimulus_id"].to_pylist()
    others = {
        "stimulus_id": [f"other-{i}" for i in range(500)],
        "feature": vectors(np.ones((500, own.shape[1]))),
    }
    FEATURES.write(pa.concat_tables([pa.table(others).cast(seen.schema), seen]), paths["features"])
    got = open_subject(VOXELS, paths).features
    assert got.stimuli == [f"stimulus-{i:02d}" for i in range(TRAIN + TEST)]
    assert got.width == own.shape[1]
    np.testing.assert_array_equal(got.read().matrix, own[[ids.index(name) for name in got.stimuli]])


def test_neither_side_of_the_split_is_a_copy_of_features(tmp_path):
    subject = open_subject(VOXELS, write_tiny_subject(tmp_path))
    features = subject.features.read()
    for split, first, count in (("train", 0, TRAIN), ("test", TRAIN, TEST)):
        side = of_trials(features, np.flatnonzero(subject.trials.split == split))
        assert np.shares_memory(side.matrix, features.matrix)
        np.testing.assert_array_equal(side.matrix, features.matrix[first : first + count])


def test_rows_of_some_trials_are_theirs_alone(rng):
    source = PerTrial(rng.standard_normal((6, 2)), np.array([5, 0, 3, 0, 5, 1]))
    chosen = np.array([0, 1, 4])
    got = of_trials(source, chosen)
    np.testing.assert_array_equal(got.matrix, source.matrix[[0, 5]])
    np.testing.assert_array_equal(got.each(), source.each()[chosen])


def test_a_stimulus_without_features_is_named(tmp_path):
    paths = write_tiny_subject(tmp_path)
    FEATURES.write(FEATURES.read(paths["features"]).slice(2), paths["features"])
    with pytest.raises(DataError, match=r"features\.parquet\n(.*\n)*.*2 missing, first stimulus-00"):
        open_subject(VOXELS, paths)


def test_features_that_repeat_a_stimulus_are_refused(tmp_path):
    paths = write_tiny_subject(tmp_path)
    features = FEATURES.read(paths["features"])
    ids = ["stimulus-01" if name == "stimulus-00" else name for name in features["stimulus_id"].to_pylist()]
    doubled = features.set_column(0, features.schema.field(0), pa.array(ids))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(FEATURES), "_check_key", lambda *_: None)
        FEATURES.write(doubled, paths["features"])
    with pytest.raises(ContractError, match="1 of 48 rows repeat a key"):
        open_subject(VOXELS, paths)


def test_positions_find_names():
    assert positions(["b", "a"], ["a", "a", "b"]).tolist() == [1, 1, 0]


def test_the_mean_of_equal_rows_is_that_row_to_the_last_digit():
    same = PerTrial(np.full((7, 2), 0.1, dtype=np.float32), np.arange(7))
    repeats = Repeats.of(np.array(list("aaabbbb")))
    np.testing.assert_array_equal(average(repeats, same), same.matrix[:2])
    counted = PerTrial(np.arange(14.0).reshape(7, 2), np.arange(7))
    np.testing.assert_allclose(average(repeats, counted), [[2, 3], [9, 10]])
    assert repeats.used.tolist() == ["a", "b"]


def test_the_mean_of_trials_that_share_a_row_is_that_row(rng):
    source = PerTrial(rng.standard_normal((3, 4)), np.array([2, 0, 2, 1, 1]))
    got = average(Repeats.of(np.array(list("zxzyy"))), source)
    np.testing.assert_array_equal(got, source.matrix)
