"""Latents and activity from one run of the sampler: what independent passes give, at the cost of one."""

import dataclasses
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from tests.support.sampling import sampling
from tests.support.stimuli import stimuli_of, write_pictures

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import ConfigError, DataError
from cortex2image.features.captions import caption_states
from cortex2image.features.denoised import sampled_features
from cortex2image.features.latents import image_latents
from cortex2image.study.space_names import parse_space

SAMPLING = sampling(10, 0.8, 3.0)
NAMES = [
    "zc",
    "zc-n0.8-t3",
    "unet-down0-n0.8-t1",
    "unet-down1.res0-n0.8-t3",
    "unet-mid-n0.8-t3",
    "unet-up0.res1-n0.8-t8",
    "unet-up1-n0.8-t8",
]
MODULES = {
    "down0": "down_blocks.0",
    "down1.res0": "down_blocks.1.resnets.0",
    "mid": "mid_block",
    "up0.res1": "up_blocks.0.resnets.1",
    "up1": "up_blocks.1",
}


@pytest.fixture
def paths(tmp_path, rng):
    return write_pictures(rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8), tmp_path)


def features(diffusion, paths, names=NAMES, drawn=SAMPLING, **batch):
    spaces = [parse_space(name) for name in names]
    found = list(sampled_features(stimuli_of(paths, **batch), Denoiser(diffusion, drawn), spaces))
    assert sorted(str(space) for space, _ in found) == sorted(names)
    return {str(space): rows for space, rows in found}


@contextmanager
def spy(unet):
    """Count the passes of a U-Net."""
    passes = []
    hook = unet.register_forward_hook(lambda module, inputs, output: passes.append(inputs[1]))
    try:
        yield passes
    finally:
        hook.remove()


def start_of(diffusion, paths, drawn=SAMPLING):
    denoiser, stimuli = Denoiser(diffusion, drawn), stimuli_of(paths)
    seeds = stimuli.seeds("zc")
    states = denoiser.states(caption_states(diffusion, stimuli.captions))
    return denoiser, denoiser.encode(stimuli.pictures(16), seeds), states, seeds


def test_latents_are_those_that_pictures_are_painted_from(tiny_diffusion, paths):
    denoiser, latents, states, seeds = start_of(tiny_diffusion, paths)
    expected = denoiser.from_latents(latents, states, seeds).flatten(1).numpy()
    found = features(tiny_diffusion, paths)
    np.testing.assert_array_equal(found["zc"], expected)
    assert (found["zc"].shape, found["zc"].dtype) == ((3, 64), np.float32)
    third = list(denoiser.stages(latents, states, seeds))[2].denoised
    np.testing.assert_array_equal(found["zc-n0.8-t3"], third.flatten(1).numpy())
    assert not np.allclose(found["zc-n0.8-t3"], found["zc"], atol=1e-2)


@pytest.mark.parametrize("guidance_scale", [1.0, 3.0])
def test_activity_is_that_of_a_pass_with_the_caption_alone(tiny_diffusion, paths, guidance_scale):
    drawn = dataclasses.replace(SAMPLING, guidance_scale=guidance_scale)
    denoiser, latents, states, seeds = start_of(tiny_diffusion, paths, drawn)
    noisy = [(stage.noisy, stage.timestep) for stage in denoiser.stages(latents, states, seeds)]
    found, unet = features(tiny_diffusion, paths, drawn=drawn), tiny_diffusion.unet
    for name in NAMES[2:]:
        space, given = parse_space(name), []

        def hook(module, inputs, output, given=given):
            given.append((output[0] if isinstance(output, tuple) else output).clone())

        handle = unet.get_submodule(MODULES[space.layer]).register_forward_hook(hook)
        with torch.no_grad():
            unet(*noisy[space.step - 1], states)
        handle.remove()
        np.testing.assert_allclose(found[name], given[0].flatten(1).numpy(), atol=2e-5, err_msg=name)


