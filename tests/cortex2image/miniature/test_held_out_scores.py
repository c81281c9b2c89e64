import numpy as np
import pytest
import torch
from torch import nn

from cortex2image.errors import DataError
from cortex2image.miniature.examples import Examples, coarsened
from cortex2image.miniature.held_out_scores import (
    ScoredPainter,
    autoencoder_scores,
    clip_scores,
    distinct,
    diversity,
    diversity_scores,
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


SETTINGS, CATEGORIES = np.array([0, 1, 2, 0]), np.array([[3], [2], [1], [0]])


def pictures(settings, categories):
    """Write setting and category into the red and green of every pixel."""
    images = np.full((len(settings), 16, 16, 3), 100, dtype=np.uint8)
    images[..., 0], images[..., 1] = settings[:, None, None], categories[:, None, None]
    return images


def judge(pixels):
    """Read what :func:`pictures` wrote."""
    red, green = (pixels[:, :2, 0, 0] * 255).round().long().T
    one_hot = torch.nn.functional.one_hot
    return {"setting": one_hot(red, 4).float(), "category": one_hot(green, 4).float()}


class Pen:
    """Paints the setting and category that stand in the captions, and remembers how it was asked."""

    def __init__(self):
        self.asked = []

    def embed(self, texts):
        return texts

    def from_images(self):
        return self

    def paint(self, states, label, **start):
        self.asked.append((states, label, start))
        settings, categories = np.array([state[0].split() for state in states], dtype=int).T
        return pictures(settings, categories)


@pytest.fixture
def examples():
    texts = [
        [f"{setting} {category}", "other"] for setting, (category,) in zip(SETTINGS, CATEGORIES, strict=True)
    ]
    return Examples(pictures(SETTINGS, CATEGORIES[:, 0]), texts, SETTINGS, CATEGORIES)


@pytest.fixture
def painter():
    return ScoredPainter(Pen(), {"pixel": judge})


def test_a_faultless_painter_gets_full_marks(painter, examples):
    made, scores = painter.from_text("text to image", examples)
    np.testing.assert_array_equal(made, examples.pictures)
    measures = ("setting", "object", "setting_and_object", "object_worst_category")
    assert {(s.measure, s.n, s.value) for s in scores} == {(f"{name}_by_pixel", 4, 1.0) for name in measures}
    assert scores == [s._replace(part="text to image") for s in painter.look_at("judges", examples)]


def test_wrong_pictures_are_counted(painter, examples):
    swapped = Examples(examples.pictures, [["0 3"]] * 4, SETTINGS, CATEGORIES)
    values = {s.measure: s.value for s in painter.from_text("text to image", swapped)[1]}
    assert values == {
        "setting_by_pixel": 0.5,
        "object_by_pixel": 0.25,
        "setting_and_object_by_pixel": 0.25,
        "object_worst_category_by_pixel": 0,
    }


def test_one_caption_is_used_or_all(painter, examples):
    painter.from_text("one", examples)
    painter.from_text("both", examples, captions=None)
    painter.from_coarse("one", examples, 0.8)
    painter.from_coarse("both", examples, 0.8, captions=None)
    captions = [states[0] for states, *_ in painter.painter.asked]
    assert captions == [["0 3"], ["0 3", "other"]] * 2


def test_image_to_image_starts_from_coarse_pictures(painter, examples):
    scores = painter.from_coarse("image to image", examples, 0.8)
    ((states, _, start),) = painter.painter.asked
    assert states[0] == ["0 3"]
    assert start["strength"] == 0.8
    starts = [np.asarray(image) for image in start["image"]]
    np.testing.assert_array_equal(starts, [coarsened(picture) for picture in examples.pictures])
    assert {s.measure: s.value for s in scores}["pixel_correlation"] == pytest.approx(1)


def test_the_most_uniform_group_is_the_worst(rng):
    different = rng.integers(0, 256, (20, 16, 16, 3), dtype=np.uint8)
    same = np.stack([different[0]] * 20)
    mean, worst = diversity_scores("diversity", [different, same])
    assert (mean.measure, worst.measure) == ("pixel_correlation_mean", "pixel_correlation_worst")
    assert worst.value == pytest.approx(1)
    assert mean.value == pytest.approx(0.5, abs=0.02)
    assert mean.n == 40


def test_the_first_examples_are_the_first_of_everything(examples):
    two = examples.first(2)
    assert len(two) == len(two.pictures) == len(two.settings) == len(two.categories) == 2
    assert len(examples.first(99)) == 4
