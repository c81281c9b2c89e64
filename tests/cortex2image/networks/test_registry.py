import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.full_models import UNET, VERSION_2_UNET

from cortex2image.errors import ConfigError
from cortex2image.metrics.choice import metrics_of
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.judge_specs import DREAMSIM
from cortex2image.networks.origins import ADAPTER_WEIGHTS, DREAMSIM_WEIGHTS, IMAGE_ENCODER
from cortex2image.networks.registry import BLIP, DPT, MODEL_SETS, STABLE_DIFFUSION_2_DEPTH, model_set
from cortex2image.study import settings

FETCHED = [known for known in MODEL_SETS.values() if known.fetched]


def test_sets_are_found_by_their_own_name():
    assert all(model_set(name).name == name for name in MODEL_SETS)


def test_unknown_set_lists_the_known_ones():
    with pytest.raises(ConfigError, match=r"one of miniature, stable(.|\n)*minature"):
        model_set("minature")


def test_a_config_may_name_every_set_and_no_other():
    assert list(settings.MODEL_SETS) == list(MODEL_SETS)


def test_judges_of_a_set_have_names_of_their_own():
    for known in MODEL_SETS.values():
        names = [judge.name for judge in known.judges]
        assert len(set(names)) == len(names) > 0


def test_a_folder_of_ones_own_changes_nothing_else():
    mine = model_set("stable-diffusion-v1-4", "/data/models")
    assert mine.folder == Path("/data/models")
    assert mine.files == MODEL_SETS["stable-diffusion-v1-4"].files


@pytest.mark.parametrize("known", FETCHED, ids=lambda known: known.name)
def test_fetched_sets_are_pinned_to_commits(known):
    pinned = [origin for origin in known.hub if origin not in (BLIP, DPT, STABLE_DIFFUSION_2_DEPTH)]
    assert all(re.fullmatch("[0-9a-f]{40}", origin.revision) for origin in pinned)
    assert len(pinned) >= 1


@pytest.mark.parametrize("known", FETCHED, ids=lambda known: known.name)
def test_no_pickle_and_no_variant_is_among_the_files(known):
    kinds = {Path(name).suffix for name in known.files}
    assert kinds == {".json", ".txt", ".safetensors"}
    assert all(name.count(".") == 1 for name in known.files)
    assert len(set(known.files)) == len(known.files)


@pytest.mark.parametrize("known", FETCHED, ids=lambda known: known.name)
def test_every_judge_has_files(known):
    folders = {str(Path(name).parent) for name in known.files}
    assert {judge.folder for judge in known.judges} | {known.lpips} <= folders


def test_the_set_of_the_image_prompt_has_its_files():
    known = MODEL_SETS["stable-diffusion-v1-5-image-prompt"]
    assert "image_prompt" in known.parts
    assert {f"{IMAGE_ENCODER}/model.safetensors", ADAPTER_WEIGHTS} <= set(known.files)
    assert not {ADAPTER_WEIGHTS} & set(MODEL_SETS["stable-diffusion-v1-4"].files)


def test_sets_with_dreamsim_differ_in_one_judge_and_its_file():
    with_it = [known for known in FETCHED if known.name.endswith("-dreamsim")]
    assert len(with_it) == 3
    for known in with_it:
        plain = MODEL_SETS[known.name.removesuffix("-dreamsim")]
        assert set(known.judges) - set(plain.judges) == set(DREAMSIM)
        assert set(known.files) - set(plain.files) == {DREAMSIM_WEIGHTS.path}
        assert (
            replace(known, **{key: getattr(plain, key) for key in ("name", "folder", "judges", "weights")})
            == plain
        )
        assert set(metrics_of(known)) - set(metrics_of(plain)) == {"distance_dreamsim_dino_vitb16"}


def test_a_shipped_set_has_nothing_to_fetch():
    assert not MODEL_SETS["miniature"].fetched
    assert MODEL_SETS["miniature"].files == ()


def test_the_numbers_of_the_shipped_unet_are_those_of_its_configuration():
    known = MODEL_SETS["miniature"]
    unet = json.loads((known.folder / "unet" / "config.json").read_text())
    assert known.unet_channels == tuple(unet["block_out_channels"])
    assert known.generated_shape == (unet["in_channels"], unet["sample_size"], unet["sample_size"])


@pytest.mark.parametrize("known", FETCHED, ids=lambda known: known.name)
def test_fetched_sets_generate_512_pixels_from_a_latent_of_an_eighth(known):
    assert known.generated_shape == (known.latent_shape[0], 512 // 8, 512 // 8)
    assert known.unet_channels == (320, 640, 1280, 1280)


def multiplications(config, tokens):
    """Count those of one pass of a U-Net, with attention; nothing is computed."""
    ensure_torchvision()
    import torch
    from diffusers import UNet2DConditionModel
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counted:
        unet = UNet2DConditionModel.from_config(config)
        side, width = unet.config.sample_size, unet.config.cross_attention_dim
        latents = torch.empty(1, unet.config.in_channels, side, side)
        unet(latents, torch.tensor(1), torch.empty(1, tokens, width))
    return counted.get_total_flops() / 2


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("miniature", json.loads((MODEL_SETS["miniature"].folder / "unet" / "config.json").read_text())),
        ("stable-diffusion-v1-4", UNET),
        ("stable-diffusion-v1-5", UNET),
        ("stable-diffusion-v2-1-base", UNET | VERSION_2_UNET),
        ("stable-diffusion-v1-4-captioner", UNET),
        ("stable-diffusion-2-depth", UNET | VERSION_2_UNET | {"in_channels": 5}),
    ],
)
def test_passes_of_the_unet_are_counted(name, config):
    counted = multiplications(config, MODEL_SETS[name].text_length)
    assert counted == pytest.approx(MODEL_SETS[name].unet_gmac * 1e9, rel=1e-3)
