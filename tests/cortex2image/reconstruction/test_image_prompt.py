import copy

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.support.sampling import sampling
from tests.support.tiny_image_prompt import EMBEDDING, write_prompted_set
from tests.support.tiny_models import write_sums

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.errors import ModelSetError
from cortex2image.networks.codec import encode_text
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.origins import ADAPTER_WEIGHTS
from cortex2image.reconstruction.generator import StableDiffusion, generate
from cortex2image.reconstruction.image_prompt import ImagePrompt, attach_adapter
from cortex2image.reconstruction.inputs import Tables
from cortex2image.reconstruction.studio import Studio, core_of
from cortex2image.study.methods import FROM_NOISE, FROM_PICTURE, METHODS

SEEDS = [5, 6, 7]
DRAWN = sampling(5, 0.8, 3.0)


@pytest.fixture(scope="module")
def prompted(tmp_path_factory):
    return write_prompted_set(tmp_path_factory.mktemp("prompted"))


@pytest.fixture(scope="module")
def plain(prompted):
    return load_diffusion(prompted, "cpu")


@pytest.fixture
def adapted(prompted):
    diffusion = load_diffusion(prompted, "cpu")
    attach_adapter(diffusion)
    return diffusion


@pytest.fixture
def features(rng):
    return {
        "z": rng.standard_normal((3, 64), dtype=np.float32),
        "e": rng.standard_normal((3, EMBEDDING), dtype=np.float32),
    }


def difference(one, other):
    return np.abs(one.astype(int) - other.astype(int)).max(axis=(1, 2, 3))


def scale(diffusion, value):
    """Set the weight of the attention to the image prompt."""
    processors = [p for p in diffusion.unet.attn_processors.values() if hasattr(p, "to_k_ip")]
    assert processors
    for processor in processors:
        processor.scale = [value]


@pytest.mark.parametrize("start", [FROM_NOISE, FROM_PICTURE])
def test_each_picture_depends_on_its_own_embedding(adapted, features, start):
    generator = ImagePrompt(Denoiser(adapted, DRAWN))
    first = generate(start, generator, features, SEEDS)
    changed = features | {"e": features["e"].copy()}
    changed["e"][1] *= -1
    moved = difference(generate(start, generator, changed, SEEDS), first)
    assert moved[1] > 5
    assert moved[[0, 2]].max() == 0


@pytest.mark.parametrize("start", [FROM_NOISE, FROM_PICTURE])
def test_without_weight_it_is_stable_diffusion_without_a_caption(adapted, plain, features, start):
    scale(adapted, 0.0)
    drawn = generate(start, ImagePrompt(Denoiser(adapted, DRAWN)), features, SEEDS)
    empty = encode_text(plain, [""] * 3).flatten(1).numpy()
    expected = generate(start, StableDiffusion(Denoiser(plain, DRAWN)), features | {"c": empty}, SEEDS)
    np.testing.assert_array_equal(drawn, expected)


def test_decoded_text_states_are_the_caption_where_they_are_given(adapted, plain, features, rng):
    scale(adapted, 0.0)
    both = features | {"c": rng.standard_normal((3, 128), dtype=np.float32)}
    drawn = generate(FROM_PICTURE, ImagePrompt(Denoiser(adapted, DRAWN)), both, SEEDS)
    expected = generate(FROM_PICTURE, StableDiffusion(Denoiser(plain, DRAWN)), both, SEEDS)
    np.testing.assert_array_equal(drawn, expected)


def test_latents_do_not_depend_on_the_batch(adapted, features):
    """To the last bit, as those without an image prompt."""
    generator = ImagePrompt(Denoiser(adapted, DRAWN))
    start = torch.randn(3, 4, 4, 4, generator=torch.Generator().manual_seed(1))
    together = generator.denoise(features, SEEDS, start)
    for row in range(3):
        own = {space: values[row : row + 1] for space, values in features.items()}
        alone = generator.denoise(own, SEEDS[row : row + 1], start[row : row + 1])
        assert torch.equal(alone, together[row : row + 1])


def test_the_unguided_half_sees_no_picture(prompted, adapted, features):
    """The U-Net of diffusers with the adapter, called as its pipeline calls it: zeros without guidance."""
    denoiser = Denoiser(adapted, DRAWN)
    generator = ImagePrompt(denoiser)
    reference = load_diffusion(prompted, "cpu").unet
    file = load_file(prompted.folder / ADAPTER_WEIGHTS)
    parts = {"image_proj": {}, "ip_adapter": {}}
    for name, value in file.items():
        part, _, rest = name.partition(".")
        parts[part][rest] = value
    reference._load_ip_adapter_weights([copy.deepcopy(parts)])
    seen = []

    def watch(module, args, options, output):
        seen.append((*args, options["sample"], options["timestep"], output.sample))

    hook = adapted.unet.register_forward_hook(watch, with_kwargs=True)
    with torch.inference_mode():
        denoiser.from_noise(generator.states(features), SEEDS)
    hook.remove()
    embeds = torch.cat([torch.zeros(3, EMBEDDING), torch.tensor(features["e"])])[:, None]
    empty = encode_text(adapted, [""] * 6)
    assert len(seen) == 5
    for sample, timestep, output in seen:
        with torch.inference_mode():
            expected = reference(sample, timestep, empty, added_cond_kwargs={"image_embeds": [embeds]}).sample
        torch.testing.assert_close(output, expected)


def test_the_core_of_the_registry_draws_as_the_method_says(prompted, adapted, features):
    method = METHODS["image_prompt"]
    studio = Studio(prompted, DRAWN, Tables({}, {}, {}, 0), device="cpu")
    drawn = core_of(method).open_painter(method, studio)(features, SEEDS).pictures
    expected = generate(FROM_PICTURE, ImagePrompt(Denoiser(adapted, DRAWN)), features, SEEDS)
    np.testing.assert_array_equal(drawn, expected)


@pytest.mark.parametrize(
    ("name", "changed", "message"),
    [
        ("image_proj.proj.weight", lambda w: w[:, :12], r"\(64, 20\)(.|\n)*\(64, 12\)"),
        ("ip_adapter.1.to_k_ip.weight", lambda w: w * float("nan"), "NaN or Inf"),
        ("ip_adapter.3.to_v_ip.weight", None, "no such tensor"),
    ],
)
def test_an_adapter_of_another_model_is_refused(tmp_path, name, changed, message):
    known = write_prompted_set(tmp_path)
    weights = load_file(tmp_path / ADAPTER_WEIGHTS)
    value = weights.pop(name)
    if changed:
        weights[name] = changed(value).contiguous()
    save_file(weights, tmp_path / ADAPTER_WEIGHTS)
    write_sums(tmp_path)
    with pytest.raises(ModelSetError, match=rf"{name}(.|\n)*{message}"):
        attach_adapter(load_diffusion(known, "cpu"))


def test_an_altered_adapter_is_refused_before_it_is_read(tmp_path):
    known = write_prompted_set(tmp_path)
    (tmp_path / ADAPTER_WEIGHTS).write_bytes(b"something else")
    method = METHODS["image_prompt"]
    with pytest.raises(ModelSetError, match="SHA-256"):
        core_of(method).open_painter(method, Studio(known, DRAWN, Tables({}, {}, {}, 0), device="cpu"))
