"""Features of reconstructions are made as those of stimuli."""

import numpy as np
import pytest
from tests.support.stimuli import write_pictures

from cortex2image.errors import DataError
from cortex2image.features.latents import image_latents
from cortex2image.features.of_pictures import picture_features
from cortex2image.seeds import seed_for
from cortex2image.study.space_names import parse_space


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (4, 24, 24, 3), dtype=np.uint8)


def features(images, folder, diffusion, latent="mean", at_once=3):
    paths, stimuli = write_pictures(images, folder), ["a", "b", "a", "b"]
    return picture_features(paths, stimuli, parse_space("z"), diffusion, latent, 3, at_once)


def test_z_of_every_picture_in_order(images, tmp_path, tiny_diffusion):
    expected = image_latents(tiny_diffusion, images)
    np.testing.assert_allclose(features(images, tmp_path, tiny_diffusion), expected, atol=1e-5)


def test_a_sample_has_the_seed_of_the_stimulus(images, tmp_path, tiny_diffusion):
    seeds = [seed_for(3, "latent", stimulus) for stimulus in "abab"]
    expected = image_latents(tiny_diffusion, images, seeds)
    got = features(images, tmp_path, tiny_diffusion, latent="sample")
    np.testing.assert_allclose(got, expected, atol=1e-5)
    same = np.stack([images[0]] * 4)
    got = features(same, tmp_path, tiny_diffusion, latent="sample", at_once=4)
    np.testing.assert_array_equal(got[0], got[2])
    assert not np.allclose(got[0], got[1], atol=1e-3)


def test_a_file_that_is_no_picture_is_named(images, tmp_path, tiny_diffusion):
    write_pictures(images, tmp_path)
    (tmp_path / "2.png").write_text("no picture")
    with pytest.raises(DataError, match=r"2\.png"):
        picture_features([str(tmp_path / "2.png")], ["a"], parse_space("z"), tiny_diffusion, "mean", 1, 4)
