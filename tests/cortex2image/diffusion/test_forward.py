import numpy as np
import torch
from diffusers import DDPMScheduler

from cortex2image.diffusion.forward import noised
from cortex2image.networks.codec import noise_for

SCHEDULE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def test_closed_form_agrees_with_diffusers():
    scheduler = DDPMScheduler(**SCHEDULE)
    latents, noise = torch.randn(2, 3, 4, 5, 5, generator=torch.Generator().manual_seed(3))
    for timestep in (0, 1, 500, 999):
        expected = scheduler.add_noise(latents, noise, torch.tensor([timestep]))
        torch.testing.assert_close(noised(latents, noise, timestep, scheduler.alphas_cumprod), expected)


def test_closed_form_agrees_with_the_markov_chain():
    """x_t = sqrt(1 - beta_t) x_{t-1} + sqrt(beta_t) noise, iterated, has the mean and the variance of q."""
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    rng, steps, start = np.random.default_rng(5), 300, 2.0
    chain = np.full(20_000, start)
    for beta in betas[:steps]:
        chain = np.sqrt(1 - beta) * chain + np.sqrt(beta) * rng.standard_normal(chain.size)
    abar = torch.from_numpy(np.cumprod(1 - betas))
    closed = noised(torch.full((20_000,), start), noise_for([1], (20_000,))[0], steps - 1, abar).numpy()
    standard_error = 1 / np.sqrt(chain.size)
    assert abs(chain.mean() - closed.mean()) < 4 * np.sqrt(2) * standard_error
    assert abs(chain.std() - closed.std()) < 4 * standard_error
