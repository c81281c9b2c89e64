import math

import pytest

from cortex2image.report.quality_rules import FINE, LOOK, PROBLEM, RULES, UNKNOWN


@pytest.mark.parametrize(
    ("name", "value", "sign"),
    [
        ("motion", 0.25, FINE),
        ("motion", 0.26, LOOK),
        ("motion", 0.56, PROBLEM),
        ("motion", None, UNKNOWN),
        ("motion", math.nan, UNKNOWN),
        ("scrubbed", 0.1, FINE),
        ("scrubbed", 0.3, PROBLEM),
        ("ceiling", 0.05, FINE),
        ("ceiling", 0.04, LOOK),
        ("ceiling", -0.01, PROBLEM),
        ("silent", 0.6, LOOK),
        ("test_stimuli", 50, FINE),
        ("test_stimuli", 19, PROBLEM),
        ("train_stimuli", 499, LOOK),
        ("repeats", 1.0, LOOK),
        ("repeats", 2.0, FINE),
        ("overlap", 0, FINE),
        ("overlap", 1, PROBLEM),
        ("duplicates", 1, PROBLEM),
        ("constant", 0.06, LOOK),
        ("black", 0.001, LOOK),
        ("black", 0.06, PROBLEM),
        ("repeated", 0.0, FINE),
        ("left_out", 40, LOOK),
    ],
)
def test_limits(name: str, value: float | None, sign: str) -> None:
    assert RULES[name].sign(value) == sign


def test_limits_lie_in_order_and_are_said() -> None:
    for rule in RULES.values():
        assert (rule.look >= rule.problem) if rule.least else (rule.look <= rule.problem)
        assert ("below" in rule.limits) == rule.least
    assert RULES["motion"].limits == "look at above 0.25 mm, problem above 0.55 mm"
    assert RULES["overlap"].limits == "problem above 0"
    assert RULES["left_out"].limits == "look at above 0"
    assert RULES["scrubbed"].limits == "look at above 10 %, problem above 25 %"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("scrubbed", 0.034, "3.4 %"),
        ("scrubbed", 0.341, "34 %"),
        ("motion", 0.125, "0.12 mm"),
        ("train_stimuli", 8859, "8,859"),
        ("ceiling", -0.021, "\N{MINUS SIGN}0.02"),
        ("ceiling", None, "\N{EN DASH}"),
    ],
)
def test_numbers_are_shown_with_units(name: str, value: float | None, words: str) -> None:
    assert RULES[name].shown(value) == words
