"""The core of a feature space is the module that the registry names."""

import importlib

import pytest

from cortex2image.features.extraction import core_of
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import EXTRACTABLE, KINDS


@pytest.mark.parametrize("space", EXTRACTABLE)
def test_the_core_of_a_space_is_that_of_the_registry(space):
    core = core_of(parse_space(space))
    assert core is importlib.import_module(KINDS[space].core)
    assert callable(core.extract)
