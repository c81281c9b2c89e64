"""Pictures from disk."""

import numpy as np
import pytest
from PIL import Image

from cortex2image.errors import DataError
from cortex2image.metrics.pictures import picture_grid, read_originals, read_pictures


def save(path, picture):
    Image.fromarray(picture).save(path)
    return str(path)


def test_originals_are_cut_square_and_resized_with_antialiasing(tmp_path, rng):
    wide = rng.integers(0, 256, (40, 64, 3), dtype=np.uint8)
    read = read_originals([save(tmp_path / "wide.png", wide)], 16)
    expected = Image.fromarray(wide[:, 12:52]).resize((16, 16), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(read, np.asarray(expected)[None])


def test_pictures_that_have_the_size_are_untouched(tmp_path, rng):
    pictures = rng.integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    paths = [save(tmp_path / f"{i}.png", p) for i, p in enumerate(pictures)]
    np.testing.assert_array_equal(read_originals(paths, 16), pictures)
    np.testing.assert_array_equal(read_pictures(paths), pictures)


def test_grey_files_are_read_as_colour(tmp_path):
    path = save(tmp_path / "grey.png", np.full((12, 12), 7, np.uint8))
    np.testing.assert_array_equal(read_pictures([path]), np.full((1, 12, 12, 3), 7))


@pytest.mark.parametrize("content", [None, b"no picture"])
def test_what_is_no_picture_is_named(tmp_path, content):
    path = tmp_path / "broken.png"
    if content:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"broken\.png"):
        read_pictures([path])


def test_a_truncated_picture_is_named(tmp_path, rng):
    path = tmp_path / "cut.png"
    save(path, rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(DataError, match=r"cut\.png"):
        read_pictures([path])


def test_sizes_do_not_mix(tmp_path):
    paths = [save(tmp_path / f"{n}.png", np.zeros((n, n, 3), np.uint8)) for n in (12, 14)]
    with pytest.raises(DataError, match="14 x 14 px"):
        read_pictures(paths)


def test_pictures_that_are_not_square_are_refused(tmp_path):
    path = save(tmp_path / "wide.png", np.zeros((12, 16, 3), np.uint8))
    with pytest.raises(DataError, match=r"16 x 12 px"):
        read_pictures([path])


def test_grid_sorts_stimuli_and_samples():
    grid = picture_grid(["b", "a", "a", "b"], [0, 1, 0, 1], ["b0", "a1", "a0", "b1"], "table")
    assert grid.stimuli == ["a", "b"]
    assert grid.samples == [0, 1]
    assert grid.paths == [["a0", "a1"], ["b0", "b1"]]


@pytest.mark.parametrize(
    ("stimuli", "samples", "message"),
    [(["a", "a", "b"], [0, 1, 0], "sample 1 of b"), (["a"], [0], "two stimuli")],
)
def test_incomplete_tables_are_refused(stimuli, samples, message):
    with pytest.raises(DataError, match=message):
        picture_grid(stimuli, samples, ["x.png"] * len(stimuli), "reconstructions.parquet")
