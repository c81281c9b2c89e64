"""Pictures get the mean and spread of colours that stand beside the weights."""

import json

import numpy as np
import pytest

from cortex2image.errors import ModelSetError
from cortex2image.networks.normalised import read_colours


def write(folder, **given):
    (folder / "preprocessor_config.json").write_text(json.dumps(given))


def test_each_colour_has_its_own_mean_and_deviation(tmp_path, rng):
    write(tmp_path, image_mean=[0.5, 0.4, 0.3], image_std=[0.2, 0.3, 0.4], size=384)
    images = rng.integers(0, 256, (2, 5, 6, 3), dtype=np.uint8)
    expected = (images / 255 - [0.5, 0.4, 0.3]) / [0.2, 0.3, 0.4]
    found = read_colours(tmp_path).normalised(images)
    np.testing.assert_allclose(found.permute(0, 2, 3, 1), expected, atol=1e-6)


@pytest.mark.parametrize(
    "given",
    [
        {"image_mean": [0.5, 0.4, 0.3]},
        {"image_mean": [0.5, 0.4], "image_std": [0.2, 0.3]},
        {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0]},
        {"image_mean": "grey", "image_std": [0.2, 0.3, 0.4]},
    ],
)
def test_another_file_is_refused(tmp_path, given):
    write(tmp_path, **given)
    with pytest.raises(ModelSetError, match="image_mean and image_std of three colours"):
        read_colours(tmp_path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ModelSetError, match=r"preprocessor_config.json(.|\n)*FileNotFoundError"):
        read_colours(tmp_path)
