import itertools

import pytest
import torch

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.diffusion.forward import noise_for
from cortex2image.errors import ConfigError, DataError
from cortex2image.models.load import load_diffusion

SAMPLING = Sampling(steps=10, strength=0.8, guidance_scale=3.0)
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
    plain = Denoiser(tiny_diffusion, Sampling(4, 1.0, 1.0))
    nearly = Denoiser(tiny_diffusion, Sampling(4, 1.0, 1.0 + 1e-7))
    torch.testing.assert_close(
        plain.from_noise(states, SEEDS), nearly.from_noise(states, SEEDS), atol=1e-4, rtol=1e-4
    )


def test_low_strength_stays_near_the_start(tiny_diffusion, latents, states):
    def distance(strength):
        denoised = Denoiser(tiny_diffusion, Sampling(50, strength, 1.0)).from_latents(latents, states, SEEDS)
        return (denoised - latents).norm()

    assert distance(0.04) < distance(0.4) < distance(1.0)


def test_denoisers_do_not_disturb_each_other(denoiser, states):
    before = denoiser.from_noise(states, SEEDS)
    Denoiser(denoiser.diffusion, Sampling(3, 1.0, 1.0))
    torch.testing.assert_close(denoiser.from_noise(states, SEEDS), before)


@pytest.mark.parametrize(
    ("steps", "strength", "kept"), [(100, 0.29, 29), (50, 0.8, 40), (10, 1.0, 10), (3, 0.5, 1)]
)
def test_steps_kept(tiny_diffusion, steps, strength, kept):
    assert Denoiser(tiny_diffusion, Sampling(steps, strength, 1.0)).kept_steps == kept


@pytest.mark.parametrize("strength", [0.0, 0.05, 1.5])
def test_strength_without_a_step(tiny_diffusion, strength):
    with pytest.raises(ConfigError, match="strength in"):
        Denoiser(tiny_diffusion, Sampling(10, strength, 3.0))


def test_a_result_that_is_no_number_is_an_error(denoiser, latents, states):
    with pytest.raises(DataError, match="NaN or Inf"):
        denoiser.from_latents(latents * torch.inf, states, SEEDS)


def test_networks_may_round_but_latents_do_not(tiny_model_set, denoiser, states):
    rounding = Denoiser(load_diffusion(tiny_model_set, "cpu", "bfloat16"), SAMPLING)
    stages = rounding.trajectory(states, SEEDS)
    assert {t.dtype for s in stages for t in (s.noisy, s.predicted, s.denoised)} == {torch.float32}
    # Steps are small beside the latents, so most of a latent has more digits than bfloat16 holds.
    last = stages[-1].denoised
    assert (last != last.bfloat16()).float().mean() > 0.9
    torch.testing.assert_close(last, denoiser.from_noise(states, SEEDS), atol=0.05, rtol=0.05)
