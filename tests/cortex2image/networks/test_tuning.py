import copy

import pytest
import torch
from tests.support.full_models import networks

from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.networks.tuning import (
    OneDnnLinear,
    OneDnnPointwise,
    decode_one_by_one,
    network_bytes,
    tune,
    use_onednn,
)

EXACT = {"atol": 1e-5, "rtol": 1e-4}


def noise(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(shape)))


def plain(network):
    """The same network as diffusers makes it."""
    made = type(network).from_config(network.config).eval()
    made.load_state_dict(network.state_dict())
    return made


def run(unet, vae):
    latents = noise(3, 4, 4, 4)
    with torch.inference_mode():
        output = unet(latents, torch.tensor(401), noise(3, 8, 16)).sample
        pictures = vae.decode(latents).sample
        return output, pictures, vae.encode(pictures).latent_dist.mean


@pytest.mark.parametrize("rows", [(5,), (2, 3), (2, 3, 4)])
@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_layer_of_onednn_is_one(rows, bias):
    layer = torch.nn.Linear(96, 32, bias=bias)
    given, kept = noise(*rows, 96), copy.deepcopy(layer)
    use_onednn(layer)
    assert type(layer) is OneDnnLinear
    with torch.inference_mode():
        torch.testing.assert_close(layer(given), kept(given), **EXACT)


def test_a_linear_layer_of_onednn_has_gradients():
    layer = torch.nn.Linear(8, 4)
    given = noise(2, 8).requires_grad_()
    (expected,) = torch.autograd.grad(layer(given).sum(), given)
    use_onednn(layer)
    (found,) = torch.autograd.grad(layer(given).sum(), given)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("bias", [True, False])
def test_a_convolution_of_one_pixel_is_a_linear_layer(bias):
    layer, given = torch.nn.Conv2d(96, 32, 1, bias=bias), noise(3, 96, 8, 8)
    kept = copy.deepcopy(layer)
    use_onednn(layer)
    assert type(layer) is OneDnnPointwise
    with torch.inference_mode():
        torch.testing.assert_close(layer(given), kept(given), **EXACT)


@pytest.mark.parametrize("options", [{"kernel_size": 3}, {"kernel_size": 1, "stride": 2}])
def test_other_convolutions_stay_as_they_are(options):
    layer = torch.nn.Conv2d(8, 8, **options)
    use_onednn(layer)
    assert type(layer) is torch.nn.Conv2d


@pytest.mark.parametrize("size", [2, 7, 64])
def test_the_miniature_gives_the_same_bits_in_any_batch(size):
    torch.set_num_threads(1)
    diffusion = load_diffusion(MODEL_SETS["miniature"], "cpu")
    latents, text = noise(70, 4, 16, 16), noise(70, 24, 128)
    with torch.inference_mode():
        timestep = torch.tensor(401)
        whole = diffusion.unet(latents, timestep, text).sample[:size]
        assert torch.equal(diffusion.unet(latents[:size], timestep, text[:size]).sample, whole)
        decoded = diffusion.vae.decode(latents).sample
        assert torch.equal(diffusion.vae.decode(latents[:size]).sample, decoded[:size])


def test_networks_that_are_loaded_are_prepared_and_give_what_they_gave(tiny_diffusion):
    unet, vae = tiny_diffusion.unet, tiny_diffusion.vae
    kinds = {type(layer) for layer in unet.modules() if isinstance(layer, torch.nn.Linear)}
    assert kinds == {OneDnnLinear}
    for found, expected in zip(run(unet, vae), run(plain(unet), plain(vae)), strict=True):
        torch.testing.assert_close(found, expected, **EXACT)


def test_lower_precision_keeps_its_own_linear_layers(tiny_model_set):
    unet = load_diffusion(tiny_model_set, "cpu", "bfloat16").unet
    assert not any(type(layer) is OneDnnLinear for layer in unet.modules())


class OnCuda:
    """A network that says it is on a GPU, where none is."""

    def __init__(self, network):
        self.network, self.device = network, torch.device("cuda")

    def __getattr__(self, name):
        return getattr(self.network, name)


