import numpy as np
import torch

from cortex2image.judges.features import batches, gathered


def test_batches_cover_every_picture_once():
    images = np.arange(7)
    assert [list(batch) for batch in batches(images, 3)] == [[0, 1, 2], [3, 4, 5], [6]]


def test_batches_are_joined_flattened_by_layer():
    maps = torch.arange(5 * 2 * 3, dtype=torch.float64).view(5, 2, 3)
    outputs = ({"maps": maps[rows], "first": maps[rows, 0]} for rows in (slice(0, 2), slice(2, 5)))
    features = gathered(outputs, 5)
    assert features["maps"].dtype == np.float32
    np.testing.assert_array_equal(features["maps"], maps.reshape(5, 6))
    np.testing.assert_array_equal(features["first"], maps[:, 0])
