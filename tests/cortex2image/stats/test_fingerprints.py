"""Fingerprints of features: the same everywhere, and what they say where features differ."""

import hashlib

import numpy as np
import pytest

from cortex2image.stats.fingerprints import DIRECTIONS, Together, differences, fingerprint, signs
from cortex2image.tables.fingerprints import ALL, REFERENCE


def test_directions_are_those_of_shake_256():
    found = signs(19)
    assert found.shape == (DIRECTIONS, 19)
    for direction, row in enumerate(found):
        number = hashlib.shake_256(f"cortex2image fingerprint {direction}".encode()).hexdigest(3)
        bits = f"{int(number, 16):024b}"[:19]
        assert [-1 if bit == "1" else 1 for bit in bits] == row.tolist()


def test_directions_are_nearly_orthogonal():
    of_all = signs(100_000)
    cosines = of_all @ of_all.T / 100_000
    assert np.abs(cosines - np.eye(DIRECTIONS)).max() < 0.015


def test_numbers_of_a_vector(rng):
    vector = rng.normal(3, 2, 500).astype(np.float32)
    found = fingerprint(vector)
    assert found["mean"] == pytest.approx(vector.astype(float).mean())
    assert found["sd"] == pytest.approx(vector.astype(float).std())
    expected = [
        sum(float(s) * float(v) for s, v in zip(row, vector, strict=True)) / 500**0.5 for row in signs(500)
    ]
    np.testing.assert_allclose(found["projections"], expected)


def test_a_projection_has_the_size_of_the_features(rng):
    """Whatever the width: that is what makes one tolerance serve all spaces."""
    sizes = [np.std(fingerprint(rng.normal(0, 2, width))["projections"]) for width in (50, 5000) * 20]
    assert np.mean(sizes) == pytest.approx(2, rel=0.15)


@pytest.mark.parametrize("mean", [0.0, 1e4])
def test_batches_join_to_all_vectors(rng, mean):
    features = rng.normal(mean, 1, (11, 40)).astype(np.float32)
    together = Together()
    for batch in np.split(features, [3, 4]):
        together.add(batch)
    found = together.fingerprint
    assert together.rows == 11
    assert found["mean"] == pytest.approx(features.mean(dtype=float))
    assert found["sd"] == pytest.approx(features.std(dtype=float), rel=1e-6)
    expected = fingerprint(features.mean(axis=0, dtype=float))["projections"]
    np.testing.assert_allclose(found["projections"], expected, rtol=1e-6)


def table(features, reference, space="z", **facts):
    """Return the rows of a space of named stimuli."""
    same = {"space": space, "width": len(reference), "model_set": "m", "weights": "w", "made_with": "{}"}
    rows = [{"picture": name, **fingerprint(vector)} for name, vector in features.items()]
    rows += [{"picture": ALL, **fingerprint(np.mean(list(features.values()), axis=0))}]
    rows += [{"picture": REFERENCE, **fingerprint(reference)}]
    return [same | facts | row for row in rows]


@pytest.fixture
def features(rng):
    return {f"s{i}": rng.normal(size=200) for i in range(3)}, rng.normal(size=200)


def test_rounding_is_no_difference(features, rng):
    seen, reference = features
    near = {name: vector * (1 + 1e-5 * rng.normal(size=200)) for name, vector in seen.items()}
    assert differences(table(seen, reference), table(near, reference * (1 + 1e-5))) == []


def test_other_weights_are_told_by_their_record_and_by_the_reference_picture(features, rng):
    seen, reference = features
    other = {name: rng.normal(size=200) for name in seen}
    found = differences(table(seen, reference), table(other, rng.normal(size=200), weights="v"))
    assert [(d.what, d.here, d.there) for d in found[:1]] == [("weights", "w", "v")]
    assert found[1].what == f"features of {REFERENCE}"
    assert found[2].what.startswith("features of ")
    assert found[2].what.endswith(" and 3 more")


def test_other_stimuli_leave_the_reference_picture_alone(features, rng):
    seen, reference = features
    (one,) = differences(table(seen, reference), table(seen | {"s1": rng.normal(size=200)}, reference))
    assert one.space == "z"
    assert one.what.startswith("features of s1 and 1 more")
    assert one.here != one.there


def test_another_interpolation_is_told_by_how_features_were_made(features):
    one, other = (table(*features, made_with=f'{{"interpolation": "{name}"}}') for name in "ab")
    (found,) = differences(one, other)
    assert (found.what, found.here) == ("made_with", '{"interpolation": "a"}')


def test_spaces_and_widths_that_one_side_lacks(features):
    seen, reference = features
    narrow = table({name: vector[:100] for name, vector in seen.items()}, reference[:100])
    found = differences([*table(seen, reference), *table(seen, reference, "c")], narrow)
    assert [(d.space, d.what, d.here, d.there) for d in found] == [
        ("c", "the space", "there", "missing"),
        ("z", "width", "200", "100"),
    ]


def test_nan_is_a_difference(features):
    seen, reference = features
    (found,) = differences(table(seen, reference), table(seen, reference * np.nan))
    assert found.what == f"features of {REFERENCE}"
