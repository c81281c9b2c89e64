import itertools

import numpy as np
import pandas as pd
import pytest

from cortex2image.rating.agreement import krippendorff_alpha, rater_rows

# Krippendorff (2011), Computing Krippendorff's alpha-reliability, C: four observers, twelve units; 0.743.
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)


def test_alpha_of_the_published_example():
    units = [[v for v in unit if v is not None] for unit in zip(*OBSERVERS, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=0.0005)


def test_alpha_is_one_less_observed_over_expected_disagreement():
    rng = np.random.default_rng(0)
    units = [list(rng.choice([0.0, 0.5, 1.0], rng.integers(2, 5))) for _ in range(30)]
    n = sum(map(len, units))
    observed = sum(
        sum(a != b for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    values = [v for unit in units for v in unit]
    expected = sum(a != b for a, b in itertools.permutations(values, 2)) / (n - 1)
    assert krippendorff_alpha(units) == pytest.approx(1 - observed / expected)
    assert krippendorff_alpha([*units, [1.0]]) == krippendorff_alpha(units)


def test_alpha_of_chance_is_near_zero_and_may_be_unknown():
    rng = np.random.default_rng(1)
    units = [list(rng.choice([0.0, 1.0], 4)) for _ in range(500)]
    assert krippendorff_alpha(units) == pytest.approx(0, abs=0.05)
    assert krippendorff_alpha([[1.0, 1.0], [1.0, 1.0]]) is None
    assert krippendorff_alpha([[1.0], [0.0]]) is None


def votes(rater, values, sides, seconds=1.0, design="methods"):
    rows = [
        (design, "sub-01", f"s{i}", "c", "z", rater, value, side, seconds)
        for i, (value, side) in enumerate(zip(values, sides, strict=True))
    ]
    names = ["design", "subject", "stimulus", "method", "rival", "rater", "value", "side", "seconds"]
    return pd.DataFrame(rows, columns=names)


def test_rows_of_people():
    parts = [
        votes("a", (1.0, 1.0, 0.0, 0.5), ("left", "left", "right", "none"), seconds=2.0),
        votes("b", (1.0, 0.0), ("right", "left")),
    ]
    a, b, everybody = rater_rows(pd.concat(parts))
    assert (a["rater"], a["n"], a["shared"], a["agreement"]) == ("a", 4, 2, 0.5)
    assert a["undecided"] == 0.25
    assert a["left"] == pytest.approx(2 / 3)
    assert (a["seconds"], a["alpha"]) == (2.0, None)
    assert (b["agreement"], b["left"]) == (0.5, 0.5)
    assert (everybody["rater"], everybody["n"], everybody["shared"], everybody["agreement"]) == (
        "all",
        6,
        2,
        0.5,
    )
    assert everybody["alpha"] == pytest.approx(krippendorff_alpha([[1.0, 1.0], [1.0, 0.0]]))


def test_one_person_agrees_with_nobody():
    alone, everybody = rater_rows(votes("a", (0.5,), ("none",)))
    assert (alone["agreement"], alone["left"], everybody["alpha"]) == (None, None, None)
