import numpy as np
import torch
from PIL import Image

from cortex2image.networks.pixels import square, squares, to_tensor, to_uint8


def random_images(rng, *shape):
    return rng.integers(0, 256, (*shape, 3), dtype=np.uint8)


def test_image_of_the_size_passes_unchanged(rng):
    images = random_images(rng, 2, 16, 16)
    np.testing.assert_array_equal(squares(images, 16), images)


def test_other_sizes_are_resized_as_pillow_does(rng):
    image = random_images(rng, 50, 50)
    expected = np.asarray(Image.fromarray(image).resize((20, 20), Image.Resampling.LANCZOS))
    np.testing.assert_array_equal(square(image, 20), expected)


def test_shrinking_does_not_alias():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    small = square(stripes, 16)
    assert np.ptp(small[4:-4, 4:-4]) < 12
    assert abs(small[4:-4, 4:-4].mean() - 127.5) < 3


def test_oblong_image_keeps_its_centre(rng):
    image = random_images(rng, 16, 40)
    np.testing.assert_array_equal(square(image, 16), image[:, 12:28])


def test_pixels_survive_the_way_there_and_back(rng):
    images = random_images(rng, 3, 8, 8)
    tensor = to_tensor(images)
    assert tensor.shape == (3, 3, 8, 8)
    assert tensor.min() >= 0
    assert tensor.max() <= 1
    np.testing.assert_array_equal(to_uint8(tensor), images)


def test_values_outside_the_range_are_clamped():
    assert to_uint8(torch.tensor([-0.3, 0.5, 1.2]).view(1, 3, 1, 1)).ravel().tolist() == [0, 128, 255]
