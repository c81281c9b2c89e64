"""depth of stimuli: maps of the depth network for their pictures."""

import numpy as np
import pytest
from tests.support.stimuli import write_pictures

from cortex2image.features.depth import extract
from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.depth import load_depth_estimator
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.pixels import squares
from cortex2image.study.space_names import parse_space


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)


def test_maps_of_the_pictures_at_the_side_of_the_network(depth_set, images, tmp_path):
    write_pictures(images, tmp_path)
    paths = [str(tmp_path / f"{row}.png") for row in range(3)]
    stimuli = Stimuli(["a", "b", "c"], [["d"]] * 3, paths, 0)
    estimator = load_depth_estimator(depth_set, "cpu")
    found = extract(stimuli, load_diffusion(depth_set, "cpu"), "mean")
    np.testing.assert_allclose(found, estimator.maps(squares(images, 32)), rtol=1e-5)
    assert found.dtype == np.float32
    assert found.shape == (3, parse_space("depth").width(depth_set))