def test_what_a_gpu_gets_changes_nothing_but_rounding(tiny_diffusion):
    unet, vae = plain(tiny_diffusion.unet), plain(tiny_diffusion.vae)
    tune(OnCuda(unet), vae, compiled=False)
    for layer in (unet.conv_in, vae.decoder.conv_in):
        assert layer.weight.is_contiguous(memory_format=torch.channels_last)
    assert any(name.endswith("to_qkv") for name, _ in unet.named_modules())
    for found, expected in zip(run(unet, vae), run(tiny_diffusion.unet, tiny_diffusion.vae), strict=True):
        torch.testing.assert_close(found, expected, **EXACT)


def test_a_compiled_set_compiles_its_networks_for_fixed_shapes_and_leaves_their_layers(
    tiny_model_set, monkeypatch
):
    compiled = []

    def compile_it(module, **options):
        compiled.append((type(module).__name__, options))

    monkeypatch.setattr(torch.nn.Module, "compile", compile_it)
    loaded = load_diffusion(tiny_model_set, "cpu", compiled=True)
    assert compiled == [(name, {"dynamic": False}) for name in ("UNet2DConditionModel", "Encoder", "Decoder")]
    assert not any(type(layer) is OneDnnLinear for layer in loaded.unet.modules())


def test_a_compiled_network_is_traced_once_for_all_timesteps(tiny_model_set, monkeypatch):
    """Traced and run without a code generator, which needs a C++ compiler and a minute."""
    from tests.support.sampling import sampling

    from cortex2image.diffusion.denoise import Denoiser

    traced, whole = [], torch.compile

    def count(graph, inputs):
        traced.append(graph)
        return graph.forward

    monkeypatch.setattr(torch, "compile", lambda *args, **options: whole(*args, **options, backend=count))
    torch._dynamo.reset()
    loaded = load_diffusion(tiny_model_set, "cpu", compiled=True)
    states = noise(2, 8, 16)
    # One of six steps is kept.
    Denoiser(loaded, sampling(6, 0.2, 3.0)).from_latents(noise(2, 4, 4, 4), states, [1, 2])
    once = len(traced)
    assert once > 0
    found = Denoiser(loaded, sampling(6, 0.8, 3.0)).from_noise(states, [1, 2])
    assert len(traced) == once
    expected = Denoiser(load_diffusion(tiny_model_set, "cpu"), sampling(6, 0.8, 3.0)).from_noise(
        states, [1, 2]
    )
    torch.testing.assert_close(found, expected, **EXACT)


@pytest.mark.parametrize(
    ("gigabytes", "dtype", "sliced"), [(12, "float16", False), (12, "float32", True), (24, "float32", False)]
)
def test_a_batch_that_does_not_fit_is_decoded_one_by_one(gigabytes, dtype, sliced):
    """Stable Diffusion 1.4, eight pictures of 512 pixels."""
    parts = networks(MODEL_SETS["stable-diffusion-v1-4"], thin=False)
    parts = {name: part.to(getattr(torch, dtype)) for name, part in parts.items()}
    used = network_bytes(*parts.values())
    assert used == pytest.approx(1.07e9 * getattr(torch, dtype).itemsize, rel=0.03)
    decode_one_by_one(parts["vae"], 8, 512, used, gigabytes * 10**9)
    assert parts["vae"].use_slicing == sliced


def test_slices_change_nothing(tiny_diffusion):
    vae, latents = plain(tiny_diffusion.vae), noise(3, 4, 4, 4)
    decode_one_by_one(vae, 3, 16, used=0, total=1)
    with torch.inference_mode():
        torch.testing.assert_close(
            vae.decode(latents).sample, tiny_diffusion.vae.decode(latents).sample, **EXACT
        )


def test_a_build_without_the_layer_of_onednn_draws_with_the_layers_that_it_has(tiny_model_set, monkeypatch):
    monkeypatch.setattr("cortex2image.networks.tuning.has_onednn_linear", lambda: False)
    diffusion = load_diffusion(tiny_model_set, "cpu")
    assert not any(isinstance(layer, OneDnnLinear) for layer in diffusion.unet.modules())
    output, _, _ = run(diffusion.unet, diffusion.vae)
    assert torch.isfinite(output).all()
