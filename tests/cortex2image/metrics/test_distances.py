import numpy as np
import pytest
from scipy.spatial.distance import correlation

from cortex2image.metrics.distances import CorrelationDistance


class TwoLayers:
    """A judge whose last layer is half of the picture."""

    name, layers = "any", ("all", "half")

    def features(self, images):
        pixels = images.reshape(len(images), -1).astype(np.float32)
        return {"all": pixels, "half": pixels[:, : pixels.shape[1] // 2]}


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (5, 6, 6, 3), dtype=np.uint8)


def test_distances_are_those_of_scipy_in_the_last_layer(pictures):
    found = CorrelationDistance(TwoLayers()).distances(pictures[:2], pictures[2:])
    half = TwoLayers().features(pictures)["half"].astype(float)
    expected = [[correlation(o, p) for p in half[2:]] for o in half[:2]]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_the_extremes(pictures):
    distance = CorrelationDistance(TwoLayers())
    np.testing.assert_allclose(np.diagonal(distance.distances(pictures, pictures)), 0, atol=1e-12)
    np.testing.assert_allclose(np.diagonal(distance.distances(pictures, 255 - pictures)), 2, atol=1e-12)
    flat = np.full_like(pictures, 7)
    np.testing.assert_array_equal(distance.distances(pictures, flat), 1)
