import numpy as np
import pytest
from scipy.spatial.distance import correlation

from cortex2image.metrics.distances import CorrelationDistance


class TwoLayers:
    """A judge whose last layer is half of the picture."""

    name, layers = "any", ("all", "half")

    def __init__(self):
        self.shown = []

    def features(self, images, layers):
        self.shown.append((len(images), layers))
        pixels = images.reshape(len(images), -1).astype(np.float32)
        features = {"all": pixels, "half": pixels[:, : pixels.shape[1] // 2]}
        return {layer: features[layer] for layer in layers}


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (5, 6, 6, 3), dtype=np.uint8)


def test_distances_are_those_of_scipy_in_the_last_layer(pictures):
    found = CorrelationDistance(TwoLayers()).distances_from(pictures[:2])(pictures[2:])
    half = TwoLayers().features(pictures, ["half"])["half"].astype(float)
    expected = [[correlation(o, p) for p in half[2:]] for o in half[:2]]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_extremes(pictures):
    distances = CorrelationDistance(TwoLayers()).distances_from(pictures)
    np.testing.assert_allclose(np.diagonal(distances(pictures)), 0, atol=1e-12)
    np.testing.assert_allclose(np.diagonal(distances(255 - pictures)), 2, atol=1e-12)
    flat = np.full_like(pictures, 7)
    np.testing.assert_array_equal(distances(flat), 1)


def test_originals_are_shown_once_and_only_the_last_layer_is_asked_for(pictures):
    judge = TwoLayers()
    distances = CorrelationDistance(judge).distances_from(pictures[:2])
    for sample in (pictures[2:], pictures[1:]):
        distances(sample)
    assert judge.shown == [(2, ["half"]), (3, ["half"]), (4, ["half"])]
