import numpy as np
import pytest
import torch

from cortex2image.miniature.autoencoder import (
    as_images,
    as_tensor,
    autoencoder_loss,
    build_autoencoder,
    reconstruction_loss,
    standardise_latents,
)
from cortex2image.scenes.render import render
from cortex2image.scenes.scene import sample_scene


@pytest.fixture(scope="module")
def images():
    return np.stack([render(sample_scene(0, "train", i)) for i in range(32)])


@pytest.fixture
def network():
    torch.manual_seed(0)
    return build_autoencoder().eval()


def test_latents_have_the_shape_the_rest_relies_on(network, images):
    with torch.no_grad():
        latents = network.encode(as_tensor(images[:2])).latent_dist.mean
        assert latents.shape == (2, 4, 16, 16)
        assert network.decode(latents).sample.shape == (2, 3, 64, 64)


@torch.no_grad()
def test_standardising_changes_the_latents_and_not_the_pictures(network, images):
    pictures = as_tensor(images)
    before = network.encode(pictures).latent_dist
    rebuilt = network.decode(before.mean).sample
    spread = before.mean.std(dim=(0, 2, 3))
    standardise_latents(network, images)
    after = network.encode(pictures).latent_dist
    torch.testing.assert_close(after.mean.mean(dim=(0, 2, 3)), torch.zeros(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(after.mean.std(dim=(0, 2, 3)), torch.ones(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(after.std * spread.view(1, 4, 1, 1), before.std, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(network.decode(after.mean).sample, rebuilt, rtol=1e-3, atol=1e-3)


def test_pictures_survive_the_way_to_tensors_and_back(images):
    tensor = as_tensor(images)
    assert -1 <= tensor.min() < tensor.max() <= 1
    np.testing.assert_array_equal(as_images(tensor), images)


def test_the_reconstruction_loss_is_zero_for_the_same_and_counts_edges():
    target = torch.zeros(1, 3, 8, 8)
    assert reconstruction_loss(target, target) == 0
    flat, checks = target + 0.5, target + 0.5
    checks[..., ::2] = -0.5
    assert reconstruction_loss(flat, target) == pytest.approx(0.5 + 2 * 0.25)
    assert reconstruction_loss(checks, target) == pytest.approx(0.5 + 2 * 0.25 + 0.5 * 1.0)


@pytest.mark.parametrize("share", [0.0, 0.9])
def test_the_loss_of_a_step_reaches_every_weight(network, images, share):
    autoencoder_loss(network, images)(np.random.default_rng(0), share).backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in network.parameters())
