"""Where pictures are compared with the brain, and what is refused."""

import pytest
from tests.support.configs import change, distributed, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.config import resolve


def test_every_region_that_a_decoder_reads_is_the_default():
    study = resolve(change(shipped(), "decode/rois", {"z": ["early"], "c": ["ventral", "early"]}))
    assert resolve(change(shipped(), "evaluate/brain", {})).evaluate.brain.regions == ("early", "ventral")
    assert study.evaluate.brain.spaces == ("z",)
    given = change(shipped(), "evaluate/brain", {"regions": ["lateral"]})
    assert resolve(given).evaluate.brain.regions == ("lateral",)


def test_no_comparison_without_known_pictures_or_with_folds():
    assert brain_spaces(resolve(shipped())) == ("z",)
    assert brain_spaces(resolve(shipped("haxby"))) == ()
    folds = change(distributed("bids"), "dataset/cross_validate", "run")
    folds["standardise"]["by"] = "none"
    assert brain_spaces(resolve(folds)) == ()
    del folds["dataset"]["cross_validate"]
    assert brain_spaces(resolve(folds)) == ("z",)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("regions", ["erly"], "'erly'"),
        ("spaces", ["c"], "one of: z, e, blip, depth"),
        ("min_noise_ceiling", 0.1, "noise ceilings from all"),
    ],
)
def test_what_cannot_be_is_refused(key, value, said):
    with pytest.raises(ConfigError) as error:
        resolve(change(shipped(), f"evaluate/brain/{key}", value), "my.yaml")
    assert error.value.where.startswith(f"my.yaml, evaluate/brain/{key}")
    assert said in str(error.value)


def test_voxels_are_selected_by_repeats_of_training_pictures_alone():
    config = change(shipped(), "evaluate/brain/min_noise_ceiling", 0.1)
    assert resolve(change(config, "standardise/ncsnr_from", "train")).evaluate.brain.min_noise_ceiling == 0.1
    nsd = change(shipped("nsd"), "evaluate/brain/min_noise_ceiling", 0.1)
    with pytest.raises(ConfigError, match="from released"):
        resolve(change(nsd, "standardise/ncsnr_from", "released"))
