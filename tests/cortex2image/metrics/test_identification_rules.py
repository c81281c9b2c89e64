"""What rules of identification say of themselves."""

import pytest

from cortex2image.metrics.identification_rules import RULES, TWOWAY, VARIANTS
from cortex2image.metrics.registry import METRICS, TWO_WAYS

NAMED = {rule.name("twoway_X"): rule for rule in RULES}


def test_names_say_the_rule():
    assert list(NAMED) == [
        "twoway_X",
        "twoway_X_of_originals",
        "twoway_X_as_released",
        "twoway_X_within_category",
        "twoway_X_within_setting",
        "nway10_X",
        "nway50_X",
        "top1of300_X",
        "top1of300_X_of_originals",
        "top1_X",
        "top1_X_of_originals",
        "cluster_X_by_category",
        "cluster_X_by_setting",
    ]


@pytest.mark.parametrize("twoway", TWO_WAYS)
def test_every_layer_of_a_judge_has_every_rule(twoway):
    plain = METRICS[twoway]
    for rule in VARIANTS:
        facts = METRICS[rule.name(twoway)]
        assert (facts.kind, facts.judge, facts.layer, facts.weights) == (
            "identification",
            plain.judge,
            plain.layer,
            plain.weights,
        )
        assert (facts.what, facts.needs) == (rule.what, rule.needs)
        assert (facts.direction == plain.direction) == (not rule.of_originals and rule.clusters is None)


def test_the_first_rule_is_the_metric_it_starts_from():
    plain = METRICS["twoway_clip"]
    assert TWOWAY.facts(plain, last_layer=True).what == plain.what
    assert TWOWAY.name("twoway_clip") == plain.name


@pytest.mark.parametrize(
    ("name", "chance", "needs"),
    [
        ("twoway_X_as_released", 0.5, None),
        (
            "twoway_X_within_setting",
            0.5,
            "a setting of the stimuli, shared with another by at least 3 of them",
        ),
        ("nway50_X", 0.02, "at least 50 test stimuli"),
        ("top1of300_X", 1 / 300, "at least 300 test stimuli"),
        ("top1_X", None, None),
        ("cluster_X_by_category", None, "at least two categories of two or more stimuli"),
    ],
)
def test_chance_and_what_stimuli_must_offer(name, chance, needs):
    facts = NAMED[name].facts(METRICS["twoway_clip"], last_layer=True)
    assert (facts.chance, facts.needs) == (chance, needs)


def test_headline_rules_are_for_the_last_layers():
    within = [name for name, m in METRICS.items() if name.endswith("_within_setting") and m.headline]
    assert {"twoway_clip_within_setting", "twoway_cnn_late_within_setting"} <= set(within)
    assert "twoway_cnn_early_within_setting" not in within
    assert not METRICS["twoway_clip_as_released"].headline
