"""DreamSim against a vision transformer in the published layout, whose adapter stays two factors."""

import io
import json
import math
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import save as to_safetensors
from torch.nn.functional import gelu, layer_norm, linear

from cortex2image.errors import ModelSetError
from cortex2image.judges.dreamsim_weights import dreamsim_weights
from cortex2image.judges.pretrained_judges import PretrainedJudge
from cortex2image.judges.pretrained_networks import architecture, load_network, weights_file
from cortex2image.judges.pretrained_weights import convert
from cortex2image.metrics.judged import CorrelationDistance
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.networks.judge_specs import DREAMSIM

SMALL, DEEP = SimpleNamespace(width=24, blocks=2), SimpleNamespace(width=24, blocks=12)
RANK, ALPHA, HEADS = 16, 8, 12
MEAN, DEVIATION = (torch.tensor(v).view(3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
SETTINGS = {"r": RANK, "lora_alpha": ALPHA, "bias": "none", "target_modules": ["qkv"], "lora_dropout": 0.3}
PREFIX = "base_model.model.extractor_list.0.model."


def backbone(size):
    """Return seeded weights by the names under which DINO is published."""
    rng, d = np.random.default_rng(0), size.width
    shapes = {"cls_token": (1, 1, d), "pos_embed": (1, 197, d), "norm.weight": (d,), "norm.bias": (d,)}
    shapes |= {"patch_embed.proj.weight": (d, 3, 16, 16), "patch_embed.proj.bias": (d,)}
    layers = {"attn.qkv": (3 * d, d), "attn.proj": (d, d), "mlp.fc1": (4 * d, d), "mlp.fc2": (d, 4 * d)}
    for block in range(size.blocks):
        for layer, shape in layers.items():
            shapes |= {f"blocks.{block}.{layer}.weight": shape, f"blocks.{block}.{layer}.bias": shape[:1]}
        for norm in ("norm1", "norm2"):
            shapes |= {f"blocks.{block}.{norm}.weight": (d,), f"blocks.{block}.{norm}.bias": (d,)}
    weights = {name: rng.standard_normal(shape, dtype=np.float32) for name, shape in shapes.items()}
    return {name: torch.from_numpy(2 * w / math.sqrt(np.prod(w.shape[1:]))) for name, w in weights.items()}


def factors(size):
    generator = torch.Generator().manual_seed(1)
    return {
        f"{PREFIX}blocks.{block}.attn.qkv.lora_{side}.weight": torch.randn(shape, generator=generator) / 10
        for block in range(size.blocks)
        for side, shape in (("A", (RANK, size.width)), ("B", (3 * size.width, RANK)))
    }


def archive(folder, tensors, settings=SETTINGS, pickled=False, others=()):
    path = folder / "adapter.zip"
    content = io.BytesIO()
    torch.save(tensors, content)
    with zipfile.ZipFile(path, "w") as opened:
        opened.writestr("dino_vitb16_pretrain.pth", b"weights of a head, which are not read")
        opened.writestr("dino_vitb16_single_lora/adapter_config.json", json.dumps(settings))
        name = f"dino_vitb16_single_lora/adapter_model.{'bin' if pickled else 'safetensors'}"
        opened.writestr(name, content.getvalue() if pickled else to_safetensors(tensors))
        for other in others:
            opened.writestr(*other)
    return path


def class_token(weights, adapter, pixels, blocks):
    """Return the states of the class token after the last block, as the code of DINO computes them."""
    patches = torch.nn.functional.conv2d(
        pixels, weights["patch_embed.proj.weight"], weights["patch_embed.proj.bias"], stride=16
    )
    x = torch.cat([weights["cls_token"].expand(len(pixels), 1, -1), patches.flatten(2).mT], dim=1)
    x = x + weights["pos_embed"]
    for block in range(blocks):
        name = f"blocks.{block}"

        def layer(y, part, name=name):
            return linear(y, weights[f"{name}.{part}.weight"], weights[f"{name}.{part}.bias"])

        def norm(y, part, name=name):
            return layer_norm(
                y, y.shape[-1:], weights[f"{name}.{part}.weight"], weights[f"{name}.{part}.bias"], 1e-6
            )

        y = norm(x, "norm1")
        a, b = (adapter[f"{PREFIX}{name}.attn.qkv.lora_{side}.weight"] for side in "AB")
        qkv = layer(y, "attn.qkv") + ALPHA / RANK * linear(linear(y, a), b)
        q, k, v = qkv.unflatten(-1, (3, HEADS, -1)).permute(2, 0, 3, 1, 4)
        attended = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(-1) @ v
        x = x + layer(attended.transpose(1, 2).flatten(2), "attn.proj")
        x = x + layer(gelu(layer(norm(x, "norm2"), "mlp.fc1")), "mlp.fc2")
    return x[:, 0]


@pytest.fixture
def judge(tmp_path, monkeypatch):
    """The judge as the workflow opens it, with a network that is less wide and deep."""
    ensure_torchvision()
    from torchvision.models import VisionTransformer

    def narrow(weights):
        return VisionTransformer(224, 16, SMALL.blocks, HEADS, SMALL.width, 4 * SMALL.width)

    monkeypatch.setattr("torchvision.models.vit_b_16", narrow)
    torch.save(backbone(SMALL), tmp_path / "dino.pth")
    folder = tmp_path / "dreamsim_dino_vitb16"
    convert("dino_vitb16", tmp_path / "dino.pth", weights_file(folder), archive(tmp_path, factors(SMALL)))
    cpu = torch.device("cpu")
    return PretrainedJudge(DREAMSIM[0], load_network("dino_vitb16", folder, cpu), cpu)


def test_distances_are_those_of_the_published_network(judge):
    from torchvision import transforms as t

    pictures = np.random.default_rng(2).integers(0, 256, (3, 300, 300, 3), dtype=np.uint8)
    pictures[2] = pictures[1] // 2
    prepare = t.Compose([t.ToPILImage(), t.Resize((224, 224), t.InterpolationMode.BICUBIC), t.ToTensor()])
    pixels = torch.stack([(prepare(picture) - MEAN) / DEVIATION for picture in pictures])
    tokens = class_token(backbone(SMALL), factors(SMALL), pixels, SMALL.blocks)
    centred = tokens - tokens.mean(dim=1, keepdim=True)
    expected = 1 - torch.nn.functional.cosine_similarity(centred[:, None], centred, dim=-1)
    measured = CorrelationDistance(judge).distances_from(pictures)(pictures)
    np.testing.assert_allclose(measured, expected.numpy(), atol=1e-5)
    assert measured[0, 1] > 1e-2
    without = {name: 0 * tensor for name, tensor in factors(SMALL).items()}
    assert not torch.allclose(class_token(backbone(SMALL), without, pixels, SMALL.blocks), tokens, rtol=0.05)


def test_names_are_those_of_the_network_and_the_last_normalisation_is_left_out(tmp_path):
    renamed = dreamsim_weights(backbone(DEEP), archive(tmp_path, factors(DEEP)))
    network = architecture("dino_vitb16")
    assert renamed.keys() == network.state_dict().keys()
    assert sum(p.numel() for p in network.parameters()) == 85_798_656 - 2 * 768


def test_a_pickled_adapter_says_the_same(tmp_path):
    plain = dreamsim_weights(backbone(SMALL), archive(tmp_path, factors(SMALL)))
    pickled = dreamsim_weights(backbone(SMALL), archive(tmp_path, factors(SMALL), pickled=True))
    assert all(torch.equal(plain[name], pickled[name]) for name in plain)


FIRST = f"{PREFIX}blocks.0.attn.qkv.lora_A.weight"


@pytest.mark.parametrize(
    ("settings", "change", "message"),
    [
        ({"use_rslora": True}, {}, r"use_rslora: False, or none(.|\n)*use_rslora: True"),
        ({"bias": "all"}, {}, "bias: none"),
        ({"r": None}, {}, r"numbers r >= 1 and lora_alpha(.|\n)*r: None"),
        ({}, {FIRST: None}, r"2 layers blocks\.N\.attn\.qkv(.|\n)*1 layers, other: blocks\.0\.attn\.qkv"),
        ({}, {FIRST: torch.ones(RANK, 5)}, r"shape \(72, 24\)(.|\n)*A \(16, 5\)"),
        ({}, {f"{PREFIX}blocks.0.mlp.fc1.lora_A.weight": torch.ones(1)}, r"no others(.|\n)*mlp\.fc1"),
        (
            {},
            {f"{PREFIX}blocks.2.attn.qkv.lora_{s}.weight": torch.ones(1) for s in "AB"},
            r"other: blocks\.2",
        ),
    ],
    ids=["scale", "bias", "rank", "missing", "shape", "layer", "block"],
)
def test_adapters_of_another_kind_are_refused(tmp_path, settings, change, message):
    tensors = {name: t for name, t in (factors(SMALL) | change).items() if t is not None}
    with pytest.raises(ModelSetError, match=message):
        dreamsim_weights(backbone(SMALL), archive(tmp_path, tensors, SETTINGS | settings))


def test_archives_that_hold_no_adapter_are_refused(tmp_path):
    content = to_safetensors(factors(SMALL))
    path = archive(tmp_path, factors(SMALL), others=[("more/adapter_model.safetensors", content)])
    with pytest.raises(ModelSetError, match=r"one file adapter_model(.|\n)*more/adapter_model\.safetensors"):
        dreamsim_weights(backbone(SMALL), path)
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ModelSetError, match=r"adapter\.zip(.|\n)*a ZIP archive"):
        dreamsim_weights(backbone(SMALL), path)


def test_of_both_formats_the_pickle_is_not_read(tmp_path):
    plain = dreamsim_weights(backbone(SMALL), archive(tmp_path, factors(SMALL)))
    both = archive(tmp_path, factors(SMALL), others=[("lora/adapter_model.bin", b"damaged")])
    same = dreamsim_weights(backbone(SMALL), both)
    assert all(torch.equal(same[name], tensor) for name, tensor in plain.items())


def test_the_adapter_of_the_ensemble_is_refused(tmp_path):
    other = {name.replace("list.0", "list.1"): tensor for name, tensor in factors(SMALL).items()}
    with pytest.raises(ModelSetError, match=r"not of the ensemble(.|\n)*a second blocks\.\d\.attn\.qkv"):
        dreamsim_weights(backbone(SMALL), archive(tmp_path, factors(SMALL) | other))


def test_an_adapter_that_would_fill_the_memory_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("cortex2image.judges.dreamsim_weights.LARGEST", 1000)
    with pytest.raises(ModelSetError, match=r"adapter_model\.safetensors of at most(.|\n)*MB"):
        dreamsim_weights(backbone(SMALL), archive(tmp_path, factors(SMALL)))


class Harmful:
    """What a pickle from a stranger could be."""

    def __reduce__(self):
        return (np.save, ("harmed.npy", np.zeros(1)))


def test_a_pickle_that_runs_code_is_refused_unrun(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = archive(tmp_path, {FIRST: Harmful()}, pickled=True)
    with pytest.raises(ModelSetError, match=r"adapter\.zip"):
        dreamsim_weights(backbone(SMALL), path)
    assert [found.name for found in tmp_path.iterdir()] == ["adapter.zip"]
