"""Jobs of encoding models: what they read, their maps and figures."""

import pytest
from tests.support.configs import change, distributed, shipped
from tests.support.jobs import jobs, of_grid
from tests.support.rules import Wildcards


def test_a_space_is_read_from_the_table_that_holds_it():
    one = Wildcards(subject="sub-01", space="zc-n0.25")
    assert of_grid().encoding.features_of_space(one) == "results/demo/features/zc-n0.25.parquet"
    layer = Wildcards(subject="sub-01", space="unet-mid-n0.8-t2")
    assert of_grid().encoding.features_of_space(layer) == "results/demo/sub-01/grams/unet-mid-n0.8-t2.parquet"


def test_models_of_several_spaces_read_all_of_them_in_order():
    study, joint = of_grid(), Wildcards(subject="sub-01", model="z+zc-n0.25")
    assert study.encoding.features_of_model(joint) == [
        "results/demo/features/z.parquet",
        "results/demo/features/zc-n0.25.parquet",
    ]
    assert study.encoding.alone("encoding_resamples")(joint) == [
        "results/demo/sub-01/encoding/z-resamples.parquet",
        "results/demo/sub-01/encoding/zc-n0.25-resamples.parquet",
    ]
    stack = Wildcards(subject="sub-02", model="stack-n0.8-t16")
    assert study.encoding.features_of_model(stack) == [
        f"results/demo/sub-02/grams/unet-{layer}-n0.8-t16.parquet" for layer in ("mid", "up1")
    ]


def test_a_family_is_compared_by_the_tables_of_its_models():
    study, of = of_grid(), Wildcards(subject="sub-01", family="steps-mid-n0.8")
    assert "steps-mid-n0.8" in study.encoding.families
    assert study.encoding.of_family("encoding")(of) == [
        f"results/demo/sub-01/encoding/unet-mid-n0.8-t{step}.parquet" for step in (2, 16)
    ]
    assert jobs(change(shipped(), "encode/grid", {})).encoding.families == []


@pytest.mark.parametrize("model", ["z+c", "stack-n0.8-t3"])
def test_a_model_that_the_study_lacks_ends_the_plan(model):
    with pytest.raises(SystemExit, match="ConfigError: encoding model"):
        of_grid().encoding.features_of_model(Wildcards(subject="sub-01", model=model))


def test_a_family_that_the_study_lacks_ends_the_plan():
    with pytest.raises(SystemExit, match="family of encoding models"):
        of_grid().encoding.of_family("encoding")(Wildcards(subject="sub-01", family="noise-n1"))


def test_maps_by_hemisphere_are_made_where_a_study_reaches_the_surface():
    nothing = {"left": [], "right": []}
    assert {side: jobs().encoding.maps[side] for side in nothing} == nothing
    volumes = jobs(distributed("nsd", space="func1mm")).encoding.maps
    assert {side: volumes[side] for side in nothing} == nothing
    surface = jobs(distributed("nsd", space="fsaverage")).encoding
    of_models = surface.maps["left"]
    assert of_models[0].endswith("/{subject}/maps/z-lh.func.gii")
    assert len(of_models) == len(surface.maps["map"]) == len(surface.models)


def test_figures_follow_from_the_grid():
    alone = jobs(change(shipped(), "encode/grid", {}))
    assert alone.encoding.of_figures("figure_table") == ["results/demo/{subject}/figures/spaces.csv"]
    config = change(shipped(), "encode/grid", {"noise_levels": [0.5], "steps": [2], "layers": ["mid"]})
    names = [figure.name for figure in jobs(config).encoding.figures]
    assert names == ["spaces", "noise", "steps", "layers"]
