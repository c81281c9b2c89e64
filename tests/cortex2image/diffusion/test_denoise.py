import dataclasses
import itertools

import numpy as np
import pytest
import torch
from diffusers import DDPMScheduler
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser, noised
from cortex2image.errors import ConfigError, NotFiniteError
from cortex2image.networks.codec import encode_images, noise_for
from cortex2image.networks.load import load_diffusion

SAMPLING = sampling(steps=10, strength=0.8, guidance_scale=3.0)
SEEDS = [11, 12, 13]


@pytest.fixture
def denoiser(tiny_diffusion):
    return Denoiser(tiny_diffusion, SAMPLING)


@pytest.fixture
def states():
    return torch.randn(3, 8, 16, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def latents():
    return torch.randn(3, 4, 4, 4, generator=torch.Generator().manual_seed(2))


def pipeline_of(name, diffusion):
    import diffusers

    parts = {
        part: getattr(diffusion, part) for part in ("vae", "text_encoder", "tokenizer", "unet", "scheduler")
    }
    pipeline = getattr(diffusers, name)(
        safety_checker=None, feature_extractor=None, requires_safety_checker=False, **parts
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def prompts(denoiser, states):
    return {
        "prompt_embeds": states,
        "negative_prompt_embeds": denoiser.unconditional.expand_as(states),
        "guidance_scale": SAMPLING.guidance_scale,
        "num_inference_steps": SAMPLING.steps,
        "generator": [torch.Generator().manual_seed(seed) for seed in SEEDS],
        "output_type": "latent",
    }


def test_image_to_image_agrees_with_diffusers(denoiser, latents, states):
    pipeline = pipeline_of("StableDiffusionImg2ImgPipeline", denoiser.diffusion)
    expected = pipeline(image=latents, strength=SAMPLING.strength, **prompts(denoiser, states)).images
    torch.testing.assert_close(denoiser.from_latents(latents, states, SEEDS), expected, atol=1e-5, rtol=1e-4)


def test_text_to_image_agrees_with_diffusers(denoiser, states):
    pipeline = pipeline_of("StableDiffusionPipeline", denoiser.diffusion)
    expected = pipeline(height=16, width=16, **prompts(denoiser, states)).images
    torch.testing.assert_close(denoiser.from_noise(states, SEEDS), expected, atol=1e-5, rtol=1e-4)


def test_a_trajectory_leads_from_the_noise_to_the_latents(denoiser, states):
    stages = denoiser.trajectory(states, SEEDS)
    assert [stage.timestep for stage in stages] == denoiser.timesteps
    torch.testing.assert_close(stages[0].noisy, noise_for(SEEDS, (4, 4, 4)))
    for stage, following in itertools.pairwise(stages):
        torch.testing.assert_close(following.noisy, stage.denoised)
    torch.testing.assert_close(stages[-1].denoised, denoiser.from_noise(states, SEEDS))


def test_a_trajectory_leads_from_the_noised_latents_to_the_result(denoiser, latents, states):
    stages = list(denoiser.stages(latents, states, SEEDS))
    assert [stage.timestep for stage in stages] == denoiser.timesteps[2:]
    torch.testing.assert_close(stages[-1].denoised, denoiser.from_latents(latents, states, SEEDS))
    expected = noised(
        latents, noise_for(SEEDS, (4, 4, 4)), stages[0].timestep, denoiser.scheduler.alphas_cumprod
    )
    torch.testing.assert_close(stages[0].noisy, expected)


def test_each_stage_follows_the_equations(denoiser, states):
    """Guidance (Ho, Salimans 2022), v (Salimans, Ho 2022), DDIM (Song, Meng, Ermon 2021), by hand."""
    unet, kept = denoiser.diffusion.unet, denoiser.scheduler.alphas_cumprod
    stages, weight = denoiser.trajectory(states, SEEDS), SAMPLING.guidance_scale
    # set_alpha_to_one is off: what follows the last timestep is the first abar.
    lower = [*(stage.timestep for stage in stages[1:]), 0]
    for stage, following in zip(stages, lower, strict=True):
        x, signal, noise = stage.noisy, kept[stage.timestep].sqrt(), (1 - kept[stage.timestep]).sqrt()
        empty = unet(x, stage.timestep, denoiser.unconditional.expand_as(states)).sample
        v = empty + weight * (unet(x, stage.timestep, states).sample - empty)
        clean, epsilon = signal * x - noise * v, noise * x + signal * v
        torch.testing.assert_close(stage.predicted, clean, atol=1e-5, rtol=1e-4)
        expected = kept[following].sqrt() * clean + (1 - kept[following]).sqrt() * epsilon
        torch.testing.assert_close(stage.denoised, expected, atol=1e-5, rtol=1e-4)


def test_a_row_depends_on_itself_alone(denoiser, latents, states):
    together = denoiser.from_latents(latents, states, SEEDS)
    order = [2, 0, 1]
    shuffled = denoiser.from_latents(latents[order], states[order], [SEEDS[row] for row in order])
    torch.testing.assert_close(shuffled, together[order], atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(
        denoiser.from_latents(latents[1:2], states[1:2], SEEDS[1:2]), together[1:2], atol=1e-5, rtol=1e-4
    )


def test_guidance_one_is_the_condition_alone(tiny_diffusion, states):
    plain = Denoiser(tiny_diffusion, sampling(4, 1.0, 1.0))
    nearly = Denoiser(tiny_diffusion, sampling(4, 1.0, 1.0 + 1e-7))
    torch.testing.assert_close(
        plain.from_noise(states, SEEDS), nearly.from_noise(states, SEEDS), atol=1e-4, rtol=1e-4
    )


def test_noise_as_released_is_that_of_the_step_above(tiny_diffusion, latents, states):
    """As in CompVis' sampler: noise of schedule[8] of 10, then the steps from schedule[7] down."""
    schedule, scheduler = np.arange(0, 1000, 100) + 1, tiny_diffusion.scheduler
    scheduler.set_timesteps(10)
    kept = scheduler.alphas_cumprod[schedule[8]]
    x = kept.sqrt() * latents + (1 - kept).sqrt() * noise_for(SEEDS, (4, 4, 4))
    with torch.no_grad():
        for step in schedule[:8][::-1].tolist():
            x = scheduler.step(tiny_diffusion.unet(x, step, states).sample, step, x).prev_sample
    released = Denoiser(tiny_diffusion, sampling(10, 0.8, 1.0, noising="as_released"))
    torch.testing.assert_close(released.from_latents(latents, states, SEEDS), x, atol=1e-5, rtol=1e-4)
    matched = Denoiser(tiny_diffusion, sampling(10, 0.8, 1.0)).from_latents(latents, states, SEEDS)
    assert not torch.allclose(matched, x, atol=1e-2)


def test_no_step_is_above_the_last(tiny_diffusion):
    with pytest.raises(ConfigError, match="noising: matched, or lower strength"):
        Denoiser(tiny_diffusion, sampling(10, 1.0, 3.0, noising="as_released"))


def test_initial_latents_are_means_or_samples_of_their_own_seeds(denoiser, tiny_diffusion, rng):
    images = rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8)
    means = encode_images(tiny_diffusion, images)
    torch.testing.assert_close(denoiser.encode(images, SEEDS), means)
    sampling = Denoiser(tiny_diffusion, dataclasses.replace(SAMPLING, latent="sample"))
    samples = sampling.encode(images, SEEDS)
    torch.testing.assert_close(sampling.encode(images[1:2], SEEDS[1:2]), samples[1:2], atol=1e-5, rtol=1e-4)
    drawn, added = (samples - means).flatten(), noise_for(SEEDS, (4, 4, 4)).flatten()
    # A posterior that shared the draw of the noise that follows would correlate with it almost fully.
    assert drawn.std() > 0.01
    assert abs(np.corrcoef(drawn, added)[0, 1]) < 0.3


def test_low_strength_stays_near_the_start(tiny_diffusion, latents, states):
    def distance(strength):
        denoised = Denoiser(tiny_diffusion, sampling(50, strength, 1.0)).from_latents(latents, states, SEEDS)
        return (denoised - latents).norm()

    assert distance(0.04) < distance(0.4) < distance(1.0)


def test_denoisers_do_not_disturb_each_other(denoiser, states):
    before = denoiser.from_noise(states, SEEDS)
    Denoiser(denoiser.diffusion, sampling(3, 1.0, 1.0))
    torch.testing.assert_close(denoiser.from_noise(states, SEEDS), before)


@pytest.mark.parametrize(
    ("steps", "strength", "kept"), [(100, 0.29, 29), (50, 0.8, 40), (10, 1.0, 10), (3, 0.5, 1)]
)
def test_steps_kept(tiny_diffusion, steps, strength, kept):
    assert Denoiser(tiny_diffusion, sampling(steps, strength, 1.0)).kept_steps == kept


@pytest.mark.parametrize("strength", [0.0, 0.05, 1.5])
def test_strength_without_a_step(tiny_diffusion, strength):
    with pytest.raises(ConfigError, match="strength in"):
        Denoiser(tiny_diffusion, sampling(10, strength, 3.0))


def test_a_result_that_is_no_number_is_an_error(denoiser, latents, states):
    latents = latents.clone()
    latents[1, 0, 0, 0] = torch.inf
    with pytest.raises(NotFiniteError, match="NaN or Inf in 1 rows") as refused:
        denoiser.from_latents(latents, states, SEEDS)
    assert refused.value.rows == (1,)


def test_networks_may_round_but_latents_do_not(tiny_model_set, denoiser, states):
    rounding = Denoiser(load_diffusion(tiny_model_set, "cpu", "bfloat16"), SAMPLING)
    stages = rounding.trajectory(states, SEEDS)
    assert {t.dtype for s in stages for t in (s.noisy, s.predicted, s.denoised)} == {torch.float32}
    # Steps are small beside the latents, so most of a latent has more digits than bfloat16 holds.
    last = stages[-1].denoised
    assert (last != last.bfloat16()).float().mean() > 0.9
    torch.testing.assert_close(last, denoiser.from_noise(states, SEEDS), atol=0.05, rtol=0.05)


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
