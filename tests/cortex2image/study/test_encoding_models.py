"""Encoding models of a study and families of them, from the grid of the config."""

import re

import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve
from cortex2image.study.encoding_figures import encoding_figures, points_at
from cortex2image.study.encoding_models import (
    JOINT,
    SPACE,
    STACK,
    encoded_spaces,
    encoding_models,
    families,
    family_pattern,
    find_encoding_model,
    find_family,
    joint_pattern,
    model_pattern,
    stack_pattern,
)

GRID = {"noise_levels": [0.25, 0.5], "steps": [2, 16], "layers": ["mid", "up1.attn0"]}


def of(grid):
    study = resolve(change(shipped(), "encode/grid", grid))
    return study.encode, study.reconstruct


def names(kind, grid=GRID):
    return [model.name for model in encoding_models(*of(grid)) if model.kind == kind]


def test_a_study_without_a_grid_encodes_its_spaces_and_z_with_zc():
    assert names(SPACE, {}) == ["z", "c", "zc"]
    assert names(JOINT, {}) == ["z+zc"]
    assert names(STACK, {}) == []


def test_points_of_the_grid_are_models_each_once():
    latents = ["zc-n0.25", "zc-n0.5", "zc-n0.8-t2"]
    layers = [f"unet-{layer}-n0.8-t{step}" for step in (2, 16) for layer in ("mid", "up1.attn0")]
    # Step 16 of 16 at the strength of the pictures is zc itself.
    assert names(SPACE) == ["z", "c", "zc", *latents, *layers]
    assert names(JOINT) == [f"z+{name}" for name in ("zc", *latents)]
    assert names(STACK) == ["stack-n0.8-t2", "stack-n0.8-t16"]
    assert find_encoding_model("stack-n0.8-t16", *of(GRID)).spaces == tuple(layers[2:])
    assert set(encoded_spaces(*of(GRID))) == set(names(SPACE))


def test_families_differ_in_one_coordinate():
    found = {family.name: family.models for family in families(*of(GRID))}
    assert list(found) == [
        "layers-n0.8-t2",
        "layers-n0.8-t16",
        "steps-mid-n0.8",
        "steps-up1.attn0-n0.8",
        "noise",
    ]
    assert found["layers-n0.8-t2"] == ("unet-mid-n0.8-t2", "unet-up1.attn0-n0.8-t2")
    assert found["steps-mid-n0.8"] == ("unet-mid-n0.8-t2", "unet-mid-n0.8-t16")
    assert found["noise"] == ("zc", "zc-n0.25", "zc-n0.5")
    assert all(set(models) <= set(names(SPACE)) for models in found.values())


def test_one_model_is_no_family():
    assert families(*of({})) == ()
    assert [f.name for f in families(*of({"steps": [2], "layers": ["mid", "up1"]}))] == ["layers-n0.8-t2"]
    with pytest.raises(ConfigError, match="two points or more"):
        find_family("noise", *of({}))


@pytest.mark.parametrize("layers", [[], ["mid"], ["down0", "mid"]])
def test_layers_that_the_models_name_are_compared_with_those_of_the_grid(layers):
    """The figure of layers asks for a family at each place that it shows several layers of."""
    config = change(shipped(), "encode/models", ["z", "unet-up1-n0.8-t2", "unet-up0-n0.8-t2"])
    study = resolve(change(config, "encode/grid", {"steps": [2, 3], "layers": layers}))
    chosen = study.encode, study.reconstruct
    figure = encoding_figures(*chosen)[-1]
    for place, family in figure.families:
        shown = {point.model for point in points_at(figure, place)}
        assert set(find_family(family, *chosen).models) == shown
    assert "layers-n0.8-t2" in dict(figure.families).values()


def test_patterns_match_the_names_of_their_kind_alone():
    models = {kind: names(kind) for kind in (SPACE, JOINT, STACK)}
    for kind, pattern in ((JOINT, joint_pattern()), (STACK, stack_pattern())):
        for other, known in models.items():
            assert all(bool(re.fullmatch(pattern, name)) == (other == kind) for name in known)
    every = [name for known in models.values() for name in known]
    assert all(re.fullmatch(model_pattern(), name) for name in every)
    assert all(re.fullmatch(family_pattern(), family.name) for family in families(*of(GRID)))
    assert not any(re.fullmatch(family_pattern(), name) for name in every)
    assert not re.fullmatch(model_pattern(), "z-resamples")
