"""Names of feature spaces: read and printed back, or refused with the way out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortex2image.errors import ConfigError
from cortex2image.study.space_names import parse_space, wildcard_pattern
from cortex2image.study.spaces import JOINED, KINDS, LEAST_NOISE, FeatureSpace

noises = st.integers(1, 1000).map(lambda thousandths: thousandths / 1000)
steps = st.integers(1, 1000)
layers = st.one_of(
    st.just("mid"),
    st.builds("{}{}".format, st.sampled_from(["down", "up"]), st.integers(0, 9)),
    st.builds(
        "{}.{}{}".format, st.sampled_from(["mid", "up1"]), st.sampled_from(["res", "attn"]), st.integers(0, 9)
    ),
)
spaces = st.one_of(
    st.sampled_from(["z", "c", "zc"]).map(FeatureSpace),
    st.builds(FeatureSpace, st.just("zc"), noise=noises),
    st.builds(FeatureSpace, st.just("zc"), noise=noises, step=steps),
    st.builds(FeatureSpace, st.just("unet"), layer=layers, noise=noises, step=steps),
)


@given(spaces)
def test_every_name_is_read_as_the_space_that_printed_it(space):
    assert parse_space(str(space)) == space
    assert re.fullmatch(wildcard_pattern(), str(space))


@given(st.from_regex(wildcard_pattern(), fullmatch=True))
def test_a_name_of_the_pattern_is_a_space_or_is_refused(name):
    try:
        space = parse_space(name)
    except ConfigError:
        return
    assert str(space) == name


@given(st.text(max_size=20))
def test_any_text_is_a_space_or_is_refused(name):
    try:
        space = parse_space(name)
    except ConfigError:
        return
    assert str(space) == name


@pytest.mark.parametrize(
    ("name", "space"),
    [
        ("z", FeatureSpace("z")),
        ("zc-n0.6", FeatureSpace("zc", noise=0.6)),
        ("zc-n0.8-t20", FeatureSpace("zc", noise=0.8, step=20)),
        ("unet-mid-n0.8-t20", FeatureSpace("unet", "mid", 0.8, 20)),
        ("unet-down0-n1-t1", FeatureSpace("unet", "down0", 1, 1)),
    ],
)
def test_names_spell_their_coordinates(name, space):
    assert parse_space(name) == space
    assert str(space) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("unett-mid-n0.8-t20", "did you mean 'unet'?"),
        ("zcc", "did you mean 'zc'?"),
        ("pixels", "correct the name"),
        ("", f"a feature space: {', '.join(KINDS)}, with coordinates"),
        ("z-n0.6", "z has no coordinates"),
        ("c-t3", "c has no coordinates"),
        ("zc-mid-n0.6", "zc has no layers"),
        ("unet-n0.8-t20", "unet needs a layer"),
        ("unet-mid", "unet needs a noise level and a step"),
        ("unet-mid-n0.8", "unet needs a noise level and a step"),
        ("zc-t20", "a step needs a noise level"),
        ("zc-n0", "the noise level lies between 0.001 and 1"),
        ("zc-n1.1", "the noise level lies between 0.001 and 1"),
        ("zc-n0.00001", "the noise level lies between 0.001 and 1"),
        ("zc-n0.8-t0", "steps count from 1"),
        ("zc-n0.60", "write zc-n0.6"),
        ("zc-n0.8-t020", "write zc-n0.8-t20"),
        ("zc-t20-n0.8", "write zc-n0.8-t20"),
        ("zc-n0.8-n0.9", "coordinates that cannot be read"),
        ("unet-mid-up0-n0.8-t2", "coordinates that cannot be read"),
        ("zc-x3", "coordinates that cannot be read"),
        ("zc-", "coordinates that cannot be read"),
    ],
)
def test_other_names_are_refused_with_the_way_out(name, said):
    with pytest.raises(ConfigError) as error:
        parse_space(name, "my.yaml, encode/models")
    assert error.value.where == "my.yaml, encode/models"
    assert f"'{name}'" in error.value.found
    assert said in str(error.value)


@pytest.mark.parametrize("name", ["z-scores", "zc-n0.6-scores", "c.parquet", "unet-low-n0.8-t20", "x", ""])
def test_the_pattern_for_file_names_is_not_that_of_other_files(name):
    assert not re.fullmatch(wildcard_pattern(), name)


def test_kinds_have_patterns_of_their_own():
    assert re.fullmatch(wildcard_pattern(JOINED), "zc-n0.6-t2")
    for other in ("z", "c", "unet-mid-n0.8-t20"):
        assert not re.fullmatch(wildcard_pattern(JOINED), other)


def test_the_least_noise_still_prints_without_an_exponent():
    assert str(FeatureSpace("zc", noise=LEAST_NOISE)) == "zc-n0.001"
