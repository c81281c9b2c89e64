from types import SimpleNamespace

import numpy as np
import pytest
import torch

from cortex2image.miniature import painter as module
from cortex2image.miniature.painter import Painter, pictures_per_second
from cortex2image.miniature.tokenizer import build_tokenizer


class Pipeline:
    """Paints what the generator of each picture draws; keeps what it was called with."""

    def __init__(self):
        self.tokenizer, self.calls = build_tokenizer(["a", "cat", "dog"]), []

    def text_encoder(self, ids):
        return (ids[..., None].float(),)

    def __call__(self, **given):
        self.calls.append(given)
        images = [torch.rand(4, 4, 3, generator=generator).numpy() for generator in given["generator"]]
        return SimpleNamespace(images=np.stack(images))


@pytest.fixture
def painter():
    return Painter(Pipeline(), steps=3, guidance=2.0, seed=0)


def test_several_captions_become_their_mean(painter):
    cat, dog = painter.embed(["a cat"]), painter.embed(["a dog"])
    assert not torch.equal(cat, dog)
    torch.testing.assert_close(painter.embed(["a cat", "a dog"]), (cat + dog) / 2)


def test_a_picture_depends_on_its_number_not_on_its_batch(painter, monkeypatch):
    states = [painter.embed(["a cat"])] * 5
    whole = painter.paint(states, "cats")
    monkeypatch.setattr(module, "BATCH", 2)
    np.testing.assert_array_equal(painter.paint(states, "cats"), whole)
    assert not np.array_equal(painter.paint(states, "dogs"), whole)
    assert whole.dtype == np.uint8
    assert len(np.unique(whole.reshape(5, -1), axis=0)) == 5


def test_each_batch_gets_its_own_starts_and_the_empty_caption(painter, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 2)
    painter.paint([painter.embed(["a cat"])] * 3, "cats", image=["p", "q", "r"], strength=0.8)
    first, second = painter.pipeline.calls
    assert (first["image"], second["image"]) == (["p", "q"], ["r"])
    assert first["strength"] == 0.8
    torch.testing.assert_close(first["negative_prompt_embeds"][1], painter.embed([""]))


def test_speed_counts_pictures_per_second_and_leaves_the_first_picture_out(painter, monkeypatch):
    clock = iter([10.0, 12.0])
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert pictures_per_second(painter, "a cat", 6) == 3
    assert [len(call["generator"]) for call in painter.pipeline.calls] == [1, 6]
