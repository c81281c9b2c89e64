"""What the core of a feature space gets: pictures of one size, and seeds of each stimulus and purpose."""

import importlib

import numpy as np
import pytest
from PIL import Image

from cortex2image.errors import DataError
from cortex2image.features.extraction import Stimuli, core_of, read_picture
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import EXTRACTABLE, KINDS


def stimuli(ids=("a", "b"), paths=(None, None), seed=3):
    return Stimuli(ids, [["a cat"]] * len(ids), paths, seed)


def test_seeds_are_those_of_the_stimulus_whatever_the_batch():
    assert stimuli().seeds("zc")[1:] == stimuli(ids=("b",), paths=(None,)).seeds("zc")
    assert len({*stimuli().seeds("zc"), *stimuli().seeds("latent"), *stimuli(seed=4).seeds("zc")}) == 6


def test_pictures_are_cut_to_squares_of_one_size(tmp_path, rng):
    for name, shape in (("wide", (20, 40, 3)), ("high", (30, 10, 3))):
        Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(tmp_path / f"{name}.png")
    paths = [str(tmp_path / "wide.png"), str(tmp_path / "high.png")]
    pictures = stimuli(paths=paths).pictures(8)
    assert (pictures.shape, pictures.dtype) == ((2, 8, 8, 3), np.uint8)


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P"])
def test_pictures_of_any_mode_are_read_as_colours(tmp_path, mode):
    Image.new("RGB", (5, 4), (204, 204, 204)).convert(mode).save(tmp_path / "a.png")
    picture = read_picture(str(tmp_path / "a.png"))
    assert picture.shape == (4, 5, 3)
    np.testing.assert_array_equal(picture, 204)


@pytest.mark.parametrize("content", [None, b"no picture"])
def test_a_file_that_is_no_picture_is_named(tmp_path, content):
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"a\.png\n.*a picture"):
        read_picture(str(path))


@pytest.mark.parametrize("space", EXTRACTABLE)
def test_the_core_of_a_space_is_that_of_the_registry(space):
    core = core_of(parse_space(space))
    assert core is importlib.import_module(KINDS[space].core)
    assert callable(core.extract)
