from typing import get_args

import pytest

from cortex2image.metrics.metric import Kind
from cortex2image.metrics.registry import METRICS, metric_facts
from cortex2image.report.metric_kinds import METRIC_KINDS, OTHER_UNITS, direction, in_order, unit_of


def test_every_kind_of_metric_has_words():
    assert set(METRIC_KINDS) == set(get_args(Kind))


def test_units_that_differ_are_those_of_metrics_there_are():
    assert set(OTHER_UNITS) <= set(METRICS)
    assert unit_of(metric_facts("psnr")) == "dB"
    assert unit_of(metric_facts("pixcorr")) == "r"


@pytest.mark.parametrize("name", ["pixcorr", "lpips_alex"])
def test_the_direction_is_that_of_the_metric(name):
    assert direction(metric_facts(name)).startswith("higher" if METRICS[name].higher_is_better else "lower")


def test_metrics_stand_by_kind_and_those_of_the_brain_after_the_named_ones():
    asked = [
        "brain_identification_z_V1",
        "pattern_correlation",
        "twoway_clip",
        "ssim2d",
        "pixcorr",
        "twoway_clip",
    ]
    expected = ["pixcorr", "ssim2d", "twoway_clip", "brain_identification_z_V1", "pattern_correlation"]
    assert in_order([*asked, *asked]) == expected
