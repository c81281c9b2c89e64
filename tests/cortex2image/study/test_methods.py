"""Methods of reconstruction: what each reads, how it starts, and the core that makes its pictures."""

import re

import pytest

from cortex2image.errors import ConfigError
from cortex2image.sources import module_path
from cortex2image.study.methods import (
    DECODED,
    FROM_NOISE,
    FROM_PICTURE,
    MEAN,
    METHODS,
    NO_DIFFUSION,
    SHUFFLED,
    TRUE,
    denoising_method,
    find_method,
)
from cortex2image.study.spaces import KINDS


@pytest.mark.parametrize(
    ("method", "samples"), [("z", 1), ("c", 7), ("zc", 7), ("ceiling", 7), ("shuffled", 7), ("no_brain", 7)]
)
def test_only_methods_that_draw_noise_have_several_samples(method, samples):
    assert METHODS[method].samples(7) == samples


def test_z_stands_before_c():
    assert tuple(METHODS["zc"].inputs) == ("z", "c")


@pytest.mark.parametrize(
    ("method", "decoded", "features"),
    [
        ("z", ("z",), ()),
        ("c", ("c",), ()),
        ("zc", ("z", "c"), ()),
        ("ceiling", (), ("z", "c")),
        ("shuffled", ("z", "c"), ()),
        ("no_brain", (), ("z", "c")),
    ],
)
def test_each_method_reads_decoded_or_true_features(method, decoded, features):
    assert (METHODS[method].decoded, METHODS[method].features) == (decoded, features)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_described_and_has_a_core(name):
    method = METHODS[name]
    assert method.name == name
    assert re.fullmatch(r"[a-z0-9_]+", name), "it is part of file names"
    assert method.title
    assert method.meaning
    assert set(method.inputs) <= set(KINDS)
    assert set(method.inputs.values()) <= {DECODED, TRUE, SHUFFLED, MEAN}
    assert method.start in (FROM_NOISE, FROM_PICTURE, NO_DIFFUSION)
    assert module_path(method.core).exists()


def test_pictures_that_start_from_a_picture_have_a_layout():
    assert all("z" in method.inputs for method in METHODS.values() if method.start != FROM_NOISE)


def test_controls_are_those_that_do_not_show_what_the_brain_says():
    for method in METHODS.values():
        assert method.control == (set(method.inputs.values()) != {DECODED}), method.name


def test_unknown_methods_are_refused_with_the_known_ones():
    assert find_method("zc") is METHODS["zc"]
    with pytest.raises(ConfigError, match=rf"one of {', '.join(METHODS)}\n.*'zz'"):
        find_method("zz")


@pytest.mark.parametrize(("spaces", "name"), [(["z", "c"], "zc"), (["c", "z"], "zc"), (["c"], "c")])
def test_pictures_are_denoised_from_all_that_is_decoded(spaces, name):
    assert denoising_method(spaces) is METHODS[name]


def test_without_c_there_is_no_denoising():
    with pytest.raises(ConfigError, match="regions for c"):
        denoising_method(["z"])
