import numpy as np
import pytest
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import DataError
from cortex2image.features.captions import caption_states
from cortex2image.features.denoised import denoised_latents
from cortex2image.features.latents import image_latents
from cortex2image.networks.codec import encode_images, encode_text
from cortex2image.networks.pixels import squares


def test_latents_are_flat_in_c_order(tiny_diffusion, rng):
    images = rng.integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    z = image_latents(tiny_diffusion, images)
    assert z.shape == (2, 64)
    assert z.dtype == np.float32
    np.testing.assert_allclose(z.reshape(2, 4, 4, 4), encode_images(tiny_diffusion, images).numpy())


def test_latents_are_deterministic_and_independent_of_the_batch(tiny_diffusion, rng):
    images = rng.integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)
    z = image_latents(tiny_diffusion, images)
    np.testing.assert_array_equal(z, image_latents(tiny_diffusion, images))
    np.testing.assert_allclose(z[3:4], image_latents(tiny_diffusion, images[3:4]), atol=1e-5)


def test_images_of_another_size_are_resized_first(tiny_diffusion, rng):
    images = rng.integers(0, 256, (2, 40, 30, 3), dtype=np.uint8)
    np.testing.assert_array_equal(
        image_latents(tiny_diffusion, images), image_latents(tiny_diffusion, squares(images, 16))
    )


def test_samples_have_the_seeds_of_their_pictures(tiny_diffusion, rng):
    images = rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    sampled = image_latents(tiny_diffusion, images, [4, 5, 6])
    np.testing.assert_allclose(image_latents(tiny_diffusion, images[1:2], [5]), sampled[1:2], atol=1e-5)
    assert not np.allclose(sampled, image_latents(tiny_diffusion, images), atol=1e-2)


def test_mean_over_the_captions_of_a_stimulus(tiny_diffusion):
    c = caption_states(tiny_diffusion, [["a b", "c", "a"], ["d"]])
    states = encode_text(tiny_diffusion, ["a b", "c", "a", "d"]).numpy()
    assert c.dtype == np.float32
    np.testing.assert_allclose(c[0], states[:3].mean(0).ravel(), atol=1e-6)
    np.testing.assert_allclose(c[1], states[3].ravel(), atol=1e-6)


def test_independent_of_the_batch(tiny_diffusion):
    captions = [["a b"], ["c", "d e f"], ["g"]]
    together = caption_states(tiny_diffusion, captions)
    alone = np.concatenate([caption_states(tiny_diffusion, [texts]) for texts in captions])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_stimulus_without_captions(tiny_diffusion):
    with pytest.raises(DataError, match="none at row 1"):
        caption_states(tiny_diffusion, [["a"], []])


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)


@pytest.fixture
def states(tiny_diffusion):
    return caption_states(tiny_diffusion, [["a b"], ["c"], ["d"]])


def test_flat_deterministic_and_independent_of_the_batch(tiny_diffusion, images, states):
    denoiser = Denoiser(tiny_diffusion, sampling(10, 0.8, 3.0))
    together = denoised_latents(denoiser, images, states, [1, 2, 3])
    assert together.shape == (3, 64)
    assert together.dtype == np.float32
    np.testing.assert_allclose(
        denoised_latents(denoiser, images[1:2], states[1:2], [2]), together[1:2], atol=1e-4
    )


def test_without_noise_it_would_be_z(tiny_diffusion, images, states):
    """A network that sees no noise changes nothing: with the smallest strength z_c stays near z."""
    z = image_latents(tiny_diffusion, images)
    weak = denoised_latents(Denoiser(tiny_diffusion, sampling(100, 0.01, 1.0)), images, states, [1, 2, 3])
    strong = denoised_latents(Denoiser(tiny_diffusion, sampling(100, 0.8, 1.0)), images, states, [1, 2, 3])
    assert np.abs(weak - z).mean() < 0.2 * np.abs(strong - z).mean()
