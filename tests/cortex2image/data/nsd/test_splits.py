"""Which pictures test and which are left out."""

import numpy as np
import pytest

from cortex2image.data.nsd.design import load_design, split_pictures
from cortex2image.errors import ConfigError


@pytest.fixture(scope="module")
def design(tree):
    return load_design(tree.layout.design())


def test_shared(tree, design):
    split = split_pictures(design, "shared")
    assert (split.test + 1).tolist() == tree.plan.pictures[0, :1000].tolist()
    assert split.kept(design.shown(1, 3)).all()


def test_special_leaves_the_training_set_as_it_is(tree, design):
    split = split_pictures(design, "special515")
    shown = design.shown(2, 3)
    kept = split.kept(shown)
    assert set((split.test + 1).tolist()) == tree.plan.special
    is_shared = np.isin(shown, design.shared())
    assert kept[~is_shared].all()
    assert set(shown[kept & is_shared].tolist()) == set(split.test.tolist())
    assert (~kept).any()


def test_unknown(design):
    with pytest.raises(ConfigError, match=r"dataset/test_images(.|\n)*shared, special515(.|\n)*'all'"):
        split_pictures(design, "all")
