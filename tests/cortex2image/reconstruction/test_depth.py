"""The method `depth` draws as zc does, with a depth map beside the latents in every pass of the U-Net."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.support.full_models import generator_of, write_full_model_set
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser, noised
from cortex2image.errors import DataError, ModelSetError
from cortex2image.networks.checksums import record
from cortex2image.networks.codec import decode_latents, encode_images, encode_text, noise_for
from cortex2image.networks.load import load_diffusion
from cortex2image.reconstruction.depth import DepthUNet, open_painter, scaled_maps
from cortex2image.reconstruction.generator import StableDiffusion
from cortex2image.reconstruction.inputs import Tables
from cortex2image.reconstruction.studio import Studio, core_of
from cortex2image.study.methods import METHODS
from cortex2image.study.space_names import parse_space

DEPTH = METHODS["depth"]
SEEDS = [5, 6, 7]
WIDTHS = {"z": 64, "c": 128, "depth": 16}


@pytest.fixture
def decoded(rng):
    return {space: rng.standard_normal((3, width), dtype=np.float32) for space, width in WIDTHS.items()}


def painter_of(models, guidance=3.0):
    nothing = Tables({}, {}, {}, 0)
    return open_painter(DEPTH, Studio(models, sampling(5, 0.8, guidance), nothing, device="cpu"))


@torch.inference_mode()
def by_hand(models, decoded, guidance):
    """The loop of StableDiffusionDepth2ImgPipeline, written out, from the encoded coarse picture on."""
    diffusion = load_diffusion(models, "cpu")
    depth = torch.tensor(decoded["depth"]).reshape(3, 1, 4, 4)
    flat = depth.flatten(1)
    lowest, highest = flat.min(1).values[:, None, None, None], flat.max(1).values[:, None, None, None]
    depth = 2 * (depth - lowest) / (highest - lowest) - 1
    plain = Denoiser(diffusion, sampling(5, 0.8, 1.0))
    start = encode_images(diffusion, StableDiffusion(plain).coarse(decoded["z"]))
    scheduler = diffusion.scheduler
    scheduler.set_timesteps(5)
    timesteps = scheduler.timesteps[1:]
    latents = noised(start, noise_for(SEEDS, (4, 4, 4)), int(timesteps[0]), scheduler.alphas_cumprod)
    states = torch.tensor(decoded["c"]).reshape(3, 8, 16)
    nothing = encode_text(diffusion, [""]).expand_as(states)
    for t in timesteps:
        given = torch.cat([latents, depth], dim=1)
        free, held = (diffusion.unet(given, t, text).sample for text in (nothing, states))
        latents = scheduler.step(free + guidance * (held - free), t, latents, eta=0.0).prev_sample
    return decode_latents(diffusion, latents)


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_pictures_are_those_of_the_loop_written_out(depth_set, decoded, guidance):
    drawn = painter_of(depth_set, guidance)(decoded, SEEDS)
    expected = by_hand(depth_set, decoded, guidance)
    np.testing.assert_allclose(drawn.pictures.astype(int), expected.astype(int), atol=1)
    assert drawn.captions is None


def test_batches_do_not_change_pictures(depth_set, decoded):
    painter = painter_of(depth_set)
    together = painter(decoded, SEEDS).pictures
    for row in (2, 0):
        alone = painter({space: values[[row]] for space, values in decoded.items()}, [SEEDS[row]]).pictures
        np.testing.assert_allclose(alone[0].astype(int), together[row].astype(int), atol=1)


def test_another_map_is_another_picture_and_its_units_do_not_matter(depth_set, decoded):
    painter = painter_of(depth_set)
    first = painter(decoded, SEEDS).pictures.astype(int)
    np.testing.assert_allclose(
        painter(decoded | {"depth": 100 * decoded["depth"] + 7}, SEEDS).pictures.astype(int), first, atol=1
    )
    assert np.abs(painter(decoded | {"depth": -decoded["depth"]}, SEEDS).pictures - first).max() > 5


def test_a_map_of_one_value_is_refused():
    maps = np.ones((2, 16), np.float32)
    maps[0, 3] = 2
    with pytest.raises(DataError, match="maps with near and far parts"):
        scaled_maps(maps, 4)
    scaled = scaled_maps(maps[:1], 4)
    assert (scaled.min(), scaled.max()) == (-1, 1)
    assert scaled.argmax() == 3


def test_latents_of_other_pictures_are_refused(depth_set):
    unet = DepthUNet(load_diffusion(depth_set, "cpu").unet)
    unet.hold(torch.zeros(2, 1, 4, 4))
    with pytest.raises(DataError, match="latents of 2 pictures"):
        unet(torch.zeros(3, 4, 4, 4), 1, torch.zeros(3, 8, 16))


def test_full_size_pictures_are_drawn_from_full_size_features(tmp_path, rng):
    known = generator_of("stable-diffusion-2-depth", tmp_path, thin=True)
    write_full_model_set(tmp_path, known, thin=True, dtype=torch.float16)
    record(known)
    studio = Studio(known, sampling(2, 0.8, 5.0), Tables({}, {}, {}, 0), "bfloat16", "cpu")
    widths = {space: parse_space(space).width(known) for space in DEPTH.inputs}
    assert widths == {"z": 6400, "c": 77 * 1024, "depth": 4096}
    features = {space: rng.standard_normal((1, width), dtype=np.float32) for space, width in widths.items()}
    drawn = open_painter(DEPTH, studio)(features, [1]).pictures
    assert drawn.shape == (1, 512, 512, 3)
    assert drawn.std() > 0


def test_the_step_finds_this_core():
    assert core_of(DEPTH).open_painter is open_painter
    assert (DEPTH.decoded, DEPTH.features) == (("z", "c", "depth"), ())


def test_a_unet_without_a_channel_for_depth_is_refused(depth_set, tiny_model_set):
    described = replace(tiny_model_set, part_widths={"depth": 16})
    with pytest.raises(ModelSetError, match=r"U-Net, latent channels in\n.*5\n.*4"):
        load_diffusion(described, "cpu")
