"""A captioning network gives states of the declared width, and writes as transformers lets it write."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.support.tiny_parts import STATES

from cortex2image.errors import ConfigError, ModelSetError
from cortex2image.networks.captioner import load_captioner, picture_side
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.registry import MODEL_SETS


@pytest.fixture(scope="module")
def captioner(captioner_set):
    return load_captioner(captioner_set, "cpu")


@pytest.fixture
def images(rng, captioner):
    return rng.integers(0, 256, (6, captioner.side, captioner.side, 3), dtype=np.uint8)


def test_pictures_have_the_side_that_gives_the_declared_width(captioner, images):
    assert captioner.side == 12 < captioner.network.config.vision_config.image_size
    assert captioner.states(images).shape == (6, STATES)


def test_states_do_not_depend_on_the_batch(captioner, images):
    alone = np.concatenate([captioner.states(images[row : row + 1]) for row in range(6)])
    np.testing.assert_allclose(captioner.states(images), alone, atol=1e-5)


def test_captions_are_those_that_transformers_writes_for_the_picture(captioner, images):
    """From states alone, without the picture, the same caption follows as from the picture."""
    report = {"num_beams": 3, "max_length": 20, "min_length": 5, "repetition_penalty": 1.5}
    written = [
        captioner.network.generate(row[None], interpolate_pos_encoding=True, do_sample=False, **report)
        for row in captioner.colours.normalised(images)
    ]
    expected = [captioner.tokenizer.decode(tokens[0].tolist()).strip() for tokens in written]
    found = [captioner.caption(states) for states in captioner.states(images)]
    assert found == expected
    assert len(set(found)) == 6
    assert all("[" not in caption for caption in found)


def test_a_caption_is_the_same_each_time(captioner, images):
    states = captioner.states(images)
    assert [captioner.caption(row) for row in states] == [captioner.caption(row) for row in states]


def test_it_is_loaded_once(captioner, captioner_set):
    assert load_captioner(captioner_set, "cpu") is captioner


def test_a_set_without_the_network_is_refused(tiny_model_set):
    with pytest.raises(ConfigError, match="part captioner, which the feature space blip needs"):
        load_captioner(tiny_model_set, "cpu")


@pytest.mark.parametrize("width", [STATES + 1, 16, 3 * 16])
def test_a_declared_width_that_no_side_gives_is_refused(captioner_set, width):
    with pytest.raises(ModelSetError, match=f"states of {width} values in all"):
        load_captioner(replace(captioner_set, part_widths={"captioner": width}), "cpu")


def test_an_altered_file_is_refused(captioner_set, tmp_path):
    shutil.copytree(captioner_set.folder, tmp_path / "copy")
    (tmp_path / "copy" / "captioner" / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelSetError, match=r"tokenizer.json\n(.|\n)*SHA-256"):
        load_captioner(replace(captioner_set, folder=tmp_path / "copy"), "cpu")


def test_full_size_blip_gives_the_declared_width_at_240_pixels(tmp_path):
    ensure_torchvision()
    from transformers import BlipConfig, BlipForConditionalGeneration

    # The default vision tower of transformers is that of the base model: 12 layers of 768 units, 384 pixels.
    with torch.device("meta"):
        network = BlipForConditionalGeneration(BlipConfig())
        width = MODEL_SETS["stable-diffusion-v1-4-captioner"].part_widths["captioner"]
        side = picture_side(network.config, width, tmp_path)
        seen = network.vision_model(torch.empty(1, 3, side, side), interpolate_pos_encoding=True)
    assert side == 240
    assert seen.last_hidden_state.shape == (1, 226, 768)
    assert width == 226 * 768
