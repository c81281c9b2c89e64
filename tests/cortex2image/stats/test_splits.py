import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.stats.splits import (
    cluster_labels,
    drawn_at_random,
    nearest_cosine,
    random_test,
    unit_vectors,
)

NAMES = [f"s{i:03d}" for i in range(400)]


def test_a_random_share_tests_whatever_the_order_and_the_other_stimuli():
    test = random_test(NAMES, 0.25, 1)
    assert 0.17 < test.mean() < 0.33
    backwards = random_test(NAMES[::-1], 0.25, 1)[::-1]
    np.testing.assert_array_equal(backwards, test)
    np.testing.assert_array_equal(random_test(NAMES[:50], 0.25, 1), test[:50])
    assert (random_test(NAMES, 0.25, 2) != test).any()


def test_a_larger_share_has_the_smaller_one_in_it():
    assert random_test(NAMES, 0.5, 1)[random_test(NAMES, 0.25, 1)].all()


def test_as_many_are_drawn_as_are_asked_for_and_others_than_those_that_test():
    drawn = drawn_at_random(NAMES, 40, 1)
    assert drawn.sum() == 40
    np.testing.assert_array_equal(drawn_at_random(NAMES[::-1], 40, 1)[::-1], drawn)
    assert (drawn & random_test(NAMES, 0.1, 1)).sum() < 20


def planted(rng, sizes=(30, 20, 10), width=12):
    """Unit vectors in tight clusters of these sizes, in random order, with the cluster of each."""
    centres = rng.standard_normal((len(sizes), width))
    member = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    noise = 0.1 * rng.standard_normal((len(member), width))
    return unit_vectors(centres[member] + noise), member


def test_planted_clusters_are_found_and_numbered_by_size(rng):
    vectors, member = planted(rng)
    np.testing.assert_array_equal(cluster_labels(vectors, NAMES[:60], 3, 1), member)


def test_clusters_follow_from_names_not_from_order(rng):
    vectors = unit_vectors(rng.standard_normal((60, 5)))
    labels, order = cluster_labels(vectors, NAMES[:60], 6, 1), rng.permutation(60)
    again = cluster_labels(vectors[order], [NAMES[i] for i in order], 6, 1)
    np.testing.assert_array_equal(again, labels[order])
    assert (np.diff(np.bincount(labels)) <= 0).all()


def test_too_few_stimuli_to_cluster(rng):
    with pytest.raises(DataError, match="more than 5 stimuli"):
        cluster_labels(unit_vectors(rng.standard_normal((5, 3))), NAMES[:5], 5, 1)


def test_the_nearest_cosine_in_blocks_is_that_of_all_pairs(rng, monkeypatch):
    monkeypatch.setattr("cortex2image.stats.splits.ROWS_AT_ONCE", 7)
    a, b = rng.standard_normal((20, 6)), rng.standard_normal((9, 6))
    expected = [max(x @ y / np.linalg.norm(x) / np.linalg.norm(y) for y in b) for x in a]
    np.testing.assert_allclose(nearest_cosine(unit_vectors(a), unit_vectors(b)), expected)


def test_no_duplicate_is_nearer_than_1(rng):
    """Or a limit of 1, which leaves all in, would leave out those that rounding chooses."""
    vectors = unit_vectors(rng.standard_normal((200, 50)))
    assert ((vectors * vectors).sum(axis=1) > 1).any()
    assert nearest_cosine(vectors, vectors).max() == 1


def test_a_zero_embedding_is_like_nothing():
    vectors = unit_vectors(np.array([[0.0, 0.0], [3.0, 4.0]]))
    np.testing.assert_allclose(nearest_cosine(vectors, vectors[1:]), [0, 1])
