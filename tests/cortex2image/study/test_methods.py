"""Methods of reconstruction: what each reads, how it starts, and the core that makes its pictures."""

import re

import pytest

from cortex2image.errors import ConfigError
from cortex2image.sources import module_path
from cortex2image.study.methods import (
    CEILINGS,
    CONTROL_FITS,
    DECODED,
    EXTERNAL,
    FROM_NOISE,
    FROM_PICTURE,
    MEAN,
    METHODS,
    NO_DIFFUSION,
    SEEN,
    SHUFFLED,
    TRUE,
    bottleneck,
    denoising_method,
    described,
    external,
    title_of,
)
from cortex2image.study.spaces import KINDS


@pytest.mark.parametrize(
    ("method", "samples"),
    [
        *[(name, 1) for name in ("z", "ceiling_z", "nearest_train")],
        *[(name, 7) for name in ("c", "zc", "ceiling", "ceiling_c", "shuffled", "shuffled_fit", "no_brain")],
    ],
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
        ("ceiling_z", (), ("z",)),
        ("ceiling_c", (), ("c",)),
        ("shuffled_fit", ("z", "c"), ()),
        ("random_brain", ("z", "c"), ()),
        ("random_brain_c", ("c",), ()),
        ("nearest_train", ("z", "c"), ("z", "c")),
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
    assert set(method.inputs.values()) <= {DECODED, TRUE, SHUFFLED, MEAN, *CONTROL_FITS}
    assert method.start in (FROM_NOISE, FROM_PICTURE, NO_DIFFUSION)
    assert module_path(method.core).exists()


def test_pictures_that_start_from_a_picture_have_a_layout():
    assert all("z" in method.inputs for method in METHODS.values() if method.start != FROM_NOISE)


def test_controls_are_those_that_do_not_show_what_the_brain_says():
    for method in METHODS.values():
        shows_brain = set(method.inputs.values()) == {DECODED} and not method.searches
        assert method.control != shows_brain, method.name


@pytest.mark.parametrize("name", sorted(set(METHODS) - CEILINGS))
def test_a_ceiling_takes_the_true_features_through_the_same_generator(name):
    method = METHODS[name]
    best = METHODS[method.ceiling]
    assert set(best.inputs.values()) == {TRUE}
    assert best.name in CEILINGS
    if method.core == best.core:
        assert (set(best.inputs), best.start) == (set(method.inputs), method.start)


def test_a_bottleneck_is_described_by_its_name_alone():
    method = bottleneck(8)
    assert described("bottleneck-k8") == method
    assert (method.rank, method.decoded, method.features) == (8, ("z", "c"), ("z", "c"))
    assert method.control
    assert title_of("bottleneck-k8") == "bottleneck, 8"
    assert " 8 directions " in method.meaning


@pytest.mark.parametrize(
    ("spaces", "start", "ceiling"),
    [
        (["z"], NO_DIFFUSION, "ceiling_z"),
        (["c"], FROM_NOISE, "ceiling_c"),
        (["c", "z"], FROM_PICTURE, "ceiling"),
    ],
)
def test_another_decoder_draws_as_the_method_of_its_spaces(spaces, start, ceiling):
    method = external("mine", dict.fromkeys(spaces, "/data/mine.npy"))
    assert (method.start, method.ceiling, method.control) == (start, ceiling, False)
    assert set(method.inputs.items()) == {(space, EXTERNAL) for space in spaces}
    assert (set(method.decoded), method.fitted) == (set(spaces), ())
    assert title_of("external-mine") == "mine"


def test_decoded_features_have_titles_without_underscores():
    assert described("decoded_c") is None
    assert title_of("decoded_c") == "decoded c"


@pytest.mark.parametrize(("spaces", "name"), [(["z", "c"], "zc"), (["c", "z"], "zc"), (["c"], "c")])
def test_pictures_are_denoised_from_all_that_is_decoded(spaces, name):
    assert denoising_method(spaces) is METHODS[name]


def test_without_c_there_is_no_denoising():
    with pytest.raises(ConfigError, match="regions for c"):
        denoising_method(["z"])


def test_the_picture_that_was_seen_has_words_and_no_ceiling_and_cannot_be_drawn():
    assert described("seen") is SEEN
    assert title_of("seen") == "picture that was seen"
    assert SEEN.name not in METHODS
    assert SEEN.name in CEILINGS
    assert SEEN.control
