"""Inner products of a subject's stimuli, from the folders of shards to the table."""

import numpy as np
import pytest
from tests.support.activity import names, open_shards, write_shards
from tests.support.tiny_subject import TEST, TRAIN, write_trials

from cortex2image.errors import DataError
from cortex2image.features import gram
from cortex2image.steps import gram_features
from cortex2image.steps.gram_features import main
from cortex2image.tables.columns import matrix
from cortex2image.tables.results import GRAMS

SPACE = "unet-mid-n0.8-t4"
STIMULI = names(TRAIN + TEST)


@pytest.fixture(autouse=True)
def folders_of_tests(monkeypatch):
    """Take activity from folders of tests/support/activity.py; those of the sampler have their own tests."""
    monkeypatch.setattr(gram_features, "open_activity", open_shards)


@pytest.fixture
def activity():
    """Activity of the subject's stimuli and of four that it never saw, in an order of its own."""
    rng = np.random.default_rng(8)
    ids = [STIMULI[number] for number in rng.permutation(len(STIMULI))]
    ids = [*ids[:10], "other-0", "other-1", *ids[10:], "other-2", "other-3"]
    return ids, rng.standard_normal((len(ids), 700)).astype(np.float16)


def take(tmp_path, folders, space=SPACE):
    write_trials(np.concatenate([np.arange(TRAIN + TEST), [TRAIN, 3]]), 0, str(tmp_path / "trials.parquet"))
    table = tmp_path / "grams.parquet"
    options = {"subject": "sub-01", "space": space, "trials": tmp_path / "trials.parquet", "grams": table}
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    main([*words, "--activity", *folders])
    return GRAMS.read(table)


@pytest.mark.parametrize("shards", [1, 3])
def test_rows_are_the_stimuli_of_the_subject_training_first(tmp_path, activity, shards):
    ids, values = activity
    folders = write_shards(tmp_path, ids, SPACE, values, shards)
    table = take(tmp_path, folders[::-1])
    assert table["stimulus_id"].to_pylist() == STIMULI
    features = np.array([values[ids.index(name)] for name in STIMULI], float)
    features -= features[:TRAIN].mean(axis=0)
    products = matrix(table, "products")
    np.testing.assert_allclose(products, features @ features.T, atol=1e-3)
    assert products.dtype == np.float32
    facts = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    assert facts.items() >= {"space": SPACE, "width": "700", "model_hash": "abc"}.items()


def test_shards_in_any_order_give_the_same(tmp_path, activity):
    ids, values = activity
    folders = write_shards(tmp_path, ids, SPACE, values, 4)
    one, two = (matrix(take(tmp_path, order), "products") for order in (folders, folders[::-1]))
    np.testing.assert_array_equal(one, two)


def test_batches_of_rows_make_one_table(tmp_path, activity, monkeypatch):
    ids, values = activity
    folders = write_shards(tmp_path, ids, SPACE, values, 1)
    whole = take(tmp_path, folders)
    monkeypatch.setattr(gram_features, "row_batches", lambda products: gram.row_batches(products, 1000))
    assert take(tmp_path, folders).equals(whole)


def test_a_stimulus_without_activity_leaves_no_table(tmp_path, activity):
    ids, values = activity
    folders = write_shards(tmp_path, ids, SPACE, values, 2)
    with pytest.raises(DataError, match="features of every stimulus"):
        take(tmp_path, folders[:1])
    assert not (tmp_path / "grams.parquet").exists()
