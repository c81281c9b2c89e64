"""Rules that are chosen, and what stimuli do not allow."""

import numpy as np
import pytest

from cortex2image.metrics.chosen_rules import StimulusSet, open_rules, stated_groups

IDS = [f"s{i}" for i in range(12)]


def stimuli(category=(0,) * 12, setting=(-1,) * 12, sets=(0,) * 12):
    groups = {"category": np.array(category), "setting": np.array(setting)}
    return StimulusSet(IDS, np.array(sets), groups, seed=1, draws=50)


def scores(metrics, of, rng):
    """Return what rules make of two samples of the similarities of two layers."""
    rules = open_rules(metrics, of)
    for rule in rules:
        for name in filter(rule.takes, ("twoway_clip", "twoway_cnn_late")):
            if hasattr(rule, "add_originals"):
                rule.add_originals(name, np.corrcoef(rng.random((12, 5))))
            for _ in range(2):
                rule.add(name, rng.random((12, 12)))
    return {name: scored for rule in rules for name, scored in rule.scored().items()}


def test_each_metric_comes_under_its_name(rng):
    wanted = [
        "twoway_clip",
        "twoway_cnn_late_of_originals",
        "twoway_clip_as_released",
        "twoway_cnn_late_within_category",
        "nway10_clip",
        "top1_clip",
        "cluster_clip_by_category",
    ]
    found = scores(["pixcorr", *wanted], stimuli(category=[0, 1, 2] * 4), rng)
    assert list(found) == wanted
    assert all(scored.values.shape == (12, 2) and scored.null.shape == (50,) for scored in found.values())


def test_metrics_of_pixels_need_no_rule():
    assert open_rules(["pixcorr", "ssim2d"], stimuli()) == []


@pytest.mark.parametrize(
    ("metric", "groups", "said"),
    [
        ("top1of300_clip", {}, "top1of300_* is left out: it needs at least 300 test stimuli; there are 12"),
        ("twoway_clip_within_setting", {}, "twoway_*_within_setting is left out: it needs a setting"),
        ("twoway_clip_within_setting", {"setting": [0, 0, *range(1, 11)]}, "2 of 12 share theirs"),
        ("cluster_clip_by_category", {}, "cluster_*_by_category is left out: it needs at least two"),
    ],
)
def test_what_the_stimuli_do_not_allow_is_left_out_with_a_line(metric, groups, said, capsys):
    assert open_rules([metric], stimuli(**groups)) == []
    assert said in capsys.readouterr().err


def test_stimuli_without_a_score_are_counted(capsys, rng):
    found = scores(["twoway_clip_within_setting"], stimuli(setting=[0] * 5 + [1] * 4 + [2, -1, -1]), rng)
    assert "twoway_*_within_setting: 3 of 12 stimuli" in capsys.readouterr().err
    scored = found["twoway_clip_within_setting"]
    assert np.isnan(scored.values[9:]).all()
    assert np.isfinite(scored.values[:9]).all()
    # Pairings across groups have no score, so that a null without gaps was permuted within them.
    assert np.isfinite(scored.null).all()
    assert scored.null.std() > 0


def test_permutations_stay_within_groups_and_sets_seen():
    sets, category = np.repeat([0, 1], 6), np.array([0, 1, 2] * 4)
    of = stimuli(category=category, sets=sets)
    members = np.arange(1, 12)
    order = members[of.order(members, category[members])]
    assert (category[order] == category[members]).all()
    assert (sets[order] == sets[members]).all()
    assert (order != members).any()
    np.testing.assert_array_equal(sets[of.order()], np.tile(sets, (50, 1)))


def test_groups_are_those_of_the_table():
    columns = {
        "stimulus_id": ["a", "b", "c", "d"],
        "category": ["cat", None, "dog", "ant"],
        "setting": [None] * 4,
    }
    groups = stated_groups(columns, ["d", "b", "a"])
    assert {kind: labels.tolist() for kind, labels in groups.items()} == {
        "category": [0, -1, 1],
        "setting": [-1, -1, -1],
    }
