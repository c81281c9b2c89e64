"""Feature spaces of a subject: tables of inner products, and kernels that know no test stimulus."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from tests.support.held_out import FINISHED, held_out
from tests.support.stored_spaces import gram_of, planted_subject

from cortex2image.errors import ConfigError, DataError
from cortex2image.prediction.partitions import Trials, partitions
from cortex2image.prediction.spaces import Gram, StimulusRows, StoredGram, find_space, is_wider
from cortex2image.ridge.products import of_standardised
from cortex2image.ridge.repeats import PerTrial
from cortex2image.study.spaces import GRAM
from cortex2image.tables.columns import vectors
from cortex2image.tables.results import GRAMS


def write(path: Path, names: list[str], products: np.ndarray, **facts: object) -> str:
    GRAMS.write({"stimulus_id": names, "products": vectors(products)}, path, **facts)
    return str(path)


def rows_of(trials: Trials, averaged: bool = False) -> StimulusRows:
    (partition,) = partitions(trials)
    return StimulusRows.of(trials, partition, ["train", "test"] if averaged else ["test"])


def test_inner_products_come_in_the_order_of_the_stimuli(rng, tmp_path):
    (space, _), _, trials = planted_subject(rng)
    names = np.array([f"stimulus-{i:03d}" for i in range(len(space.matrix))])
    products, order = gram_of(space).products, rng.permutation(len(names))
    path = write(tmp_path / "g.parquet", names[order].tolist(), products[np.ix_(order, order)], width=6)
    stored = find_space(path, GRAM, trials)
    assert isinstance(stored, StoredGram)
    got = stored.read()
    np.testing.assert_array_equal(np.array(stored.stimuli)[got.row], trials.stimulus)
    np.testing.assert_array_equal(got.products, products)
    assert got.width == stored.width == 6


def test_a_table_without_its_width_gets_the_number_of_its_stimuli(rng, tmp_path):
    (space, _), _, trials = planted_subject(rng)
    names = [f"stimulus-{i:03d}" for i in range(len(space.matrix))]
    path = write(tmp_path / "g.parquet", names, gram_of(space).products)
    assert find_space(path, GRAM, trials).width == len(names)


def test_tables_of_other_stimuli_or_of_another_square_are_refused(rng, tmp_path):
    (space, _), _, trials = planted_subject(rng)
    names, products = [f"stimulus-{i:03d}" for i in range(len(space.matrix))], gram_of(space).products
    path = write(tmp_path / "g.parquet", names[2:], products[2:, 2:])
    with pytest.raises(DataError, match="2 missing, first stimulus-000"):
        find_space(path, GRAM, trials)
    path = write(tmp_path / "g.parquet", names, products[:, 1:])
    with pytest.raises(DataError, match="with 129"):
        find_space(path, GRAM, trials)


@pytest.mark.parametrize("averaged", [False, True])
def test_rows_are_stimuli_by_name_with_their_trials_as_weights(rng, averaged):
    (space, _), _, trials = planted_subject(rng)
    rows = rows_of(trials, averaged)
    train, test = rows.places(space)
    np.testing.assert_array_equal(train, np.arange(90))
    np.testing.assert_array_equal(test, np.arange(90, 130))
    np.testing.assert_array_equal(rows.weights, 1 if averaged else np.resize([1, 2, 3], 90))
    got = rows.products(space)
    expected = of_standardised(space.matrix[:90], held_out(space.matrix[90:]), rows.weights)
    np.testing.assert_array_equal(got.train, expected.train)
    given, wanted = (each.new.open(FINISHED).products for each in (got, expected))
    np.testing.assert_array_equal(given, wanted)


def test_repeats_of_test_stimuli_must_be_averaged(rng):
    *_, trials = planted_subject(rng)
    (partition,) = partitions(trials)
    with pytest.raises(ConfigError, match="repeats of test stimuli"):
        StimulusRows.of(trials, partition, ["train"])


@pytest.mark.parametrize("given", [False, True], ids=["vectors", "inner products"])
def test_components_are_those_of_an_exact_pca_of_training_stimuli(rng, given):
    (space, _), _, trials = planted_subject(rng, width=30)
    rows = rows_of(trials)
    got = rows.products(gram_of(space) if given else space, 4)
    pca = PCA(4, svd_solver="full").fit(space.matrix[:90].astype(float))
    train, new = (pca.transform(part.astype(float)) for part in (space.matrix[:90], space.matrix[90:]))
    around = train - np.average(train, axis=0, weights=rows.weights)
    factor = 30 / np.average((around**2).sum(axis=1), weights=rows.weights)
    np.testing.assert_allclose(got.train, factor * train @ train.T, atol=1e-3)
    np.testing.assert_allclose(got.new.open(FINISHED).products, factor * new @ train.T, atol=1e-3)


@pytest.mark.parametrize(("width", "size"), [(40, 40), (90, 90), (500, 90)])
def test_features_wider_than_the_training_stimuli_have_the_size_of_these(rng, width, size):
    """Or no grid of penalties would suit a layer of a thousand units and one of a million."""
    (space, _), _, trials = planted_subject(rng, width=width)
    rows = rows_of(trials)
    got = rows.products(gram_of(space)).train.astype(float)
    share = rows.weights / rows.weights.sum()
    assert share @ got.diagonal() - share @ got @ share == pytest.approx(size, rel=1e-5)


def test_only_wider_features_are_replaced(rng):
    (space, _), _, trials = planted_subject(rng, width=6)
    assert [is_wider(space, count) for count in (None, 5, 6, 7)] == [False, True, False, False]
    rows = rows_of(trials)
    np.testing.assert_array_equal(rows.products(space, 6).train, rows.products(space).train)


@pytest.mark.parametrize("components", [None, 3])
def test_test_stimuli_change_nothing_of_training_stimuli(rng, components):
    (space, _), _, trials = planted_subject(rng)
    other = PerTrial(space.matrix.copy(), space.row)
    other.matrix[90:] = 50 * rng.standard_normal((40, 6))
    rows = rows_of(trials)
    for one, two in ((space, other), (gram_of(space), gram_of(other))):
        products: tuple[Gram | PerTrial, ...] = one, two
        before, after = (rows.products(each, components) for each in products)
        np.testing.assert_array_equal(before.train, after.train)
        first, second = (each.new.open(FINISHED).products for each in (before, after))
        assert not np.allclose(first, second)
