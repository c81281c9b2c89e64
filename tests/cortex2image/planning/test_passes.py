"""Passes of the sampler: one for each noise level, with every space that lies on it."""

import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.planning.passes import pass_of, passes
from cortex2image.study.config import resolve
from cortex2image.study.encoding_models import encoded_spaces
from cortex2image.study.space_names import parse_space

GRID = {"noise_levels": [0.5, 0.25, 0.8], "steps": [2, 16], "layers": ["mid", "down0"]}
MINIATURE = MODEL_SETS["miniature"]


def planned(models=("z", "c", "zc"), grid=GRID):
    study = resolve(change(change(shipped(), "encode/models", list(models)), "encode/grid", grid))
    return study, passes(study, MINIATURE)


def test_every_sampled_space_lies_in_one_pass_of_its_noise_level():
    study, found = planned()
    assert [(one.noise, one.part) for one in found] == [(0.25, 0), (0.5, 0), (0.8, 0)]
    captured = [space for one in found for space in one.spaces]
    asked = [s for s in encoded_spaces(study.encode, study.reconstruct) if parse_space(s).sampled]
    assert sorted(captured) == sorted(asked)
    assert found[1].spaces == ("zc-n0.5",)
    assert set(found[2].spaces) == {
        "zc",
        "zc-n0.8-t2",
        *(f"unet-{layer}-n0.8-t{step}" for layer in ("mid", "down0") for step in (2, 16)),
    }


def test_the_order_of_the_config_changes_nothing():
    turned = {key: values[::-1] for key, values in GRID.items()}
    assert planned(("zc", "c", "z"), turned)[1] == planned()[1]


def test_what_pictures_and_captions_give_needs_no_pass():
    assert planned(("z", "c"), {})[1] == ()


def test_the_pass_of_a_space_is_found():
    found = planned()[1]
    assert pass_of("zc", found) == pass_of("unet-mid-n0.8-t2", found) == found[2]
    with pytest.raises(ConfigError, match=r"one that the study samples: zc-n0\.25, .*\n.*'zc-n0\.3'"):
        pass_of("zc-n0.3", found)
    with pytest.raises(ConfigError, match="none"):
        pass_of("zc", ())
