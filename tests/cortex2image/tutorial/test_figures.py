"""Every figure is drawn by a model set with random weights: what holds here holds whatever was learned."""

import numpy as np
import pytest
import torch
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.networks.codec import decode_latents, encode_text
from cortex2image.tutorial import figures
from cortex2image.tutorial.figures import FIGURES, stretched
from cortex2image.tutorial.lesson import Lesson


@pytest.fixture(scope="module")
def lesson(tiny_diffusion):
    rng = np.random.default_rng(4)
    return Lesson(
        diffusion=tiny_diffusion,
        scenes=rng.integers(0, 256, (2, 16, 16, 3), dtype=np.uint8),
        captions=["ab cd", "e"],
        slice_=rng.integers(0, 256, (20, 20), dtype=np.uint8),
        prompts=["a bc d", ""],
        sampling=sampling(steps=4, strength=1.0, guidance_scale=2.5),
        seed=1,
    )


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(figures, "STEP_COUNTS", (1, 2))
    monkeypatch.setattr(figures, "MANY_STEPS", 5)
    monkeypatch.setattr(figures, "STRENGTHS", (0.25, 1.0))


def table(figure):
    """Return the pictures of a figure row by row, and the notes below them."""
    rows = {}
    for axes in figure.axes:
        rows.setdefault(round(axes.get_position().y0, 3), []).append(axes)
    return [
        ([axes.images[0].get_array() for axes in row], [axes.get_xlabel() for axes in row])
        for row in rows.values()
    ]


@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [
        ("latent-space", 3, 6),
        ("forward-process", 4, 7),
        ("step-counts", 2, 3),
        ("reverse-process", 2, 4),
        ("guidance", 2, 6),
        ("attention", 2, 3),
        ("strengths", 2, 4),
    ],
)
def test_as_many_pictures_as_there_are_things_to_compare(lesson, name, rows, columns):
    assert [len(pictures) for pictures, _ in table(FIGURES[name](lesson))] == [columns] * rows


def test_every_figure_of_the_page_is_drawn(lesson):
    assert all(draw(lesson).axes for draw in (FIGURES["schedule"], FIGURES["unet"]))


def test_without_a_caption_guidance_changes_nothing(lesson):
    (told, _), (empty, _) = table(FIGURES["guidance"](lesson))
    for picture in empty[1:]:
        assert np.abs(picture.astype(int) - empty[0]).max() <= 1
    np.testing.assert_array_equal(told[0], empty[0])
    assert np.abs(told[-1].astype(int) - told[0]).max() > 1


def test_both_ways_of_adding_noise_begin_at_the_picture_and_end_in_noise(lesson):
    rows = [pictures for pictures, _ in table(FIGURES["forward-process"](lesson))]
    for row, picture in zip(rows, [lesson.scenes[0]] * 2 + [lesson.slice_] * 2, strict=True):
        alike = [np.corrcoef(shown.ravel(), picture.ravel())[0, 1] for shown in row]
        assert alike[0] > 0.99
        assert abs(alike[-1]) < 0.3
        assert alike[1] > alike[3] > alike[4] > alike[5]


def test_notes_are_the_measures_they_claim_to_be(lesson):
    (pictures, notes), _ = table(FIGURES["strengths"](lesson))
    expected = [np.corrcoef(pictures[0].ravel(), other.ravel())[0, 1] for other in pictures[1:]]
    assert notes == ["", *(f"r = {value:.2f}" for value in expected)]
    (pictures, notes), _ = table(FIGURES["step-counts"](lesson))
    apart = [np.sqrt(np.mean((p.astype(float) - pictures[-1]) ** 2)) for p in pictures[:-1]]
    assert notes == [*(f"{value:.1f} levels" for value in apart), ""]


def test_pictures_come_from_the_seed_alone(lesson):
    (first, _), (again, _) = (table(FIGURES["reverse-process"](lesson))[1] for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_the_weight_of_the_other_figures_is_among_those_compared(lesson):
    headings = [axes.get_title() for axes in FIGURES["guidance"](lesson).axes]
    assert headings[:6] == ["w = 0", "w = 1", "w = 2", "w = 2.5", "w = 3", "w = 6"]


def test_the_way_back_is_shown_without_guidance(lesson):
    (_, (predicted, _)) = table(FIGURES["reverse-process"](lesson))
    states, seeds = encode_text(lesson.diffusion, ["ab cd"]), lesson.seeds(1, "reverse")
    unguided, guided = (
        Denoiser(lesson.diffusion, sampling(4, 1.0, weight)).trajectory(states, seeds)
        for weight in (1.0, 2.5)
    )
    for shown, stage in zip(predicted, unguided, strict=True):
        np.testing.assert_array_equal(shown, decode_latents(lesson.diffusion, stage.predicted)[0])
    assert (
        np.abs(predicted[0] - decode_latents(lesson.diffusion, guided[0].predicted)[0].astype(int)).max() > 1
    )


def test_maps_are_stretched_from_black_to_white_and_constant_ones_are_black():
    np.testing.assert_array_equal(stretched(torch.tensor([[0.2, 0.3], [0.4, 0.2]])), [[0, 128], [255, 0]])
    np.testing.assert_array_equal(stretched(torch.full((2, 2), 0.3)), np.zeros((2, 2)))
