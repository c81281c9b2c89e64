import dataclasses
import math

import diffusers
import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser, noised
from cortex2image.diffusion.samplers import SAMPLERS, Sampler
from cortex2image.errors import ConfigError
from cortex2image.networks.codec import noise_for
from cortex2image.seeds import seed_for

SEEDS = [11, 12, 13]
SHAPE = (4, 4, 4)
CONFIG = {
    "num_train_timesteps": 1000,
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "timestep_spacing": "leading",
    "steps_offset": 1,
    "prediction_type": "epsilon",
    "clip_sample": False,
    "set_alpha_to_one": False,
}
EXACT = {"atol": 1e-5, "rtol": 1e-4}


@pytest.fixture
def states():
    return torch.randn(3, 8, 16, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def latents():
    return torch.randn(3, *SHAPE, generator=torch.Generator().manual_seed(2))


def of_noise(diffusion):
    """The tiny model, taken as one whose U-Net predicts noise."""
    scheduler = DDIMScheduler.from_config(diffusion.scheduler.config, prediction_type="epsilon")
    return dataclasses.replace(diffusion, scheduler=scheduler)


def guided(denoiser, x, timestep, states):
    unet, weight = denoiser.diffusion.unet, denoiser.sampling.guidance_scale
    with torch.no_grad():
        empty = unet(x, timestep, denoiser.unconditional.expand_as(states)).sample
        return empty + weight * (unet(x, timestep, states).sample - empty)


def peer(name, config, steps):
    """The scheduler of diffusers, made by hand."""
    known = {key: value for key, value in config.items() if not key.startswith("_")}
    if name == "dpmsolver++":
        scheduler = diffusers.DPMSolverMultistepScheduler.from_config(known)
    elif name == "pndm":
        scheduler = diffusers.PNDMScheduler.from_config({**known, "skip_prk_steps": True})
    else:
        scheduler = {"ddim": DDIMScheduler, "ancestral": diffusers.DDPMScheduler}[name].from_config(known)
    scheduler.set_timesteps(steps)
    return scheduler


@pytest.mark.parametrize("name", ["ddim", "pndm", "dpmsolver++"])
def test_from_noise_a_sampler_is_the_pipeline_of_diffusers(name, tiny_diffusion, states):
    diffusion = of_noise(tiny_diffusion)
    denoiser = Denoiser(diffusion, sampling(10, 0.8, 3.0, sampler=name))
    parts = {part: getattr(diffusion, part) for part in ("vae", "text_encoder", "tokenizer", "unet")}
    pipeline = diffusers.StableDiffusionPipeline(
        scheduler=peer(name, diffusion.scheduler.config, 10),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
        **parts,
    )
    pipeline.set_progress_bar_config(disable=True)
    expected = pipeline(
        height=16,
        width=16,
        prompt_embeds=states,
        negative_prompt_embeds=denoiser.unconditional.expand_as(states),
        guidance_scale=3.0,
        num_inference_steps=10,
        generator=[torch.Generator().manual_seed(seed) for seed in SEEDS],
        output_type="latent",
    ).images
    torch.testing.assert_close(denoiser.from_noise(states, SEEDS), expected, **EXACT)
    assert [
        stage.timestep for stage in denoiser.trajectory(states, SEEDS)
    ] == pipeline.scheduler.timesteps.tolist()


@pytest.mark.parametrize("strength", [0.8, 1.0, 0.1])
@pytest.mark.parametrize("name", ["ddim", "dpmsolver++", "ancestral"])
def test_from_the_middle_a_sampler_is_the_loop_of_diffusers(name, strength, tiny_diffusion, latents, states):
    """The U-Net of the tiny model predicts v; noise belongs to the first timestep of the sampler's own."""
    denoiser = Denoiser(tiny_diffusion, sampling(10, strength, 3.0, sampler=name))
    scheduler = peer(name, tiny_diffusion.scheduler.config, 10)
    kept = scheduler.timesteps[10 - denoiser.kept_steps :]
    x = scheduler.add_noise(latents, noise_for(SEEDS, SHAPE), kept[:1])
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(10 - denoiser.kept_steps)
    generators = [torch.Generator().manual_seed(seed_for(seed, "ancestral")) for seed in SEEDS]
    fresh = {"generator": generators} if name == "ancestral" else {}
    for timestep in kept:
        x = scheduler.step(guided(denoiser, x, timestep, states), timestep, x, **fresh).prev_sample
    torch.testing.assert_close(denoiser.from_latents(latents, states, SEEDS), x, **EXACT)


@pytest.mark.parametrize("strength", [0.8, 0.3, 0.1])
def test_pndm_from_the_middle_is_the_plms_of_compvis(strength, tiny_diffusion, latents, states):
    """Adams-Bashforth over noise, begun by a step that is taken twice (CompVis, p_sample_plms)."""
    denoiser = Denoiser(tiny_diffusion, sampling(10, strength, 3.0, sampler="pndm"))
    abar = tiny_diffusion.scheduler.alphas_cumprod
    grid = [*range(901, 0, -100)][10 - denoiser.kept_steps :]

    def noise_at(x, t):
        return (1 - abar[t]).sqrt() * x + abar[t].sqrt() * guided(denoiser, x, t, states)

    def to(x, noise, t, following):
        clean = (x - (1 - abar[t]).sqrt() * noise) / abar[t].sqrt()
        return abar[following].sqrt() * clean + (1 - abar[following]).sqrt() * noise

    weights = {2: (1.5, -0.5), 3: (23 / 12, -16 / 12, 5 / 12), 4: (55 / 24, -59 / 24, 37 / 24, -9 / 24)}
    x, old = noised(latents, noise_for(SEEDS, SHAPE), grid[0], abar), []
    for t, following in zip(grid, [*grid[1:], 0], strict=True):
        old = [noise_at(x, t), *old][:4]
        if len(old) > 1:
            mixed = sum(w * noise for w, noise in zip(weights[len(old)], old, strict=True))
        elif len(grid) > 1:
            mixed = (old[0] + noise_at(to(x, old[0], t, following), following)) / 2
        else:
            mixed = old[0]
        x = to(x, mixed, t, following)
    torch.testing.assert_close(denoiser.from_latents(latents, states, SEEDS), x, **EXACT)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_row_depends_on_itself_alone_and_on_no_batch_before(name, tiny_diffusion):
    denoiser = Denoiser(tiny_diffusion, sampling(6, 0.7, 3.0, sampler=name))
    generator = torch.Generator().manual_seed(7)
    latents, states = torch.randn(7, *SHAPE, generator=generator), torch.randn(7, 8, 16, generator=generator)
    seeds = list(range(7))
    together = denoiser.from_latents(latents, states, seeds)
    for size in (1, 3):
        parts = [slice(first, first + size) for first in range(0, 7, size)]
        apart = [denoiser.from_latents(latents[part], states[part], seeds[part]) for part in parts]
        torch.testing.assert_close(torch.cat(apart), together, **EXACT)


@pytest.mark.parametrize("name", SAMPLERS)
def test_batches_that_run_at_once_do_not_disturb_each_other(name, tiny_diffusion, latents, states):
    denoiser = Denoiser(tiny_diffusion, sampling(6, 0.7, 3.0, sampler=name))
    alone = denoiser.from_latents(latents, states, SEEDS)
    first, second = (denoiser.stages(latents, states, seeds) for seeds in (SEEDS, [1, 2, 3]))
    pairs = list(zip(first, second, strict=True))
    torch.testing.assert_close(pairs[-1][0].denoised, alone, rtol=0, atol=0)


@pytest.mark.parametrize("name", SAMPLERS)
@pytest.mark.parametrize("predicts", ["epsilon", "v_prediction", "sample"])
def test_the_clean_latents_are_found_whatever_the_network_predicts(name, predicts, latents):
    sampler = Sampler(name, {**CONFIG, "prediction_type": predicts}, 10)
    noise = noise_for(SEEDS, SHAPE)
    for timestep in sampler.timesteps:
        signal, share = (
            float(f(sampler.alphas_cumprod[timestep])) for f in (torch.sqrt, lambda a: (1 - a).sqrt())
        )
        output = {"epsilon": noise, "v_prediction": signal * noise - share * latents, "sample": latents}[
            predicts
        ]
        noisy = signal * latents + share * noise
        torch.testing.assert_close(sampler.clean(output, timestep, noisy), latents, atol=1e-4, rtol=1e-4)


MEAN, SPREAD = 1.5, 0.6
"""Of clean latents in a world whose reverse process is known: each value is normal, apart from all others."""


def gaussian_output(sampler, predicts):
    """The perfect network of that world."""

    def output(x, t):
        kept = sampler.alphas_cumprod[t]
        noise = (1 - kept).sqrt() * (x - kept.sqrt() * MEAN) / (kept * SPREAD**2 + 1 - kept)
        clean = (x - (1 - kept).sqrt() * noise) / kept.sqrt()
        return {"epsilon": noise, "v_prediction": kept.sqrt() * noise - (1 - kept).sqrt() * clean}[predicts]

    return output


def draw(name, steps, first, x, predicts="epsilon", seeds=SEEDS):
    sampler = Sampler(name, {**CONFIG, "prediction_type": predicts}, steps)
    output, advance = gaussian_output(sampler, predicts), sampler.begin(seeds)
    passes = sampler.passes(first)
    for timestep in passes:
        x = advance(output(x, timestep), timestep, x)
    return x, sampler.alphas_cumprod[passes[0]]


def exact(x, kept):
    """Where the probability flow takes x at the first timestep (Song et al. 2021, scores that are normal)."""
    return MEAN + SPREAD * (x - kept.sqrt() * MEAN) / (kept * SPREAD**2 + 1 - kept).sqrt()


@pytest.mark.parametrize("share", [0.0, 0.4])
@pytest.mark.parametrize("predicts", ["epsilon", "v_prediction"])
@pytest.mark.parametrize(
    ("name", "steps", "bound"), [("ddim", 200, 0.02), ("pndm", 100, 0.01), ("dpmsolver++", 100, 0.01)]
)
def test_deterministic_samplers_follow_the_flow_of_a_known_world(name, steps, bound, predicts, share):
    x = noise_for([1, 2, 3], (1000,))
    found, kept = draw(name, steps, int(steps * share), x, predicts)
    # Clean to the first abar of the schedule, or to none at all.
    assert float((found - exact(x, kept)).abs().max()) < bound + 0.03
    assert float((found - exact(x, kept)).mean().abs()) < bound


@pytest.mark.parametrize("predicts", ["epsilon", "v_prediction"])
@pytest.mark.parametrize("name", ["pndm", "dpmsolver++"])
def test_solvers_of_higher_order_need_fewer_steps(name, predicts):
    x = noise_for([1, 2, 3], (1000,))

    def error(which):
        found, kept = draw(which, 20, 0, x, predicts)
        return float((found - exact(x, kept)).square().mean().sqrt())

    # DPM-Solver++ ends with a step to the mean of what is clean, of first order.
    assert error(name) < {"pndm": 0.3, "dpmsolver++": 0.7}[name] * error("ddim")


def test_ancestral_steps_draw_the_distribution_of_a_known_world():
    seeds = list(range(40))
    x = noise_for([seed + 1000 for seed in seeds], (500,))
    found, _ = draw("ancestral", 250, 0, x, seeds=seeds)
    error = SPREAD / math.sqrt(found.numel())
    # The schedule begins with a trace of the signal, and steps are finite.
    assert abs(float(found.mean()) - MEAN) < 5 * error + 0.02
    assert abs(float(found.std()) - SPREAD) < 5 * error + 0.02
    again, _ = draw("ancestral", 250, 0, x, seeds=[seed + 1 for seed in seeds])
    assert abs(np.corrcoef(found.flatten(), again.flatten())[0, 1]) < 0.9
    assert float((found - again).abs().mean()) > 0.1


def test_deterministic_samplers_do_not_read_seeds():
    for name in ("ddim", "pndm", "dpmsolver++"):
        x = noise_for(SEEDS, (10,))
        torch.testing.assert_close(
            draw(name, 5, 0, x)[0], draw(name, 5, 0, x, seeds=[1, 2, 3])[0], rtol=0, atol=0
        )


def test_pndm_doubles_the_second_timestep_that_is_kept():
    sampler = Sampler("pndm", CONFIG, 10)
    assert sampler.timesteps == list(range(901, 0, -100))
    assert sampler.passes(0)[:4] == [901, 801, 801, 701]
    assert sampler.passes(2)[:4] == [701, 601, 601, 501]
    assert sampler.passes(8) == [101, 1, 1]
    assert sampler.passes(9) == [1]


def test_defaults_of_a_scheduler_do_not_change_with_the_sampler():
    """A config that names no spacing has that of DDIM; DPM-Solver++'s own default is another."""
    unnamed = {key: value for key, value in CONFIG.items() if key != "timestep_spacing"}
    config = DDIMScheduler.from_config(unnamed).config
    assert config.timestep_spacing == "leading"
    assert Sampler("dpmsolver++", config, 9).timesteps == list(range(901, 100, -100))


def test_an_unknown_sampler(tiny_diffusion):
    with pytest.raises(ConfigError, match=r"reconstruct/sampler(.|\n)*dpmsolver\+\+(.|\n)*euler"):
        Denoiser(tiny_diffusion, sampling(5, 0.8, 1.0, sampler="euler"))


def test_more_steps_than_a_schedule_has_timesteps():
    with pytest.raises(ConfigError, match=r"reconstruct/steps(.|\n)*1000"):
        Sampler("dpmsolver++", CONFIG, 1000)
    assert len(Sampler("ddim", CONFIG, 1000).timesteps) == 1000
