import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from cortex2image.errors import DataError
from cortex2image.miniature import copies
from cortex2image.miniature.copies import copy_scores, nearest_distances, nearest_rows, shrunk
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scene


@pytest.fixture(scope="module")
def pictures():
    """Training scenes, unseen scenes, and other unseen scenes."""
    return [
        np.stack([render(sample_scene(3, split, index), 32) for index in range(first, first + 150)])
        for split, first in (("train", 0), ("test", 0), ("test", 150))
    ]


@pytest.fixture(scope="module")
def rebuilt(pictures):
    """The training scenes with an error of at most two grey levels."""
    noise = np.random.default_rng(0).integers(-2, 3, pictures[0].shape)
    return np.clip(pictures[0] + noise, 0, 255).astype(np.uint8)


def test_new_scenes_are_as_far_from_the_training_set_as_new_scenes(pictures, rebuilt):
    train, test, others = pictures
    scores = copy_scores(others, test, train, train, rebuilt)
    assert scores["median_distance_ratio"] == pytest.approx(1, abs=0.15)
    assert scores["share_nearer_than_1_in_100_real"] < 0.05
    assert scores["share_copied"] == scores["share_copied_of_real"] == 0


def test_a_generator_that_copies_is_caught(pictures, rebuilt):
    train, test, _ = pictures
    scores = copy_scores(rebuilt, test, train, train, rebuilt)
    assert scores["median_distance_ratio"] < 0.1
    assert scores["share_nearer_than_1_in_100_real"] == 1
    assert scores["share_copied"] >= 0.98
    assert scores["share_copied_of_real"] == 0


def test_copies_among_new_pictures_are_counted(pictures, rebuilt):
    train, test, others = pictures
    made = np.concatenate([others[:90], train[:10]])
    assert copy_scores(made, test, train, train, rebuilt)["share_copied"] == pytest.approx(0.1)


def test_training_pictures_of_another_size_are_refused(pictures, rebuilt):
    train, test, others = pictures
    with pytest.raises(DataError, match=r"\(32, 32, 3\)[\s\S]*\(16, 16, 3\)"):
        copy_scores(others, test, train[:, ::2, ::2], train, rebuilt)


def test_distances_match_scikit_learn_across_blocks(rng, monkeypatch):
    monkeypatch.setattr(copies, "BLOCK", 7)
    rows, known = rng.random((20, 30), dtype=np.float32), rng.random((50, 30), dtype=np.float32)
    expected = NearestNeighbors(n_neighbors=1).fit(known).kneighbors(rows)[0][:, 0] / np.sqrt(30)
    np.testing.assert_allclose(nearest_rows(rows, known), expected, rtol=1e-5)
    assert nearest_rows(known, known).max() == 0


def test_shrinking_takes_means_of_cells_but_for_the_outermost(rng):
    images = rng.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    cells = shrunk(images).reshape(5, 14, 14, 3)
    np.testing.assert_allclose(cells[4, 0, 3], images[4, 2:4, 8:10].mean(axis=(0, 1)) / 255, rtol=1e-5)
    moved = shrunk(images, 1, -2).reshape(5, 14, 14, 3)
    np.testing.assert_allclose(moved[4, 0, 3], images[4, 3:5, 6:8].mean(axis=(0, 1)) / 255, rtol=1e-5)


@pytest.mark.parametrize(("down", "right"), [(2, -2), (0, 1), (-1, 2)])
def test_a_copy_that_is_moved_or_mirrored_is_found(pictures, rebuilt, down, right):
    train, test = pictures[0], pictures[1][:40]
    moved = np.roll(rebuilt, (down, right), axis=(1, 2))
    for made in (moved, moved[:, :, ::-1]):
        scores = copy_scores(made[:20], test, train, train, rebuilt)
        assert scores["share_copied"] >= 0.95
        assert scores["share_copied_of_real"] == 0


def test_the_best_position_is_where_a_brute_force_search_finds_it(pictures):
    train, test, _ = pictures
    known = shrunk(train)
    expected = [
        min(
            np.sqrt(((shrunk(view[None], down, right) - known) ** 2).mean(axis=1)).min()
            for view in (picture, picture[:, ::-1])
            for down in range(-2, 3)
            for right in range(-2, 3)
        )
        for picture in test[:3]
    ]
    np.testing.assert_allclose(nearest_distances(test[:3], known), expected, rtol=1e-4)


def test_training_pictures_are_shrunk_alike_in_blocks(pictures, monkeypatch):
    train, test, others = pictures
    whole = copy_scores(others[:5], test[:5], train, train[:5], train[:5])
    monkeypatch.setattr(copies, "BLOCK", 64)
    assert copy_scores(others[:5], test[:5], train, train[:5], train[:5]) == pytest.approx(whole, rel=1e-4)