def test_one_pass_of_the_unet_per_step_whatever_the_number_of_spaces(tiny_diffusion, paths):
    with spy(tiny_diffusion.unet) as passes:
        features(tiny_diffusion, paths)
    assert passes == Denoiser(tiny_diffusion, SAMPLING).timesteps[2:]


def test_no_step_runs_that_no_space_needs(tiny_diffusion, paths):
    with spy(tiny_diffusion.unet) as passes:
        features(tiny_diffusion, paths, ["unet-mid-n0.8-t2", "zc-n0.8-t3"])
    assert passes == Denoiser(tiny_diffusion, SAMPLING).timesteps[2:5]


def test_a_stimulus_depends_on_itself_alone(tiny_diffusion, paths):
    together = features(tiny_diffusion, paths)
    alone = [features(tiny_diffusion, paths, rows=slice(row, row + 1)) for row in range(3)]
    for name in NAMES:
        joined = np.concatenate([one[name] for one in alone])
        np.testing.assert_allclose(joined, together[name], atol=1e-4, err_msg=name)
    other = features(tiny_diffusion, paths, seed=4)
    assert not np.allclose(other["zc"], together["zc"], atol=1e-2)


def test_noise_levels_share_the_noise_of_a_stimulus(tiny_diffusion, paths, monkeypatch):
    """The picture is noised as the closed form says, with one draw for every level."""
    drawn = []

    def remembered(latents, noise, timestep, alphas_cumprod):
        drawn.append((noise, timestep))
        return latents

    monkeypatch.setattr("cortex2image.diffusion.denoise.noised", remembered)
    for noise, name in ((0.8, "zc"), (0.3, "zc-n0.3")):
        features(tiny_diffusion, paths, [name], sampling(10, noise, 3.0))
    (first, high), (second, low) = drawn
    torch.testing.assert_close(first, second, rtol=0, atol=0)
    assert high > low


def test_settings_of_the_sampler_reach_the_latents(tiny_diffusion, paths):
    plain = features(tiny_diffusion, paths, ["zc"])["zc"]
    for change in ({"latent": "sample"}, {"noising": "as_released"}, {"guidance_scale": 1.0}):
        other = features(tiny_diffusion, paths, ["zc"], dataclasses.replace(SAMPLING, **change))["zc"]
        assert not np.allclose(other, plain, atol=1e-3), change


def test_without_noise_it_would_be_z(tiny_diffusion, paths):
    """A network that sees no noise changes nothing: at the smallest noise level z_c stays near z."""
    z = image_latents(tiny_diffusion, stimuli_of(paths).pictures(16))
    weak, strong = (
        features(tiny_diffusion, paths, ["zc"], sampling(100, noise, 1.0))["zc"] for noise in (0.01, 0.8)
    )
    assert np.abs(weak - z).mean() < 0.2 * np.abs(strong - z).mean()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("zc-n0.8-t9", "whose steps are 1 to 8"),
        ("zc-n0.5", "at noise level 0.8"),
        ("z", "at noise level 0.8"),
        ("unet-down7-n0.8-t1", "choose among down0.res0, down0"),
    ],
)
def test_spaces_that_the_run_does_not_pass_are_refused_before_it(tiny_diffusion, paths, name, said):
    with spy(tiny_diffusion.unet) as passes, pytest.raises(ConfigError, match=said):
        features(tiny_diffusion, paths, ["zc", name])
    assert passes == []


def hooks_of(unet):
    return sum(len(module._forward_hooks) for module in unet.modules())


def test_the_network_is_left_as_it_was_even_after_an_error(tiny_diffusion, paths, monkeypatch):
    features(tiny_diffusion, paths)
    assert hooks_of(tiny_diffusion.unet) == 0
    monkeypatch.setattr("cortex2image.diffusion.denoise.noised", lambda latents, *others: latents * torch.nan)
    with pytest.raises(DataError, match="NaN or Inf"):
        features(tiny_diffusion, paths)
    assert hooks_of(tiny_diffusion.unet) == 0
