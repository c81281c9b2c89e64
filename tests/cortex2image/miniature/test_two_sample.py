import numpy as np
import pytest
import torch

from cortex2image.miniature.two_sample import two_sample_scores
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scene


@pytest.fixture(scope="module")
def scenes():
    return np.stack([render(sample_scene(3, "test", index), 32) for index in range(160)])


def test_noise_is_told_from_scenes(scenes):
    noise = np.random.default_rng(0).integers(0, 256, scenes[:80].shape, dtype=np.uint8)
    assert two_sample_scores(scenes[:80], noise, 60, 0, "noise")["accuracy"] >= 0.97


def test_a_double_contour_is_found(scenes):
    doubled = (scenes[:80] // 2 + np.roll(scenes[:80], 2, axis=2) // 2).astype(np.uint8)
    assert two_sample_scores(scenes[:80], doubled, 60, 0, "contour")["accuracy"] > 0.75


def test_two_halves_of_the_same_scenes_cannot_be_told_apart(scenes):
    scores = two_sample_scores(scenes[:80], scenes[80:], 60, 0, "halves")
    assert scores["accuracy_ci_low"] <= 0.5 <= scores["accuracy_ci_high"]


def test_the_interval_is_that_of_a_binomial_share(scenes):
    scores = two_sample_scores(scenes[:80], scenes[80:], 1, 0, "halves")
    share, number, z = scores["accuracy"], 80, 1.959964
    middle = share + z**2 / (2 * number)
    half = z * np.sqrt(share * (1 - share) / number + z**2 / (4 * number**2))
    expected = [(middle + sign * half) / (1 + z**2 / number) for sign in (-1, 1)]
    assert [scores["accuracy_ci_low"], scores["accuracy_ci_high"]] == pytest.approx(expected)


def test_the_same_seed_gives_the_same_and_the_global_one_is_left_alone(scenes):
    torch.manual_seed(0)
    before = torch.random.get_rng_state()
    first, again = (two_sample_scores(scenes[:80], scenes[80:], 25, 1, "x") for _ in range(2))
    assert first == again
    assert torch.equal(before, torch.random.get_rng_state())
