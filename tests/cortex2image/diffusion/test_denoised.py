import numpy as np
import pytest

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.diffusion.denoised import denoised_latents
from cortex2image.features.captions import caption_states
from cortex2image.features.latents import image_latents


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)


@pytest.fixture
def states(tiny_diffusion):
    return caption_states(tiny_diffusion, [["a b"], ["c"], ["d"]])


def test_flat_deterministic_and_independent_of_the_batch(tiny_diffusion, images, states):
    denoiser = Denoiser(tiny_diffusion, Sampling(10, 0.8, 3.0))
    together = denoised_latents(denoiser, images, states, [1, 2, 3])
    assert together.shape == (3, 64)
    assert together.dtype == np.float32
    np.testing.assert_allclose(
        denoised_latents(denoiser, images[1:2], states[1:2], [2]), together[1:2], atol=1e-4
    )


def test_without_noise_it_would_be_z(tiny_diffusion, images, states):
    """A network that sees no noise changes nothing: with the smallest strength z_c stays near z."""
    z = image_latents(tiny_diffusion, images)
    weak = denoised_latents(Denoiser(tiny_diffusion, Sampling(100, 0.01, 1.0)), images, states, [1, 2, 3])
    strong = denoised_latents(Denoiser(tiny_diffusion, Sampling(100, 0.8, 1.0)), images, states, [1, 2, 3])
    assert np.abs(weak - z).mean() < 0.2 * np.abs(strong - z).mean()
