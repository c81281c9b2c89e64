"""Stimuli that show one picture are found whatever their files are, and a bad file is refused."""

import numpy as np
import pytest
from PIL import Image

from cortex2image.data.shown_pictures import alike_pictures
from cortex2image.errors import DataError


@pytest.fixture
def save(tmp_path):
    def save(name, seed, size=(6, 9)):
        pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / name)
        return str(tmp_path / name)

    return save


def test_different_pictures_need_no_word(save):
    assert alike_pictures({"a": save("a.png", 0), "b": save("b.png", 1), "c": save("c.bmp", 2)}) == []
    assert alike_pictures({"a": save("a.png", 0)}) == []
    assert alike_pictures({}) == []


def test_placeholders_are_all_alike_in_whatever_format(save):
    (line,) = alike_pictures({"a": save("a.png", 0), "b": save("b.bmp", 0), "c": save("c.tif", 0)})
    assert line.startswith("all 3 pictures are alike")


def test_some_stimuli_share_a_picture(save):
    paths = {name: save(f"{name}.png", seed) for name, seed in zip("abcdef", (0, 1, 0, 2, 1, 1), strict=True)}
    assert alike_pictures(paths) == ["5 stimuli share their picture with another one, first a and c"]


def test_equal_bytes_of_another_shape_are_another_picture(tmp_path):
    pixels = np.zeros((6, 9, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    Image.fromarray(pixels.reshape(9, 6, 3)).save(tmp_path / "b.png")
    assert alike_pictures({name: str(tmp_path / f"{name}.png") for name in "ab"}) == []


def test_a_picture_that_cannot_be_read_is_refused(save, tmp_path):
    (tmp_path / "b.png").write_bytes((tmp_path / save("a.png", 0)).read_bytes()[:60])
    with pytest.raises(DataError, match=r"b\.png"):
        alike_pictures({"a": str(tmp_path / "a.png"), "b": str(tmp_path / "b.png")})
