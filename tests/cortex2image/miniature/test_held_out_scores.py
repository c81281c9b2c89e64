import numpy as np
import pytest
import torch
from torch import nn

from cortex2image.errors import DataError
from cortex2image.miniature.examples import Examples
from cortex2image.miniature.held_out_scores import (
    autoencoder_scores,
    clip_scores,
    distinct,
    diversity,
    judged,
    judged_by_all,
    pixel_correlation,
)


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (130, 64, 64, 3), dtype=np.uint8)


class Shifted(nn.Module):
    """An autoencoder that is off by a tenth of the range everywhere."""

    def forward(self, pictures):
        return type("Output", (), {"sample": pictures + 0.2})


def test_psnr_of_a_constant_error_is_the_textbook_value():
    grey = np.full((60, 64, 64, 3), 100, dtype=np.uint8)
    error = 0.2 * 127.5
    scores = autoencoder_scores(Shifted(), grey)
    assert scores["psnr_db"] == pytest.approx(20 * np.log10(255 / round(error)), abs=0.2)
    assert 0.8 < scores["ssim"] < 1


class Tower(nn.Module):
    def __init__(self, embeddings):
        super().__init__()
        self.embeddings = embeddings

    def forward(self, **inputs):
        return type("Output", (), {"pooler_output": self.embeddings})


class Clip(nn.Module):
    """Two towers whose embeddings are planted."""

    def __init__(self, seen, read):
        super().__init__()
        self.vision_model, self.text_model = Tower(seen), Tower(read)
        self.visual_projection = self.text_projection = nn.Identity()


def test_identification_is_perfect_for_equal_embeddings_and_chance_for_unrelated(images):
    torch.manual_seed(0)
    tokens = np.zeros((130, 24), dtype=np.int64)
    seen, other = torch.randn(130, 50), torch.randn(130, 50)
    assert set(clip_scores(Clip(seen, seen), images, tokens).values()) == {1.0}
    by_chance = clip_scores(Clip(seen, other), images, tokens)
    assert by_chance["two_way"] == pytest.approx(0.5, abs=0.06)
    assert by_chance["image_to_text_64_way"] < 0.1


def test_too_few_scenes_for_a_gallery_are_refused(images):
    with pytest.raises(DataError, match="at least 64"):
        clip_scores(None, images[:63], np.zeros((63, 24), dtype=np.int64))


def test_the_judge_is_compared_with_the_truth():
    logits = {"setting": torch.eye(4)[[0, 1, 2, 2]], "category": torch.eye(4)[[3, 3, 3, 0]]}
    images = np.zeros((4, 64, 64, 3), dtype=np.uint8)
    scores = judged(lambda pixels: logits, images, np.array([0, 1, 2, 3]), np.array([3, 3, 0, 0]))
    shares = {"setting": 0.75, "object": 0.75, "setting_and_object": 0.5}
    assert scores == shares | {"object_worst_category": 0.5}


def test_the_worst_category_counts_alone_however_rare_it_is():
    category = torch.eye(3)[[0, 0, 0, 0, 0, 1, 2, 0]]
    logits = {"setting": torch.eye(2)[[0] * 8], "category": category}
    images, settings = np.zeros((8, 64, 64, 3), dtype=np.uint8), np.zeros(8, dtype=int)
    scores = judged(lambda pixels: logits, images, settings, np.array([0, 0, 0, 0, 0, 1, 2, 2]))
    assert scores["object"] == 7 / 8
    assert scores["object_worst_category"] == 0.5


def test_of_two_objects_both_have_to_be_seen():
    category = torch.tensor([[5.0, 4, 0, -1], [5, 4, 0, -1], [-1, 0, 4, 5]])
    logits = {"setting": torch.eye(3), "category": category}
    images = np.zeros((3, 64, 64, 3), dtype=np.uint8)
    scores = judged(lambda pixels: logits, images, np.array([0, 0, 2]), np.array([[1, 0], [0, 1], [2, 1]]))
    assert scores == pytest.approx({"setting": 2 / 3, "all_objects": 2 / 3, "setting_and_all_objects": 1 / 3})


def test_each_judge_is_named():
    truth = Examples(
        np.zeros((2, 64, 64, 3), np.uint8), [["a"], ["b"]], np.array([0, 1]), np.array([[0], [1]])
    )
    right = {"setting": torch.eye(2), "category": torch.eye(2)}
    wrong = {"setting": 1 - torch.eye(2), "category": 1 - torch.eye(2)}
    judges = {"one": lambda pixels: right, "other": lambda pixels: wrong}
    scores = judged_by_all(judges, truth.pictures, truth)
    assert scores["object_by_one"] == scores["setting_by_one"] == 1
    assert scores["object_by_other"] == scores["setting_by_other"] == 0
    assert len(scores) == 8


def test_correlations_match_numpy(images):
    assert pixel_correlation(images, images) == pytest.approx(1)
    assert pixel_correlation(images, 255 - images) == pytest.approx(-1)
    assert diversity(np.stack([images[0]] * 3)) == pytest.approx(1)
    pair = np.corrcoef(images[0].ravel(), images[1].ravel())[0, 1]
    assert diversity(images[:2]) == pytest.approx(pair)


def test_distinct_keeps_the_first_of_each():
    assert distinct(["a", "b", "a", "c", "b"]) == [0, 1, 3]
