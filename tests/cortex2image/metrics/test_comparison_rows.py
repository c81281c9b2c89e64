"""Families of comparisons and their adjusted p; which rows there are."""

import numpy as np
import pytest

from cortex2image.metrics.comparison_rows import adjusted, comparison_rows, family
from cortex2image.metrics.evaluated import Rated
from cortex2image.stats.crossed_intervals import Scores


def rated(rng, level=0.5, n=20):
    values = np.clip(rng.normal(level, 0.1, (1, n)), 0, 1)
    return Rated(Scores(values, values), tuple(f"s{i}" for i in range(n)), np.zeros((1, 9)))


def benjamini_hochberg(ps):
    """Return adjusted p by the definition: the smallest rate at which each would be rejected."""
    m = len(ps)
    ranks = {i: rank for rank, i in enumerate(sorted(range(m), key=ps.__getitem__), 1)}
    return [min(min(m * ps[j] / ranks[j] for j in range(m) if ps[j] >= p), 1) for p in ps]


def test_controls_have_families_of_their_own():
    assert family("pixcorr", ("z", "zc")) == "pixels, methods"
    assert family("pixcorr", ("ceiling", "zc")) == "pixels, controls"
    assert family("twoway_clip", ("external-mine", "zc")) == "identification, methods"
    assert family("category_clip", ("decoded_c", "decoded_z")) == "category, methods"


def test_p_is_adjusted_within_subject_and_family(rng):
    labels = [(s, f) for s in ("sub-01", "all") for f in ("pixels, methods", "pixels, controls")] * 6
    rows = [
        {"subject": s, "family": f, "p": float(p)}
        for (s, f), p in zip(labels, rng.random(24) ** 3, strict=True)
    ]
    found = adjusted(rows)
    for label in set(labels):
        members = [row for row in found if (row["subject"], row["family"]) == label]
        expected = benjamini_hochberg([row["p"] for row in members])
        assert [row["q"] for row in members] == pytest.approx(expected)


def test_every_pair_that_shares_a_metric_is_compared_once(rng):
    metrics = {"zc": ("pixcorr", "twoway_clip"), "z": ("pixcorr", "twoway_clip"), "c": ("pixcorr",)}
    ratings = {("sub-01", m, k): rated(rng) for m, names in metrics.items() for k in names}
    rows = comparison_rows(ratings)
    pairs = sorted((row["metric"], row["method_a"], row["method_b"]) for row in rows)
    assert pairs == [
        ("pixcorr", "c", "z"),
        ("pixcorr", "c", "zc"),
        ("pixcorr", "z", "zc"),
        ("twoway_clip", "z", "zc"),
    ]


def test_identifications_have_an_effect_in_probability(rng):
    ratings = {("sub-01", m, k): rated(rng) for m in ("z", "zc") for k in ("pixcorr", "twoway_clip")}
    effects = {row["metric"]: row for row in comparison_rows(ratings)}
    assert effects["pixcorr"]["probability"] is None
    assert effects["twoway_clip"]["probability"] == effects["twoway_clip"]["difference"]
    z, zc = (ratings["sub-01", m, "pixcorr"].scores.searched[0] for m in ("z", "zc"))
    assert effects["pixcorr"]["standardised"] == pytest.approx((z - zc).mean() / (z - zc).std(ddof=1))
