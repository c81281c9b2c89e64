"""Facts of the metrics by the brain follow from their names."""

import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.brain_facts import BRAIN_METRICS, brain_metric
from cortex2image.metrics.registry import METRICS, metric_facts


@pytest.mark.parametrize("metric", BRAIN_METRICS, ids=lambda metric: metric.name)
def test_chance_lies_within_the_bounds(metric):
    low, high = metric.bounds
    assert low < high
    assert metric.chance is None or low < metric.chance < high
    assert metric.name not in METRICS


@pytest.mark.parametrize(
    ("name", "title", "kind"),
    [
        ("brain_consistency_z_early", "brain consistency, z to early", "brain"),
        (
            "brain_identification_depth_VO1 left",
            "identification by the brain, depth to VO1 left",
            "identification",
        ),
        ("brain_ceiling_V1_v", "ceiling of brain consistency in V1_v", "brain"),
    ],
)
def test_space_and_region_stand_in_the_title(name, title, kind):
    facts = metric_facts(name)
    assert (facts.name, facts.title, facts.kind) == (name, title, kind)


@pytest.mark.parametrize("name", ["brain_consistency_c_early", "brain_consistency_z_", "brain_rank_z_early"])
def test_a_space_that_a_picture_alone_does_not_give_has_no_metric(name):
    assert brain_metric(name) is None
    with pytest.raises(DataError, match=r"brain_consistency_\{space\}_\{roi\}"):
        metric_facts(name)
