"""Preparation of pictures; against torchvision's in test_photo_judges."""

import numpy as np
import torch

from cortex2image.judges.pretrained_pixels import prepared
from cortex2image.networks.judge_specs import Preparation

CPU, PLAIN = torch.device("cpu"), (0.0, 0.0, 0.0)


def test_values_are_normalised_by_channel():
    grey = np.full((1, 8, 8, 3), 51, np.uint8)
    for antialias in (True, False):
        preparation = Preparation((4,), "bilinear", antialias, (0.1, 0.2, 0.3), (0.5, 1.0, 2.0))
        pixels = prepared(grey, preparation, CPU)
        assert pixels.dtype == torch.float32
        np.testing.assert_allclose(pixels[0, :, 1, 1], [0.2, 0.0, -0.05], atol=1e-6)


def test_only_antialiasing_sees_every_pixel():
    """Reduced to a quarter, a filter of fixed size takes the two pixels in the middle of every four."""
    stripes = np.zeros((1, 16, 16, 3), np.uint8)
    stripes[:, :, ::4] = 240
    ways = {a: Preparation((4,), "bilinear", a, PLAIN, (1.0, 1.0, 1.0)) for a in (True, False)}
    assert prepared(stripes, ways[False], CPU).max() == 0
    assert prepared(stripes, ways[True], CPU).min() > 0.1


def test_sizes_follow_each_other(rng):
    images = rng.integers(0, 256, (2, 12, 12, 3), dtype=np.uint8)
    twice = Preparation((6, 9), "bilinear", False, PLAIN, (1.0, 1.0, 1.0))
    once = Preparation((9,), "bilinear", False, PLAIN, (1.0, 1.0, 1.0))
    assert prepared(images, twice, CPU).shape == prepared(images, once, CPU).shape == (2, 3, 9, 9)
    assert not torch.allclose(prepared(images, twice, CPU), prepared(images, once, CPU))
