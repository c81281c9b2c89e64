"""Iterating the Markov chain and the closed form are one law; another schedule is another law."""

import numpy as np
import pytest
import torch
from diffusers import DDPMScheduler
from scipy import stats

from cortex2image.diffusion.denoise import noised
from cortex2image.tutorial.forward_process import markov_chain, schedule_curves

SCHEDULE = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
TIMESTEPS = (0, 50, 200, 400, 600, 800, 999)
DRAWS = 20_000
SURE = 1e-3
"""Below this p two samples are told apart; with the seeds fixed, a test of one law passes always or never."""


@pytest.fixture(scope="module")
def scheduler():
    return DDPMScheduler(**SCHEDULE)


@pytest.fixture(scope="module")
def start():
    """One voxel, far from the mean of a standard normal, many times."""
    return torch.full((DRAWS,), 1.5, dtype=torch.float64)


@pytest.fixture(scope="module")
def chain(scheduler, start):
    generator = torch.Generator().manual_seed(11)
    return dict(
        zip(TIMESTEPS, markov_chain(start, scheduler.betas.double(), TIMESTEPS, generator), strict=True)
    )


def jump(scheduler, start, timestep):
    noise = torch.randn(start.shape, generator=torch.Generator().manual_seed(12), dtype=start.dtype)
    return noised(start, noise, timestep, scheduler.alphas_cumprod)


def same_law(some, others):
    """Return the p-values of equal means, equal variances and equal distributions."""
    spreads = [np.abs(draws - np.median(draws)) for draws in (some, others)]
    return {
        "mean": stats.ttest_ind(some, others, equal_var=False).pvalue,
        "variance": stats.ttest_ind(*spreads, equal_var=False).pvalue,
        "distribution": stats.ks_2samp(some, others).pvalue,
    }


@pytest.mark.parametrize("timestep", TIMESTEPS)
def test_the_chain_and_the_closed_form_agree_in_distribution(chain, scheduler, start, timestep):
    p = same_law(chain[timestep].numpy(), jump(scheduler, start, timestep).numpy())
    assert min(p.values()) > SURE, p


@pytest.mark.parametrize("timestep", TIMESTEPS)
def test_the_chain_agrees_with_the_normal_distribution_of_the_paper(chain, scheduler, timestep):
    """Ho, Jain and Abbeel 2020, equation 4, from betas multiplied up here."""
    kept = np.prod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000)[: timestep + 1] ** 2)
    law = stats.norm(1.5 * np.sqrt(kept), np.sqrt(1 - kept))
    assert stats.kstest(chain[timestep].numpy(), law.cdf).pvalue > SURE


@pytest.mark.parametrize("timestep", TIMESTEPS)
def test_the_chain_agrees_with_noise_added_by_diffusers(chain, scheduler, start, timestep):
    noise = torch.randn(start.shape, generator=torch.Generator().manual_seed(13), dtype=start.dtype)
    added = scheduler.add_noise(start, noise, torch.full((DRAWS,), timestep))
    assert stats.ks_2samp(chain[timestep].numpy(), added.numpy()).pvalue > SURE


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(SCHEDULE | {"beta_schedule": "linear"}, id="linear in beta"),
        pytest.param(SCHEDULE | {"beta_end": 0.02}, id="another last beta"),
    ],
)
def test_another_schedule_is_told_apart(chain, start, wrong):
    p = same_law(chain[400].numpy(), jump(DDPMScheduler(**wrong), start, 400).numpy())
    assert p["mean"] < SURE
    assert p["distribution"] < SURE


@pytest.mark.parametrize(("timestep", "other"), [(0, 1), (50, 55), (600, 620)])
def test_another_timestep_is_told_apart(chain, scheduler, start, timestep, other):
    """At the beginning a count that is off by one shows: the second step doubles the variance."""
    p = same_law(chain[timestep].numpy(), jump(scheduler, start, other).numpy())
    assert min(p.values()) < SURE


def test_one_run_is_one_path(scheduler):
    """Later draws build on earlier ones: neighbours on a path are alike, the ends of it are not."""
    start = torch.zeros(5000, dtype=torch.float64)
    run = markov_chain(start, scheduler.betas.double(), (500, 501, 999), torch.Generator().manual_seed(1))
    assert np.corrcoef(run[0], run[1])[0, 1] > 0.99
    assert abs(np.corrcoef(run[0], run[2])[0, 1]) < 0.3


def test_curves_are_the_weights_and_their_ratio():
    kept = np.array([0.99, 0.5, 0.01])
    weights, ratio = schedule_curves(kept, [2, 1]).axes
    signal, noise = (line.get_ydata() for line in weights.lines)
    np.testing.assert_allclose(signal**2, kept)
    np.testing.assert_allclose(signal**2 + noise**2, 1)
    _, curve, visited = (line.get_ydata() for line in ratio.lines)
    np.testing.assert_allclose(curve, [19.956352, 0, -19.956352], atol=1e-6)
    np.testing.assert_allclose(visited, curve[[2, 1]])
