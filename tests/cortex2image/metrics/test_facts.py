"""Facts of the metrics."""

import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.facts import METRICS, metric_facts, released_name, twoway_name


def test_a_single_layer_needs_no_name():
    assert twoway_name("clip", ("embeds",), "embeds") == "twoway_clip"
    assert twoway_name("cnn", ("early", "late"), "late") == "twoway_cnn_late"


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_facts_are_consistent(metric):
    low, high = metric.bounds
    assert low < high
    assert metric.chance is None or low < metric.chance < high
    networks = ("cnn", "residual", "clip", "lpips")
    assert (metric.judge is None) == all(network not in metric.name for network in networks)


def test_every_two_way_identification_has_its_released_rule():
    two_way = [name for name in METRICS if name.startswith("twoway_") and not name.endswith("_as_released")]
    assert two_way
    for name in two_way:
        ours, theirs = METRICS[name], METRICS[released_name(name)]
        assert ours.direction != theirs.direction
        assert (ours.judge, ours.layer, ours.chance) == (theirs.judge, theirs.layer, theirs.chance)


def test_a_metric_nobody_described_is_refused():
    with pytest.raises(DataError, match="twoway_alexnet"):
        metric_facts("twoway_alexnet")
