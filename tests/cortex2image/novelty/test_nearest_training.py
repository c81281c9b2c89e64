"""The nearest training stimulus by each measure, and pictures that are on both sides."""

import numpy as np
import pytest
from PIL import Image
from scipy.stats import pearsonr, zscore

from cortex2image.errors import LeakError
from cortex2image.novelty.looks import look_at, perceptual_hash
from cortex2image.novelty.nearest_training import by_features, by_looks, ranks
from cortex2image.novelty.split import Features, Split

SPLIT = Split.of(["t3", "t1", "t2", "t1", "t4"], ["s2", "s1", "s3"])
NAMES = [*SPLIT.train, *SPLIT.test]


@pytest.fixture
def looks(tmp_path, rng):
    """Return looks of smooth pictures: s1 is t2 in another format, s2 is t3 with other colours."""
    pictures = {}
    for name in NAMES:
        small = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8))
        pictures[name] = small.resize((64, 64), Image.Resampling.BICUBIC)
    pictures["s2"] = Image.fromarray((0.5 * np.asarray(pictures["t3"])).astype(np.uint8)[..., ::-1])
    paths = {name: str(tmp_path / f"{name}.png") for name in NAMES}
    for name, path in paths.items():
        pictures[name].save(path)
    paths["s1"] = str(tmp_path / "s1.jpg")
    pictures["t2"].save(paths["s1"], quality=95)
    return look_at(paths, None, 32), {name: np.asarray(Image.open(path)) for name, path in paths.items()}


def test_splits_hold_every_stimulus_once_in_order():
    assert SPLIT.train == ("t1", "t2", "t3", "t4")
    assert SPLIT.test == ("s1", "s2", "s3")


def test_the_nearest_has_the_largest_similarity(looks):
    found, pictures = looks
    nearest, _ = by_looks(found, SPLIT)
    by_measure = {each.measure: each for each in nearest}
    for number, test in enumerate(SPLIT.test):
        equal = [
            np.mean(perceptual_hash(pictures[test]) == perceptual_hash(pictures[t])) for t in SPLIT.train
        ]
        assert by_measure["phash"].similarity[number] == pytest.approx(max(equal), abs=1e-6)
        assert by_measure["phash"].train[number] == SPLIT.train[int(np.argmax(equal))]
        best = by_measure["pixels"].train[number]
        assert by_measure["pixels"].similarity[number] <= 1 + 1e-6
        assert best in SPLIT.train


def test_the_same_picture_in_another_format_is_a_duplicate_and_another_colour_is_none(looks):
    nearest, pairs = by_looks(looks[0], SPLIT)
    assert pairs == {("s1", "t2")}
    for each in nearest:
        assert each.train[0] == "t2"
        assert each.duplicate.tolist() == [True, False, False]


def test_equal_hashes_of_other_pictures_are_no_duplicates(tmp_path):
    """Plain pictures have one hash; their pixels correlate with nothing."""
    paths = {}
    for number, name in enumerate(NAMES):
        paths[name] = str(tmp_path / f"{name}.png")
        Image.fromarray(np.full((32, 32, 3), 20 * number + 20, np.uint8)).save(paths[name])
    nearest, pairs = by_looks(look_at(paths, None, 32), SPLIT)
    assert not pairs
    assert {each.measure: each.similarity.tolist() for each in nearest}["phash"] == [1.0, 1.0, 1.0]
    assert all(each.train == ["t1", "t1", "t1"] for each in nearest)


def test_features_are_compared_in_units_of_the_training_stimuli(rng):
    matrix = (rng.normal(5, 1, (7, 20)) * rng.uniform(0.1, 9, 20)).astype(np.float32)
    found = by_features(Features(NAMES, matrix), "z", SPLIT, {("s3", "t4")})
    mean, sd = matrix[:4].mean(axis=0), matrix[:4].std(axis=0)
    known = zscore(matrix[:4], axis=0)
    for number, test in enumerate((matrix[4:] - mean) / sd):
        r = [pearsonr(one, test).statistic for one in known]
        assert found.train[number] == SPLIT.train[int(np.argmax(r))]
        assert found.similarity[number] == pytest.approx(max(r), abs=1e-4)
    assert found.measure == "z"
    assert found.duplicate.tolist() == [
        pair in {("s3", "t4")} for pair in zip(found.test, found.train, strict=True)
    ]


def test_of_equally_near_stimuli_the_first_is_named(rng):
    matrix = rng.normal(size=(7, 20)).astype(np.float32)
    matrix[3] = matrix[1]
    matrix[4] = matrix[3]
    assert by_features(Features(NAMES, matrix), "z", SPLIT, set()).train[0] == "t2"


def test_training_features_hold_no_test_stimulus(rng):
    matrix = rng.normal(size=(7, 20)).astype(np.float32)
    features = Features(NAMES, matrix)
    np.testing.assert_array_equal(features.training(SPLIT)[:], matrix[:4])
    np.testing.assert_array_equal(features.rows(["s3", "t1"]), matrix[[6, 0]])
    with pytest.raises(LeakError):
        features.training(Split(("t1", "s1"), ("s1",)))


def test_ranks_begin_with_the_most_similar():
    assert ranks(np.array([0.2, 0.9, 0.9, -1.0])).tolist() == [3, 1, 2, 4]
