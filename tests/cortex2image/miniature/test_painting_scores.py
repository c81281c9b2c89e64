import numpy as np
import pytest
import torch

from cortex2image.miniature.coarse_pictures import coarsened
from cortex2image.miniature.examples import Examples
from cortex2image.miniature.painting_scores import ScoredPainter, diversity_scores

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
