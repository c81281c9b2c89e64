"""blip of stimuli: states of the captioning network for their pictures."""

import numpy as np
import pytest
from tests.support.stimuli import write_pictures

from cortex2image.features.blip import extract
from cortex2image.features.stimuli import Stimuli
from cortex2image.networks.captioner import load_captioner
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.pixels import squares
from cortex2image.study.space_names import parse_space


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)


def test_states_of_the_pictures_at_the_side_of_the_network(captioner_set, images, tmp_path):
    write_pictures(images, tmp_path)
    paths = [str(tmp_path / f"{row}.png") for row in range(3)]
    stimuli = Stimuli(["a", "b", "c"], [["d"]] * 3, paths, 0)
    captioner = load_captioner(captioner_set, "cpu")
    found = extract(stimuli, load_diffusion(captioner_set, "cpu"), "mean")
    np.testing.assert_allclose(found, captioner.states(squares(images, 12)), atol=1e-5)
    assert found.dtype == np.float32
    assert found.shape == (3, parse_space("blip").width(captioner_set))
