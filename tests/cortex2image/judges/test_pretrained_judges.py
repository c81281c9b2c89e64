"""Judges of photographs against torchvision and transformers, called as the published code calls them."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import torch
from PIL import Image
from tests.support.pretrained_models import published_weights, save_full_clip, training
from tests.support.tiny_models import save_tokenizer, tiny_description, write_sums

from cortex2image.errors import ModelSetError
from cortex2image.judges import pretrained_judges
from cortex2image.judges.open import load_judges
from cortex2image.judges.pretrained_judges import prepared
from cortex2image.networks.judge_specs import (
    BRAIN_DIFFUSER,
    MINDEYE,
    PRETRAINED_JUDGES,
    TAKAGI,
    Preparation,
)

pytestmark = pytest.mark.xdist_group("pretrained_set")
IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
CLIP = {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711]}


@pytest.fixture(scope="module")
def judges(pretrained_set):
    names = [spec.name for spec in pretrained_set.judges]
    return dict(zip(names, load_judges(pretrained_set, names, "cpu"), strict=True))


@pytest.fixture(scope="module")
def images():
    """Blurred noise: what a filter makes of it depends on the filter."""
    noise = np.random.default_rng(1).integers(0, 256, (2, 96, 96, 3), dtype=np.uint8)
    enlarged = [Image.fromarray(n).resize((360, 360), Image.Resampling.BICUBIC) for n in noise]
    return np.stack([np.asarray(picture) for picture in enlarged])


def published_network(folder, monkeypatch):
    """Return the network as torchvision gives it when it is asked for its weights."""
    from torchvision import models

    kind = folder.removesuffix("_v1")
    weights = published_weights(kind, training(folder))
    if kind == "swav_resnet50":
        network = models.resnet50(weights=None)
        plain = {name.replace("module.", ""): tensor for name, tensor in weights.items()}
        network.load_state_dict(plain, strict=False)
        return network.eval()
    enum = {
        "alexnet": models.AlexNet_Weights.IMAGENET1K_V1,
        "inception_v3": models.Inception_V3_Weights.DEFAULT,
        "efficientnet_b1": models.EfficientNet_B1_Weights.DEFAULT,
        # torchvision 0.13 maps `weights=True`, as the code of Brain-Diffuser asks for, to the first training.
        "efficientnet_b1_v1": models.EfficientNet_B1_Weights.IMAGENET1K_V1,
    }[folder]
    monkeypatch.setattr(type(enum), "get_state_dict", lambda *_, **__: weights)
    return getattr(models, kind)(weights=enum).eval()


def read_out(network, node, pixels):
    from torchvision.models.feature_extraction import create_feature_extractor

    with torch.no_grad():
        return create_feature_extractor(network, [node])(pixels)[node].flatten(1).numpy()


def from_files(images, size, interpolation="BILINEAR", normalisation=IMAGENET):
    """Prepare pictures as the code of Takagi and Nishimoto does, and the CLIP of OpenAI."""
    from torchvision import transforms as t

    way = [t.Resize(size, t.InterpolationMode[interpolation]), t.CenterCrop(size), t.ToTensor()]
    prepare = t.Compose([*way, t.Normalize(**normalisation)])
    return torch.stack([prepare(Image.fromarray(image)) for image in images])


def to_224(images, size=224, normalisation=IMAGENET):
    """Prepare pictures as the code of Brain-Diffuser does."""
    from torchvision import transforms as t

    normalise = t.Normalize(**normalisation)
    resized = [t.functional.resize(Image.fromarray(image), (size, size)) for image in images]
    return torch.stack([normalise(t.functional.to_tensor(picture).float()) for picture in resized])


def from_tensors(images, size, normalisation=IMAGENET):
    """Prepare pictures as the code of MindEye does in its pinned torchvision, without antialiasing."""
    from torchvision import transforms as t

    tensors = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    way = [t.Resize((256, 256), antialias=False), t.Resize(size, antialias=False)]
    return t.Compose([*way, t.Normalize(**normalisation)])(tensors)


@pytest.mark.parametrize(
    ("name", "layer", "folder", "node", "prepare", "size"),
    [
        ("alexnet_takagi", "pool2", "alexnet", "features.5", from_files, 299),
        ("alexnet_takagi", "pool5", "alexnet", "features.12", from_files, 299),
        ("alexnet_takagi", "fc7", "alexnet", "classifier.5", from_files, 299),
        ("inception_takagi", "pooled", "inception_v3", "flatten", from_files, 299),
        ("alexnet_brain_diffuser", "relu2", "alexnet", "features.4", to_224, 224),
        ("alexnet_brain_diffuser", "relu5", "alexnet", "features.11", to_224, 224),
        ("inception_brain_diffuser", "pooled", "inception_v3", "avgpool", to_224, 224),
        ("effnet_brain_diffuser", "pooled", "efficientnet_b1_v1", "avgpool", to_224, 224),
        ("swav_brain_diffuser", "pooled", "swav_resnet50", "avgpool", to_224, 224),
        ("alexnet_mindeye", "relu2", "alexnet", "features.4", from_tensors, 256),
        ("alexnet_mindeye", "relu5", "alexnet", "features.11", from_tensors, 256),
        ("inception_mindeye", "pooled", "inception_v3", "avgpool", from_tensors, 342),
        ("effnet_mindeye", "pooled", "efficientnet_b1", "avgpool", from_tensors, 255),
        ("swav_mindeye", "pooled", "swav_resnet50", "avgpool", from_tensors, 224),
    ],
)
def test_features_are_those_of_the_published_code(
    judges, images, monkeypatch, name, layer, folder, node, prepare, size
):
    expected = read_out(published_network(folder, monkeypatch), node, prepare(images, size))
    features = judges[name].features(images)[layer]
    assert features.dtype == np.float32
    np.testing.assert_allclose(features, expected, rtol=1e-3, atol=1e-4 * expected.std())


def test_classes_are_those_of_the_published_code(judges, images, monkeypatch):
    network = published_network("inception_v3", monkeypatch)
    with torch.no_grad():
        expected = network(from_files(images, 299)).softmax(1).numpy()
    classifier = judges["inception_takagi"]
    monkeypatch.setattr("cortex2image.judges.pretrained_judges.BATCH", 1)
    probabilities = classifier.class_probabilities(images)
    assert probabilities.shape == (2, classifier.classes)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-3)
    assert [name for name, judge in judges.items() if hasattr(judge, "classes")] == ["inception_takagi"]


def test_clip_is_read_out_as_transformers_does(judges, images, pretrained_set):
    from transformers import CLIPVisionModelWithProjection

    network = CLIPVisionModelWithProjection.from_pretrained(pretrained_set.folder / "clip").eval()
    with torch.no_grad():
        files = network(from_files(images, 224, "BICUBIC", CLIP), output_hidden_states=True)
        tensors = network(from_tensors(images, 224, CLIP))
        bilinear = network(to_224(images, normalisation=CLIP))
    takagi = judges["clip_takagi"].features(images)
    for layer, expected in (
        ("hidden6", files.hidden_states[6]),
        ("hidden12", files.hidden_states[12]),
        ("embeds", files.image_embeds),
    ):
        np.testing.assert_allclose(takagi[layer], expected.flatten(1).numpy(), atol=1e-4)
    mindeye = judges["clip_mindeye"].features(images)["embeds"]
    np.testing.assert_allclose(mindeye, tensors.image_embeds.numpy(), atol=1e-4)
    brain_diffuser = judges["clip_brain_diffuser"].features(images)["embeds"]
    np.testing.assert_allclose(brain_diffuser, bilinear.image_embeds.numpy(), atol=1e-4)
    for one, other in combinations((takagi["embeds"], brain_diffuser, mindeye), 2):
        assert not np.allclose(one, other, atol=1e-4)


def test_widths_are_those_of_the_released_features(judges, images):
    widths = {
        f"{name} {layer}": features.shape[1]
        for name, judge in judges.items()
        if "clip" not in name
        for layer, features in judge.features(images[:1]).items()
    }
    assert widths == {
        "alexnet_takagi pool2": 192 * 17 * 17,
        "alexnet_takagi pool5": 256 * 8 * 8,
        "alexnet_takagi fc7": 4096,
        "inception_takagi pooled": 2048,
        "alexnet_brain_diffuser relu2": 192 * 27 * 27,
        "alexnet_brain_diffuser relu5": 256 * 13 * 13,
        "inception_brain_diffuser pooled": 2048,
        "effnet_brain_diffuser pooled": 1280,
        "swav_brain_diffuser pooled": 2048,
        "alexnet_mindeye relu2": 192 * 31 * 31,
        "alexnet_mindeye relu5": 256 * 15 * 15,
        "inception_mindeye pooled": 2048,
        "effnet_mindeye pooled": 1280,
        "swav_mindeye pooled": 2048,
    }


@pytest.mark.parametrize("name", ["alexnet_takagi", "clip_mindeye"])
def test_batches_and_order_change_nothing(judges, images, monkeypatch, name):
    together = judges[name].features(images)
    monkeypatch.setattr("cortex2image.judges.pretrained_judges.BATCH", 1)
    apart = judges[name].features(images[[1, 0]])
    assert tuple(together) == judges[name].layers
    for layer, features in together.items():
        np.testing.assert_allclose(apart[layer][::-1], features, rtol=1e-3, atol=1e-4 * features.std())


def test_families_share_networks(judges):
    assert judges["alexnet_takagi"].network is judges["alexnet_mindeye"].network
    assert judges["clip_takagi"].network is judges["clip_mindeye"].network
    assert judges["swav_brain_diffuser"].network is judges["swav_mindeye"].network
    assert judges["alexnet_takagi"].network is not judges["inception_takagi"].network
    assert judges["effnet_brain_diffuser"].network is not judges["effnet_mindeye"].network


def test_nothing_of_a_reading_stays_with_the_network(judges, images):
    judges["alexnet_takagi"].features(images[:1])
    assert not any(module._forward_hooks for module in judges["alexnet_takagi"].network.modules())


def test_only_the_layers_that_are_wanted_are_kept(judges, images, monkeypatch):
    kept = []
    gathered = pretrained_judges.gathered
    monkeypatch.setattr(
        pretrained_judges, "gathered", lambda outputs, n: kept.extend(outputs) or gathered(kept, n)
    )
    everything = judges["clip_takagi"].features(images[:1])
    kept.clear()
    wanted = judges["clip_takagi"].features(images[:1], ["embeds"])
    assert [list(outputs) for outputs in kept] == [["embeds"]]
    np.testing.assert_array_equal(wanted["embeds"], everything["embeds"])


def test_clip_reads_captions(pretrained_set):
    from transformers import CLIPTextModelWithProjection

    judge = load_judges(pretrained_set, ["clip_takagi"], "cpu")[0]
    network = CLIPTextModelWithProjection.from_pretrained(pretrained_set.folder / "clip").eval()
    tokens = judge.tokenizer(["a b", "c"], padding="max_length", max_length=8, return_tensors="pt")
    with torch.no_grad():
        expected = network(input_ids=tokens.input_ids).text_embeds
    np.testing.assert_allclose(judge.text_features(["a b", "c"]), expected.numpy(), atol=1e-5)


def test_another_clip_is_refused(pretrained_set):
    with pytest.raises(
        ModelSetError, match=r"clip, patch_size of the image tower(.|\n)*14, as openai(.|\n)*32"
    ):
        load_judges(replace(pretrained_set, judges=PRETRAINED_JUDGES), ["clip_mindeye"], "cpu")


@pytest.mark.slow
def test_a_clip_of_full_size_gives_the_widths_of_the_released_features(tmp_path, images):
    tokenizer = save_tokenizer(tmp_path / "tokenizer")
    save_full_clip(tmp_path / "clip", len(tokenizer))
    write_sums(tmp_path)
    judges = tuple(spec for spec in PRETRAINED_JUDGES if spec.kind == "clip")
    models = tiny_description(tmp_path, name="clip", judges=judges)
    takagi, mindeye = load_judges(models, ["clip_takagi", "clip_mindeye"], "cpu")
    widths = {layer: found.shape[1] for layer, found in takagi.features(images[:1]).items()}
    assert widths == {"hidden6": 257 * 1024, "hidden12": 257 * 1024, "embeds": 768}
    assert next(takagi.network.parameters()).dtype == torch.float32
    assert takagi.network is mindeye.network


def test_every_family_names_its_judges():
    families = {"takagi": TAKAGI, "brain_diffuser": BRAIN_DIFFUSER, "mindeye": MINDEYE}
    for family, specs in families.items():
        assert all(spec.name.endswith(f"_{family}") for spec in specs)
        assert all(len(spec.nodes) == len(spec.layers) for spec in specs)


CPU, PLAIN = torch.device("cpu"), (0.0, 0.0, 0.0)


def test_values_are_normalised_by_channel():
    grey = np.full((1, 8, 8, 3), 51, np.uint8)
    for antialias in (True, False):
        preparation = Preparation((4,), "bilinear", antialias, (0.1, 0.2, 0.3), (0.5, 1.0, 2.0))
        pixels = prepared(grey, preparation, CPU)
        assert pixels.dtype == torch.float32
        np.testing.assert_allclose(pixels[0, :, 1, 1], [0.2, 0.0, -0.05], atol=1e-6)


def test_only_antialiasing_sees_every_pixel():
    """Reduced to a quarter, a filter of fixed size takes the two pixels in the middle of every four."""
    stripes = np.zeros((1, 16, 16, 3), np.uint8)
    stripes[:, :, ::4] = 240
    ways = {a: Preparation((4,), "bilinear", a, PLAIN, (1.0, 1.0, 1.0)) for a in (True, False)}
    assert prepared(stripes, ways[False], CPU).max() == 0
    assert prepared(stripes, ways[True], CPU).min() > 0.1


def test_sizes_follow_each_other(rng):
    images = rng.integers(0, 256, (2, 12, 12, 3), dtype=np.uint8)
    twice = Preparation((6, 9), "bilinear", False, PLAIN, (1.0, 1.0, 1.0))
    once = Preparation((9,), "bilinear", False, PLAIN, (1.0, 1.0, 1.0))
    assert prepared(images, twice, CPU).shape == prepared(images, once, CPU).shape == (2, 3, 9, 9)
    assert not torch.allclose(prepared(images, twice, CPU), prepared(images, once, CPU))
