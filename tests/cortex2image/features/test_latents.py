import numpy as np

from cortex2image.features.latents import image_latents
from cortex2image.networks.codec import encode_images
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
