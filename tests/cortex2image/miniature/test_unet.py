import numpy as np
import pytest
import torch

from cortex2image.miniature.unet import Corpus, build_scheduler, build_unet, diffusion_loss, mixed_states


def corpus(scenes=8):
    rng = np.random.default_rng(0)
    return Corpus(
        latents=rng.standard_normal((scenes, 4, 16, 16)).astype(np.float16),
        states=rng.standard_normal((scenes, 5, 24, 128)).astype(np.float16),
        empty=np.full((24, 128), 7, dtype=np.float16),
    )


def test_the_schedule_is_the_one_of_stable_diffusion():
    scheduler = build_scheduler()
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    np.testing.assert_allclose(scheduler.alphas_cumprod.numpy(), np.cumprod(1 - betas), rtol=1e-4)
    assert scheduler.config.steps_offset == 1
    assert not scheduler.config.clip_sample
    assert not scheduler.config.set_alpha_to_one


class Oracle(torch.nn.Module):
    """Knows the one clean latent there is, and so predicts v exactly."""

    def __init__(self, clean):
        super().__init__()
        self.clean, self.scheduler = clean, build_scheduler()

    def forward(self, noised, steps, encoder_hidden_states):
        alpha = self.scheduler.alphas_cumprod[steps].view(-1, 1, 1, 1)
        noise = (noised - alpha.sqrt() * self.clean) / (1 - alpha).sqrt()
        prediction = alpha.sqrt() * noise - (1 - alpha).sqrt() * self.clean
        return type("Output", (), {"sample": prediction})


def test_the_loss_is_zero_for_the_true_velocity_and_one_for_none():
    one = corpus(1)
    clean = torch.from_numpy(one.latents.astype(np.float32))
    assert diffusion_loss(Oracle(clean), one)(np.random.default_rng(0), 0.0) < 1e-6
    wrong = diffusion_loss(Oracle(torch.zeros_like(clean)), one)(np.random.default_rng(0), 0.0)
    assert wrong > 0.1


def test_the_shares_of_captions_are_as_documented():
    rng = np.random.default_rng(0)
    states = np.tile(np.arange(1, 6, dtype=np.float32)[None, :, None, None], (20000, 1, 1, 1))
    mixed = mixed_states(states, np.zeros((1, 1), np.float16), np.full((1, 1), 13, np.float32), rng).ravel()
    assert (mixed == 0).mean() == pytest.approx(0.10, abs=0.01)
    single = sum((mixed == value).mean() for value in (1, 2, 4, 5))
    assert single == pytest.approx(0.60 * 0.8, abs=0.015)
    shrunk = mixed[(mixed > 5) | ((mixed > 3) & (mixed < 4)) | ((mixed > 4) & (mixed < 5))]
    assert len(shrunk) / len(mixed) == pytest.approx(0.15, abs=0.01)
    assert shrunk.max() < 3 + 0.7 * 10 + 1e-3


def test_the_network_takes_latents_and_text_and_learns_from_both():
    torch.manual_seed(0)
    network = build_unet()
    diffusion_loss(network, corpus())(np.random.default_rng(0), 0.0).backward()
    assert all(weight.grad is not None for weight in network.parameters())
    sizes = sum(weight.numel() for weight in network.parameters())
    assert sizes * 2 < 9e6, "half-precision weights must leave room for the rest of the set"
