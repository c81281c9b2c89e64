"""Facts of the metrics, and that nothing is computed without them."""

import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.identification_rules import AS_RELEASED, VARIANTS
from cortex2image.metrics.metric import distance_name, twoway_name
from cortex2image.metrics.pixels import MATRIX_METRICS, PAIR_METRICS
from cortex2image.metrics.registry import KNOWN_AS, METRICS, TWO_WAYS, metric_facts
from cortex2image.networks.judge_specs import measures_distance
from cortex2image.networks.registry import MODEL_SETS


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_chance_lies_within_the_bounds(metric):
    low, high = metric.bounds
    assert low < high
    assert metric.chance is None or low < metric.chance < high


def test_no_two_metrics_share_a_title():
    titles = [metric.title for metric in METRICS.values()]
    assert len(set(titles)) == len(titles)


def test_every_metric_of_pixels_has_one_function():
    described = {metric.name for metric in METRICS.values() if metric.kind == "pixels"}
    assert described == MATRIX_METRICS.keys() | PAIR_METRICS.keys()
    assert not MATRIX_METRICS.keys() & PAIR_METRICS.keys()


def test_a_metric_nobody_described_is_refused():
    with pytest.raises(DataError, match="twoway_alexnet"):
        metric_facts("twoway_alexnet")


@pytest.mark.parametrize("models", MODEL_SETS.values(), ids=MODEL_SETS)
def test_every_judge_of_every_model_set_is_described(models):
    for spec in models.judges:
        for layer in spec.layers:
            distance = measures_distance(spec)
            name = distance_name(spec.name) if distance else twoway_name(spec.name, spec.layers, layer)
            facts = metric_facts(name)
            assert (facts.judge, facts.layer, facts.higher_is_better) == (spec.name, layer, not distance)


def test_captions_alone_have_no_released_rule():
    identifications = [m for m in METRICS.values() if m.kind == "identification"]
    assert any(m.of_captions for m in identifications)
    for metric in identifications:
        names = (name for rule in VARIANTS for name in TWO_WAYS if rule.name(name) == metric.name)
        base = next(names, metric.name)
        assert (AS_RELEASED.name(base) in METRICS) == (base in TWO_WAYS)
        assert not (metric.of_captions and base in TWO_WAYS)


def test_definitions_name_what_papers_call_the_same_metric():
    assert all(known in METRICS[name].what for name, known in KNOWN_AS.items())
