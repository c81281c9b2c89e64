import numpy as np
import pytest
import torch

from cortex2image.miniature.clip import ClipTraining, augment, build_clip, normalise
from cortex2image.miniature.tokenizer import build_tokenizer
from cortex2image.networks.compat import ensure_torchvision
from cortex2image.scenes.labels import Attributes


@pytest.fixture(scope="module")
def training():
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    scenes = 6
    return ClipTraining(
        build_clip(build_tokenizer(["a", "cat", "dog"])),
        rng.integers(0, 256, (scenes, 64, 64, 3), dtype=np.uint8),
        rng.integers(0, 500, (scenes, 5, 24), dtype=np.int16),
        Attributes(
            rng.integers(0, 3, scenes),
            rng.integers(0, 2, (scenes, 4)).astype(np.float32),
            rng.integers(0, 2, (scenes, 2)).astype(np.float32),
        ),
    )


def test_the_auxiliary_heads_learn_early_and_not_late(training):
    for share, trained in ((0.0, True), (0.7, False)):
        training.zero_grad()
        training.loss(np.random.default_rng(0), share).backward()
        assert (training.heads.category.weight.grad.abs().sum() > 0) == trained
        assert training.clip.text_projection.weight.grad.abs().sum() > 0


def test_normalisation_is_the_one_of_clip():
    ensure_torchvision()
    from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

    pixels = torch.rand(2, 3, 4, 4)
    expected = (pixels[1, 2, 0, 0] - OPENAI_CLIP_MEAN[2]) / OPENAI_CLIP_STD[2]
    assert normalise(pixels)[1, 2, 0, 0] == pytest.approx(expected.item())


def test_augmented_pictures_still_resemble_their_origin():
    rng = np.random.default_rng(0)
    smooth = np.repeat(np.linspace(20, 220, 64).astype(np.uint8)[None, :, None], 64, axis=0)
    images = np.repeat(np.repeat(smooth, 3, axis=2)[None], 8, axis=0)
    plain = normalise(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 255)
    varied = augment(images, rng)
    assert varied.shape == plain.shape
    assert not torch.equal(varied[0], varied[1])
    for one, other in zip(varied.flatten(1).numpy(), plain.flatten(1).numpy(), strict=True):
        assert np.corrcoef(one, other)[0, 1] > 0.97
