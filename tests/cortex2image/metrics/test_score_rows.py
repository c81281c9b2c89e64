"""What stands beside a score: its own ceiling, the best of its own floors, and its share of the way."""

import numpy as np
import pytest

from cortex2image.metrics.evaluated import Rated
from cortex2image.metrics.score_rows import score_rows
from cortex2image.stats.crossed_intervals import Scores
from cortex2image.study.methods import METHODS, bottleneck


def rated(rng, level, n=20, spread=0.02):
    values = rng.normal(level, spread, (1, n))
    return Rated(Scores(values), tuple(f"s{i}" for i in range(n)), rng.normal(0, 0.01, (1, 99)))


def rows_of(rng, levels, decoders=None, metric="pixcorr"):
    ratings = {("sub-01", name, metric): rated(rng, level) for name, level in levels.items()}
    return {row["method"]: row for row in score_rows(ratings, decoders or {})}


def test_every_floor_is_a_control_of_the_same_generator():
    for method in (*METHODS.values(), bottleneck(8)):
        for floor in (METHODS[name] for name in method.floors):
            assert floor.control
            assert (set(floor.inputs), floor.start, floor.core) == (
                set(method.inputs),
                method.start,
                method.core,
            )
            assert floor.ceiling == method.ceiling
            assert not set(floor.inputs.values()) & {"decoded", "true"}
            assert floor.floors == ()


def test_each_method_has_the_floor_of_its_own_generator(rng):
    levels = {"z": 0.5, "c": 0.5, "zc": 0.5, "bottleneck-k8": 0.4, "external-m": 0.5, "decoded_c": 0.4}
    levels |= {"shuffled": 0.1, "no_brain": 0.2, "shuffled_c": 0.3, "shuffled_z": 0.05, "ceiling": 0.9}
    rows = rows_of(rng, levels, {"m": {"c": "{subject}.npy"}})
    floors = {name: row["floor_control"] for name, row in rows.items()}
    assert {name: floors[name] for name in ("z", "c", "zc", "bottleneck-k8", "external-m")} == {
        "z": "shuffled_z",
        "c": "shuffled_c",
        "zc": "no_brain",
        "bottleneck-k8": "no_brain",
        "external-m": "shuffled_c",
    }
    assert {floors[name] for name in ("decoded_c", "shuffled", "no_brain", "ceiling")} == {None}
    assert rows["zc"]["floor"] == rows["no_brain"]["value"]
    assert 0.3 < rows["zc"]["share"] < 0.55
    assert rows["ceiling"]["share"] is None


def test_without_a_ceiling_there_is_a_floor_and_no_share(rng):
    row = rows_of(rng, {"zc": 0.5, "shuffled": 0.1})["zc"]
    assert row["floor"] == pytest.approx(0.1, abs=0.02)
    assert (row["ceiling"], row["share"], row["share_low"], row["share_high"]) == (None,) * 4


def test_true_features_are_no_bound_of_metrics_of_the_brain(rng):
    levels = {"zc": 0.5, "shuffled": 0.1, "ceiling": 0.3}
    row = rows_of(rng, levels, metric="brain_consistency_z_early")["zc"]
    assert row["ceiling"] == pytest.approx(0.3, abs=0.02)
    assert (row["floor_control"], row["share"]) == ("shuffled", None)


def test_a_share_of_exactly_nothing_is_no_missing_share(rng):
    ratings = {("sub-01", name, "pixcorr"): rated(rng, level) for name, level in {"ceiling": 0.9}.items()}
    floor = rated(rng, 0.1)
    ratings |= {("sub-01", name, "pixcorr"): floor for name in ("zc", "shuffled")}
    row = next(row for row in score_rows(ratings, {}) if row["method"] == "zc")
    assert (row["share"], row["share_low"], row["share_high"]) == (0.0, 0.0, 0.0)


def test_an_identification_keeps_between_its_bounds(rng):
    perfect = Rated(
        Scores(np.ones((1, 20)), np.ones((1, 20))), tuple(map(str, range(20))), np.full((1, 99), 0.5)
    )
    (row,) = score_rows({("sub-01", "zc", "twoway_clip"): perfect}, {})
    assert row["ci_low"] < row["ci_high"] == 1
