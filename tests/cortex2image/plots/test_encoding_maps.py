"""Panels of each figure, and what they say."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from cortex2image.encoding.quantities import VoxelResults
from cortex2image.plots.canvas import FLAT, SLICES, Canvas
from cortex2image.plots.encoding_maps import columns_of, draw_encoding_maps, layer_colours
from cortex2image.plots.panels import BELOW
from cortex2image.study.config import read_slice
from cortex2image.study.encoding_figures import encoding_figures, shown_models, unique_models
from cortex2image.study.settings import Study

GRID = {"noise_levels": [0.5, 0.8], "steps": [2, 8], "layers": ["down0", "mid", "up0"]}
VOXELS = 12
CANVAS = Canvas(SLICES, np.arange(VOXELS).reshape(3, 4), np.full((3, 4), np.nan), parts=2)


def figures_of(**grid):
    settings = {"encode": {"grid": GRID | grid}, "reconstruct": {"steps": 10, "strength": 0.8}}
    study = read_slice(
        Study, json.dumps(settings), ("encode", "reconstruct/steps", "reconstruct/strength"), "a test"
    )
    return encoding_figures(study.encode, study.reconstruct)


@pytest.fixture
def results():
    figures, rng = figures_of(), np.random.default_rng(2)
    models = shown_models(figures)
    q = {model: np.full(VOXELS, 0.5) for model in models}
    q["z"] = np.where(np.arange(VOXELS) < 3, 0.01, 0.5)
    unique = {
        (joint, band): (rng.uniform(-0.1, 0.27, VOXELS), np.full(VOXELS, 0.5))
        for joint in unique_models(figures)
        for band in joint.split("+")
    }
    families = dict(figures[-1].families).values()
    chosen = np.array([""] * (VOXELS - 2) + ["unet-mid-n0.8-t8"] * 2)
    preferred = dict.fromkeys(families, np.array([""] * VOXELS)) | {"layers-n0.8-t8": chosen}
    r = {model: rng.uniform(-0.2, 0.6, VOXELS) for model in models}
    return VoxelResults(r, q, unique, preferred, np.array(["early"] * VOXELS), 0.05, 60, "voxels")


def panels(figure):
    """Return the texts and the picture of every map of a figure."""
    return [
        ([text.get_text() for text in axes.texts], axes.images[0].get_array())
        for axes in figure.axes
        if axes.images
    ]


@pytest.mark.parametrize(
    ("name", "flat", "columns"),
    [("spaces", False, 1), ("spaces", True, 2), ("noise", False, 3), ("steps", True, 3), ("layers", True, 2)],
)
def test_columns_follow_from_what_is_compared(name, flat, columns):
    (figure,) = (figure for figure in figures_of() if figure.name == name)
    assert columns_of(figure, flat) == columns


def test_without_joint_models_only_r_is_shown(results):
    noise = figures_of(unique=False)[1]
    assert columns_of(noise, flat=False) == 1
    assert len(panels(draw_encoding_maps(noise, results, CANVAS, False))) == len(noise.points)


def test_spaces_end_with_the_difference_of_meaning_and_picture(results):
    drawn = draw_encoding_maps(figures_of()[0], results, CANVAS, False)
    texts = [texts for texts, _ in panels(drawn)]
    assert [words[1] for words in texts] == ["r of z", "r of c", "r of zc", "r of c − r of z"]
    assert texts[0][0] == "3 of 12 voxels with q < 0.05"
    assert texts[1][0] == "none of 12 voxels with q < 0.05"
    assert "L" in texts[0]
    assert "L" not in texts[1]


def test_a_threshold_greys_voxels_and_moves_no_colour(results):
    every, significant = (
        panels(draw_encoding_maps(figures_of()[0], results, CANVAS, thresholded))[0][1].reshape(VOXELS, 3)
        for thresholded in (False, True)
    )
    np.testing.assert_array_equal(every[:3], significant[:3])
    np.testing.assert_allclose(significant[3:], np.tile(to_rgb(BELOW), (VOXELS - 3, 1)))
    assert (np.abs(every - to_rgb(BELOW)).max(axis=1) > 0.1).all()


def test_quantities_of_one_kind_share_a_scale(results):
    noise = figures_of()[1]
    drawn = draw_encoding_maps(noise, results, CANVAS, False)
    assert len(panels(drawn)) == 3 * len(noise.points)
    labels = [axes.get_xlabel() for axes in drawn.axes if not axes.images]
    assert [re.sub(r"[\d.]+ or more", "", label) for label in labels] == [
        "r on test stimuli; darkest: 0 or less, brightest: ",
        "unique R² on test stimuli; darkest: 0 or less, brightest: ",
    ]
    titles = [texts[1] for texts, _ in panels(drawn)]
    assert titles[:3] == [
        "noise 0.5: r of zc",
        "noise 0.5: unique to zc, beside z",
        "noise 0.5: unique to z, beside zc",
    ]


@pytest.mark.parametrize("thresholded", [False, True])
def test_only_decided_voxels_have_the_colour_of_their_layer(results, thresholded):
    layers = figures_of()[-1]
    drawn = draw_encoding_maps(layers, results, CANVAS, thresholded)
    shown = panels(drawn)
    assert len(shown) == 2 * (1 + 3)
    texts, picture = shown[1]
    assert texts == ["2 of 12 voxels decided", "noise 0.8, step 8: preferred layer"]
    pixels = picture.reshape(VOXELS, 3)
    np.testing.assert_allclose(pixels[:-2], np.tile(to_rgb(BELOW), (VOXELS - 2, 1)))
    np.testing.assert_allclose(pixels[-2:], np.tile(to_rgb(layer_colours(layers)["mid"]), (2, 1)))
    legend = [text.get_text() for text in drawn.legends[0].get_texts()]
    assert legend[:3] == ["down 0", "middle", "up 0"]
    assert ("q of 0.05 or more" in legend[3]) is thresholded


def test_a_flat_map_names_both_sides(results):
    flat = Canvas(FLAT, CANVAS.voxels, np.full((3, 4), 0.9))
    (texts, _), *_ = panels(draw_encoding_maps(figures_of()[0], results, flat, True))
    assert {"L", "R"} <= set(texts)


def test_silent_voxels_do_not_shorten_the_scale(results):
    """One voxel in a hundred may be all that responds; its colour must not be that of half its value."""
    few = np.arange(VOXELS) < 1
    r = {model: np.where(few, 0.52, 0.01) for model in results.r}
    q = {model: np.where(few, 0.001, 0.9) for model in results.q}
    drawn = draw_encoding_maps(figures_of()[0], replace(results, r=r, q=q), CANVAS, False)
    bar = next(axes for axes in drawn.axes if axes.get_xlabel().startswith("r on test"))
    assert bar.get_xlim() == (0, pytest.approx(0.55))
