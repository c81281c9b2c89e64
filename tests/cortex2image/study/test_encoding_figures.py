"""Which models the figures of a study show."""

import json

import pytest

from cortex2image.study.config import read_slice
from cortex2image.study.encoding_figures import (
    encoding_figures,
    points_at,
    preferred_families,
    shown_models,
    unique_models,
)
from cortex2image.study.encoding_models import encoding_models
from cortex2image.study.settings import Study

READS = ("encode", "reconstruct/steps", "reconstruct/strength")
GRID = {
    "noise_levels": [1, 0.25, 0.8],
    "steps": [8, 1],
    "steps_at": [0.8, 0.5],
    "layers": ["down0", "mid"],
}


def study(**encode):
    settings = {"encode": encode, "reconstruct": {"steps": 10, "strength": 0.8}}
    return read_slice(Study, json.dumps(settings), READS, "a test")


def figures(**encode):
    made = study(**encode)
    return {figure.name: figure for figure in encoding_figures(made.encode, made.reconstruct)}


def test_without_a_grid_there_is_one_figure():
    (only,) = figures(models=["z", "c"]).values()
    assert [(point.model, point.joint, point.place) for point in only.points] == [
        ("z", "", ""),
        ("c", "", ""),
    ]


def test_latents_stand_in_the_order_of_noise_and_the_pictures_own_latent_is_among_them():
    points = figures(grid=GRID)["noise"].points
    assert [(p.noise, p.model, p.joint) for p in points] == [
        (0.25, "zc-n0.25", "z+zc-n0.25"),
        (0.8, "zc", "z+zc"),
        (1, "zc-n1", "z+zc-n1"),
    ]
    assert [p.place for p in points] == ["noise 0.25", "noise 0.8", "noise 1"]


def test_steps_count_from_their_noise_level_and_the_last_is_the_plain_latent():
    points = figures(grid=GRID)["steps"].points
    assert [(p.noise, p.step, p.model) for p in points] == [
        (0.5, 1, "zc-n0.5-t1"),
        (0.5, 8, "zc-n0.5-t8"),
        (0.8, 1, "zc-n0.8-t1"),
        (0.8, 8, "zc"),
    ]


def test_layers_of_a_place_stand_together_in_the_order_of_the_config():
    layers = figures(grid=GRID)["layers"]
    assert dict(layers.families) == {
        "noise 0.5, step 1": "layers-n0.5-t1",
        "noise 0.5, step 8": "layers-n0.5-t8",
        "noise 0.8, step 1": "layers-n0.8-t1",
        "noise 0.8, step 8": "layers-n0.8-t8",
    }
    assert [p.layer for p in points_at(layers, "noise 0.8, step 1")] == ["down0", "mid"]


def test_one_layer_is_preferred_to_none():
    assert figures(grid=GRID | {"layers": ["mid"]})["layers"].families == ()


@pytest.mark.parametrize("unique", [True, False])
def test_figures_read_only_tables_of_models_that_the_study_has(unique):
    made = study(grid=GRID | {"unique": unique})
    drawn = encoding_figures(made.encode, made.reconstruct)
    known = {model.name for model in encoding_models(made.encode, made.reconstruct)}
    assert set(shown_models(drawn)) <= known
    assert set(unique_models(drawn)) <= known
    assert bool(unique_models(drawn)) is unique
    assert len(preferred_families(drawn)) == 4
