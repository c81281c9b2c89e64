"""A depth network gives maps of the size of latents, as the pipeline of diffusers makes them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from cortex2image.errors import ConfigError, ModelSetError
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.depth import load_depth_estimator
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.reconstruction.depth import scaled_maps


@pytest.fixture(scope="module")
def estimator(depth_set):
    return load_depth_estimator(depth_set, "cpu")


@pytest.fixture
def images(rng, estimator):
    side = estimator.picture_side
    return rng.integers(0, 256, (3, side, side, 3), dtype=np.uint8)


def test_maps_scaled_to_their_extremes_are_those_of_the_pipeline(estimator, images):
    ensure_torchvision()
    from diffusers import StableDiffusionDepth2ImgPipeline

    estimate = estimator.network(pixel_values=estimator.colours.normalised(images)).predicted_depth

    class Bare:
        vae_scale_factor = 4

    pictures = [Image.fromarray(image).resize((16, 16)) for image in images]
    expected = StableDiffusionDepth2ImgPipeline.prepare_depth_map(
        Bare(), pictures, estimate, 3, False, torch.float32, torch.device("cpu")
    )
    found = scaled_maps(estimator.maps(images), 4)
    assert found.shape == (3, 1, 4, 4)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=0)
    assert estimator.maps(images).std() > 1e-3


def test_maps_do_not_depend_on_the_batch(estimator, images):
    alone = np.concatenate([estimator.maps(images[row : row + 1]) for row in range(3)])
    np.testing.assert_allclose(estimator.maps(images), alone, rtol=1e-4, atol=1e-6)


def test_a_set_without_the_network_is_refused(tiny_model_set):
    with pytest.raises(ConfigError, match="part depth, which the feature space depth needs"):
        load_depth_estimator(tiny_model_set, "cpu")


def test_maps_of_another_size_than_latents_are_refused(depth_set):
    with pytest.raises(ModelSetError, match=r"depth maps of 4 x 4\n.*25 values"):
        load_depth_estimator(replace(depth_set, part_widths={"depth": 25}), "cpu")


@pytest.mark.parametrize("hybrid", [False, True])
def test_full_size_dpt_gives_one_value_per_pixel(hybrid):
    """DPT-large, which the report of 2023 took, and DPT-hybrid, with which Stable Diffusion 2 was trained."""
    ensure_torchvision()
    from transformers import DPTConfig, DPTForDepthEstimation

    large = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16}
    mixed = {"is_hybrid": True, "neck_hidden_sizes": [256, 512, 768, 768]}
    config = DPTConfig(**(mixed if hybrid else large | {"backbone_out_indices": [5, 11, 17, 23]}))
    with torch.device("meta"), torch.no_grad():
        network = DPTForDepthEstimation(config)
        depth = network(torch.empty(1, 3, config.image_size, config.image_size)).predicted_depth
    assert config.image_size == 384
    assert depth.shape == (1, 384, 384)
    known = MODEL_SETS["stable-diffusion-2-depth"]
    assert known.part_widths == {"depth": known.generated_shape[1] * known.generated_shape[2]}
