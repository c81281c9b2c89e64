from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import NotFiniteError
from cortex2image.networks.codec import decode_latents
from cortex2image.networks.pixels import squares
from cortex2image.reconstruction.generator import StableDiffusion, coarse_start, distinct_rows, generate
from cortex2image.study.methods import FROM_NOISE, FROM_PICTURE, NO_DIFFUSION

SEEDS = [5, 6, 7, 8]


@pytest.fixture
def denoiser(tiny_diffusion):
    return Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0))


@pytest.fixture
def z(rng):
    return rng.standard_normal((4, 64), dtype=np.float32)


class Planted:
    """A generator without a network, whose pictures say how they were made; it notes what it is asked."""

    def __init__(self):
        self.coarse_calls, self.encoded = [], 0

    def coarse(self, z):
        self.coarse_calls.append(len(z))
        return np.repeat(z[:, :1], 12, axis=1).reshape(-1, 2, 2, 3).astype(np.uint8)

    def encode(self, pictures, seeds):
        self.encoded += len(pictures)
        return torch.tensor(pictures[:, 0, 0, :1].astype(np.float32)) * 10

    def denoise(self, features, seeds, start):
        first = 0 if start is None else start
        return first + torch.tensor(features["mine"]) + torch.tensor(seeds)[:, None]

    def decode(self, latents):
        return latents.numpy().reshape(-1, 1, 1, 1).repeat(3, axis=3).astype(np.uint8)


FEATURES = {"z": np.float32([[1], [2], [1], [1]]), "mine": np.float32([[100], [100], [100], [50]])}


@pytest.mark.parametrize(
    ("start", "expected"),
    [(FROM_NOISE, [105, 106, 107, 58]), (FROM_PICTURE, [115, 126, 117, 68]), (NO_DIFFUSION, [1, 2, 1, 1])],
)
def test_any_generator_of_the_protocol_draws(start, expected):
    drawn = generate(start, Planted(), FEATURES, SEEDS)
    assert drawn[:, 0, 0, 0].tolist() == expected


def test_coarse_pictures_of_repeated_stimuli_are_made_once_and_alone():
    planted = Planted()
    start = coarse_start(planted, FEATURES["z"], SEEDS)
    assert start.ravel().tolist() == [10, 20, 10, 10]
    assert (planted.coarse_calls, planted.encoded) == ([1, 1], 4)


@pytest.fixture
def encoded(denoiser, monkeypatch):
    """The number of pictures of each call of the denoiser's encoder."""
    calls, encode = [], Denoiser.encode

    def counting(self, pictures, seeds):
        calls.append(len(pictures))
        return encode(self, pictures, seeds)

    monkeypatch.setattr(Denoiser, "encode", counting)
    return calls


def test_coarse_pictures_that_are_not_finite_are_named_by_their_rows():
    """Not as the first row, which a batch of one always is: others would be drawn again in its place."""

    class Broken(Planted):
        def coarse(self, z):
            if z[0, 0] > 1:
                raise NotFiniteError("decoded pictures", [0], "lower it")
            return super().coarse(z)

    with pytest.raises(NotFiniteError, match=r"decoded pictures(.|\n)*lower it") as caught:
        coarse_start(Broken(), np.float32([[1], [3], [1], [2], [3]]), range(5))
    assert caught.value.rows == (1, 3, 4)


def test_samples_of_a_stimulus_share_one_encoding(denoiser, z, encoded):
    rows = z[[0, 0, 1, 0]]
    start = coarse_start(StableDiffusion(denoiser), rows, SEEDS)
    assert encoded == [1, 1]
    plain = denoiser.encode(StableDiffusion(denoiser).coarse(rows), SEEDS)
    np.testing.assert_allclose(start, plain, atol=2e-2)  # a level of 255 in a coarse picture
    assert torch.equal(start[0], start[3])
    assert not torch.equal(start[0], start[2])


def test_starts_do_not_depend_on_the_batch(denoiser, z):
    generator = StableDiffusion(denoiser)
    together = coarse_start(generator, z, SEEDS)
    for row in range(4):
        alone = coarse_start(generator, z[[row, row]], [SEEDS[row], 9])
        assert torch.equal(alone[0], together[row])


def test_samples_of_a_posterior_have_a_start_each(denoiser, z, encoded):
    sampled = StableDiffusion(Denoiser(denoiser.diffusion, sampling(5, 0.8, 3.0, latent="sample")))
    start = coarse_start(sampled, z[[0, 0]], SEEDS[:2])
    assert encoded == [2]
    assert not torch.equal(start[0], start[1])


def test_distinct_rows_come_in_order_of_appearance():
    rows = np.array([[3, 1], [0, 0], [3, 1], [1, 3], [0, 0]])
    assert distinct_rows(rows) == ([0, 1, 3], [0, 1, 0, 2, 1])


def test_coarse_pictures_grow_to_the_size_of_generated_ones(denoiser, z):
    """Latents smaller than the generated ones, as in the paper: 320 pixels beside 512."""
    small = replace(denoiser.diffusion.model_set, latent_shape=(4, 2, 2))
    smaller = replace(denoiser.diffusion, model_set=small)
    z = z[:, :16]
    decoded_small = decode_latents(smaller, torch.tensor(z).reshape(-1, 4, 2, 2))
    assert decoded_small.shape == (4, 8, 8, 3)
    drawn = StableDiffusion(Denoiser(smaller, sampling(5, 0.8, 3.0))).coarse(z)
    np.testing.assert_array_equal(drawn, squares(decoded_small, 16))
