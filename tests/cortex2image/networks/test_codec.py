import re

import numpy as np
import pytest
import torch

from cortex2image.errors import DataError
from cortex2image.networks.codec import (
    decode_latents,
    decoded_pixels,
    encode_images,
    encode_text,
    encoded_pixels,
    noise_for,
)
from cortex2image.networks.pixels import to_tensor, to_uint8
from cortex2image.seeds import seed_for


def random_images(rng, count=3):
    return rng.integers(0, 256, (count, 16, 16, 3), dtype=np.uint8)


def image_processor():
    from diffusers.image_processor import VaeImageProcessor

    return VaeImageProcessor(vae_scale_factor=4)


def test_latents_are_the_scaled_posterior_mean(tiny_diffusion, rng):
    images = random_images(rng)
    pixels = image_processor().preprocess(images / np.float32(255))
    with torch.no_grad():
        moments = tiny_diffusion.vae.quant_conv(tiny_diffusion.vae.encoder(pixels))
    expected = moments[:, :4] * tiny_diffusion.vae.config.scaling_factor
    torch.testing.assert_close(encode_images(tiny_diffusion, images), expected)


def test_samples_of_the_posterior_are_those_of_diffusers_whatever_the_batch(tiny_diffusion, rng):
    images, seeds = random_images(rng), [7, 8, 9]
    together = encode_images(tiny_diffusion, images, seeds)
    for row, seed in enumerate(seeds):
        pixels = image_processor().preprocess(images[row : row + 1] / np.float32(255))
        with torch.no_grad():
            posterior = tiny_diffusion.vae.encode(pixels).latent_dist
        drawn = posterior.sample(torch.Generator().manual_seed(seed))
        expected = drawn[0] * tiny_diffusion.vae.config.scaling_factor
        torch.testing.assert_close(together[row], expected, atol=1e-5, rtol=1e-4)
    assert not torch.allclose(together, encode_images(tiny_diffusion, images), atol=1e-2)


@pytest.mark.parametrize("shape", [(2, 16, 18, 3), (2, 15, 16, 3), (2, 16, 16, 4), (16, 16, 3)])
def test_pictures_that_do_not_fill_the_latent(tiny_diffusion, shape):
    with pytest.raises(DataError, match=rf"multiples of 4 px(.|\n)*shape {re.escape(str(shape))}"):
        encode_images(tiny_diffusion, np.zeros(shape, np.uint8))


def test_pictures_larger_than_the_model_have_larger_latents(tiny_diffusion, rng):
    images = rng.integers(0, 256, (1, 24, 32, 3), dtype=np.uint8)
    assert encode_images(tiny_diffusion, images).shape == (1, 4, 6, 8)


def test_decoding_agrees_with_the_image_processor(tiny_diffusion):
    latents = torch.randn(2, 4, 4, 4, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        decoded = tiny_diffusion.vae.decode(latents / tiny_diffusion.vae.config.scaling_factor).sample
    expected = image_processor().postprocess(decoded, output_type="np")
    np.testing.assert_array_equal(
        decode_latents(tiny_diffusion, latents), np.round(expected * 255).astype(np.uint8)
    )


def test_a_picture_that_is_no_number_is_an_error(tiny_diffusion):
    latents = torch.zeros(2, 4, 4, 4)
    latents[1, 0, 0, 0] = torch.inf
    with pytest.raises(DataError, match=r"decoded pictures(.|\n)*models/precision"):
        decode_latents(tiny_diffusion, latents)


def test_pixels_and_latents_have_gradients(tiny_diffusion):
    latents = torch.randn(2, 4, 4, 4, generator=torch.Generator().manual_seed(3))
    weights = torch.randn(2, 4, 4, 4, generator=torch.Generator().manual_seed(4))

    def response(at):
        return (encoded_pixels(tiny_diffusion, decoded_pixels(tiny_diffusion, at)) * weights).sum()

    given = latents.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(response(given), given)
    direction = torch.randn(2, 4, 4, 4, generator=torch.Generator().manual_seed(5))
    numeric = (response(latents + 1e-2 * direction) - response(latents - 1e-2 * direction)) / 2e-2
    assert float((gradient * direction).sum()) == pytest.approx(float(numeric), rel=0.02)


def test_pixels_are_encoded_and_decoded_as_pictures(tiny_diffusion, rng):
    images = rng.integers(0, 256, (2, 16, 16, 3), dtype=np.uint8)
    encoded = encoded_pixels(tiny_diffusion, to_tensor(images))
    torch.testing.assert_close(encoded, encode_images(tiny_diffusion, images))
    decoded = decoded_pixels(tiny_diffusion, encoded)
    np.testing.assert_array_equal(to_uint8(decoded), decode_latents(tiny_diffusion, encoded))


def test_text_states_are_what_stable_diffusion_attends_to(tiny_diffusion):
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline(
        vae=tiny_diffusion.vae,
        text_encoder=tiny_diffusion.text_encoder,
        tokenizer=tiny_diffusion.tokenizer,
        unet=tiny_diffusion.unet,
        scheduler=tiny_diffusion.scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    texts = ["a b", "c d e"]
    conditional, unconditional = pipeline.encode_prompt(texts, "cpu", 1, True)
    torch.testing.assert_close(encode_text(tiny_diffusion, texts), conditional)
    torch.testing.assert_close(encode_text(tiny_diffusion, ["", ""]), unconditional)


def test_unknown_words_fall_to_letters(tiny_diffusion):
    states = encode_text(tiny_diffusion, ["zebra", "zebr a", "zebra zebra zebra", "Ω"])
    assert torch.isfinite(states).all()
    # z, e, b, r open both texts, and a state sees nothing that comes after it.
    torch.testing.assert_close(states[0, :4], states[1, :4])
    assert not torch.allclose(states[0, 4:], states[1, 4:])


def test_long_texts_are_cut(tiny_diffusion):
    assert encode_text(tiny_diffusion, ["a " * 50]).shape == (1, 8, 16)


def test_noise_of_a_row_is_its_own():
    seeds = [seed_for(1, "reconstruct", stimulus, 0) for stimulus in ("a", "b", "c")]
    together = noise_for(seeds, (4, 3, 3))
    np.testing.assert_array_equal(noise_for(seeds[::-1], (4, 3, 3)), together.flip(0))
    np.testing.assert_array_equal(noise_for(seeds[1:2], (4, 3, 3)), together[1:2])
    assert not torch.allclose(together[0], together[1])


def test_noise_is_standard_normal():
    noise = noise_for(range(50), (1000,))
    assert abs(noise.mean()) < 0.02
    assert abs(noise.std() - 1) < 0.02
