"""Gradient ascent with an autoencoder of random weights: what holds here holds whatever was learned."""

import numpy as np
import pytest
import torch

from cortex2image.features.latents import image_latents
from cortex2image.regions.encoder import Encoder
from cortex2image.regions.synthesis import TrainingLatents, picture_latents, smoothed, synthesise


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (40, 16, 16, 3), dtype=np.uint8)


@pytest.fixture
def training(tiny_diffusion, pictures):
    return image_latents(tiny_diffusion, pictures)


@pytest.fixture
def encoder(training, rng):
    return Encoder(rng.standard_normal(training.shape[1]), 0.3, 1.0)


def test_z_is_made_as_features_are(tiny_diffusion, pictures, training):
    np.testing.assert_array_equal(picture_latents(tiny_diffusion, pictures), training)


def test_the_response_rises_from_the_start(tiny_diffusion, encoder, training):
    ascent = synthesise(tiny_diffusion, encoder, training, 20, seed=1)
    assert ascent.predicted[-1] > ascent.predicted[0] + 0.1
    assert len(ascent.predicted) == len(ascent.distance) == 21


def test_the_last_response_is_that_of_the_saved_picture(tiny_diffusion, encoder, training):
    ascent = synthesise(tiny_diffusion, encoder, training, 20, seed=1)
    z = image_latents(tiny_diffusion, ascent.pictures[20][None])
    assert ascent.final == pytest.approx(float((z @ encoder.weights)[0] + 0.3), abs=1e-4)
    assert ascent.final == pytest.approx(ascent.predicted[-1], abs=0.1)


def test_latents_stay_as_near_as_the_median_training_picture(tiny_diffusion, encoder, training):
    ascent = synthesise(tiny_diffusion, encoder, training, 20, seed=1)
    assert ascent.distance[0] == pytest.approx(0.01, abs=1e-3)
    assert max(ascent.distance) <= 1 + 1e-5
    assert ascent.distance[-1] > 0.9


def test_bounds_are_those_of_training_pictures(training):
    latents = TrainingLatents.of(training, torch.device("cpu"))
    apart = np.linalg.norm(training - training.mean(axis=0), axis=1)
    assert sorted(apart)[19] - 1e-4 <= latents.radius <= sorted(apart)[20] + 1e-4
    far = latents.nearest(latents.mean + 100)
    assert float((far - latents.mean).norm()) <= latents.radius * (1 + 1e-5)
    assert (far <= latents.highest + 1e-6).all()
    near = latents.mean + 0.001
    torch.testing.assert_close(latents.nearest(near), near)


def test_steps_are_smooth_and_keep_channels_apart():
    spike = torch.zeros(2, 32, 32)
    spike[0, 16, 16] = -3.0
    step = smoothed(spike.flatten(), (2, 32, 32)).reshape(2, 32, 32).numpy()
    assert np.linalg.norm(step) == pytest.approx(1, abs=1e-5)
    assert (step[1] == 0).all()
    row = np.arange(32) - 16
    expected = np.exp(-(row**2) / 2 / 2**2)
    np.testing.assert_allclose(step[0, 16] / step[0, 16, 16], expected, atol=0.01)


def test_pictures_follow_from_the_seed_alone(tiny_diffusion, encoder, training):
    ways = [synthesise(tiny_diffusion, encoder, training, 4, seed=seed) for seed in (1, 1, 2)]
    assert ways[0].predicted == ways[1].predicted != ways[2].predicted
    np.testing.assert_array_equal(ways[0].pictures[4], ways[1].pictures[4])


def test_pictures_are_kept_evenly_along_the_way(tiny_diffusion, encoder, training):
    assert list(synthesise(tiny_diffusion, encoder, training, 8, seed=1).pictures) == [0, 2, 4, 6, 8]
    assert list(synthesise(tiny_diffusion, encoder, training, 1, seed=1).pictures) == [0, 1]
