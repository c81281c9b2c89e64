"""The methods of a study, from several keys of its config."""

import re

import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve
from cortex2image.study.methods import METHODS, bottleneck
from cortex2image.study.run_methods import find_method, method_names, method_pattern, run_methods

FILES = {"mine": {"z": "/data/{subject}/z.npy"}}


@pytest.fixture
def drawn():
    config = {"methods": ["zc", "no_brain"], "bottleneck": [8, 2], "external": FILES}
    return resolve(change(shipped(), "reconstruct", config)).reconstruct


def test_every_key_adds_its_methods_once(drawn):
    names = ("zc", "no_brain", "bottleneck-k8", "bottleneck-k2", "external-mine")
    assert method_names(drawn) == names
    assert [find_method(name, drawn) for name in names] == list(run_methods(drawn))
    assert run_methods(drawn)[-1].files == FILES["mine"]


def test_methods_are_found_without_being_run(drawn):
    assert find_method("z", drawn) is METHODS["z"]
    assert find_method("bottleneck-k300", drawn) == bottleneck(300)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("shufled", "did you mean 'shuffled'?"),
        ("external-mein", "did you mean 'external-mine'?"),
        ("painting", "correct the name"),
        ("bottleneck-k0", "correct the name"),
        ("bottleneck-k08", "correct the name"),
    ],
)
def test_unknown_methods_are_refused_with_the_known_ones(drawn, name, near):
    with pytest.raises(
        ConfigError, match=rf"one of {', '.join(METHODS)}, external-mine(.|\n)*'{name}'"
    ) as error:
        find_method(name, drawn)
    assert error.value.fix == near


def test_the_pattern_matches_names_of_methods_and_no_other(drawn):
    for name in [*METHODS, *method_names(drawn), "external-other_2"]:
        assert re.fullmatch(method_pattern(), name), name
    for name in ["zz", "zc-nulls", "bottleneck-k0", "external-a-b", "external-", "bottleneck-k", "decoded_c"]:
        assert not re.fullmatch(method_pattern(), name), name
