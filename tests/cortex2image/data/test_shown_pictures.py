"""Stimuli that show one picture are found whatever their files are, and a bad file is refused."""

import numpy as np
import pytest
from PIL import Image

from cortex2image.data.shown_pictures import alike_pictures, digest_of_all, picture_digests
from cortex2image.errors import DataError


def alike(paths):
    return alike_pictures(picture_digests(paths))


@pytest.fixture
def save(tmp_path):
    def save(name, seed, size=(6, 9)):
        pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / name)
        return str(tmp_path / name)

    return save


def test_different_pictures_need_no_word(save):
    assert alike({"a": save("a.png", 0), "b": save("b.png", 1), "c": save("c.bmp", 2)}) == []
    assert alike({"a": save("a.png", 0)}) == []
    assert alike({}) == []


def test_placeholders_are_all_alike_in_whatever_format(save):
    (line,) = alike({"a": save("a.png", 0), "b": save("b.bmp", 0), "c": save("c.tif", 0)})
    assert line.startswith("all 3 pictures are alike")


def test_some_stimuli_share_a_picture(save):
    paths = {name: save(f"{name}.png", seed) for name, seed in zip("abcdef", (0, 1, 0, 2, 1, 1), strict=True)}
    assert alike(paths) == ["5 stimuli share their picture with another one, first a and c"]


def test_equal_bytes_of_another_shape_are_another_picture(tmp_path):
    pixels = np.zeros((6, 9, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    Image.fromarray(pixels.reshape(9, 6, 3)).save(tmp_path / "b.png")
    assert alike({name: str(tmp_path / f"{name}.png") for name in "ab"}) == []


def test_a_picture_that_cannot_be_read_is_refused(save, tmp_path):
    (tmp_path / "b.png").write_bytes((tmp_path / save("a.png", 0)).read_bytes()[:60])
    with pytest.raises(DataError, match=r"b\.png"):
        picture_digests({"a": str(tmp_path / "a.png"), "b": str(tmp_path / "b.png")})


def test_the_digest_of_all_changes_with_a_pixel_and_with_a_name_but_not_with_order_or_format(save):
    paths = {"a": save("a.png", 0), "b": save("b.png", 1)}
    whole = digest_of_all(picture_digests(paths))
    assert digest_of_all(picture_digests(dict(reversed(paths.items())))) == whole
    assert digest_of_all(picture_digests(paths | {"a": save("a.bmp", 0)})) == whole
    assert digest_of_all(picture_digests({"a": paths["b"], "b": paths["a"]})) != whole
    pixels = np.asarray(Image.open(paths["b"])).copy()
    pixels[3, 4, 1] ^= 1
    Image.fromarray(pixels).save(paths["b"])
    assert digest_of_all(picture_digests(paths)) != whole
