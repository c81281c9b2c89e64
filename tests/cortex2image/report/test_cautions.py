from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cortex2image.report.cautions import RULES, Caution, Facts, cautions
from cortex2image.report.study import Recordings


def score(method: str, metric: str = "pixcorr", **numbers: object) -> dict[str, object]:
    row = {"method": method, "metric": metric, "n": 60, "value": 0.5, "p": 0.001, "higher_is_better": True}
    return row | {"floor": 0.1, "ceiling": 0.9, "share": 0.5} | numbers


METHODS = ("zc", "ceiling", "shuffled")
SOUND = Facts(
    subjects=("a", "b", "c", "d", "e"),
    simulated=False,
    with_images=True,
    model_set="stable-diffusion-v1-4",
    recordings={"a": Recordings(12, ())},
    duplicates=(),
    scores=pd.DataFrame([score("zc"), score("ceiling", p=0.001), score("shuffled", p=0.6, share=np.nan)]),
    methods=METHODS,
)


def only(facts: Facts) -> Caution:
    found = cautions(facts)
    assert len(found) == 1
    return found[0]


def scored(**numbers: object) -> Facts:
    return replace(SOUND, scores=pd.DataFrame([score("zc", **numbers)]))


def test_a_sound_study_needs_no_warning() -> None:
    assert cautions(SOUND) == []


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        (replace(SOUND, simulated=True, model_set="miniature"), "simulated"),
        (replace(SOUND, model_set="miniature"), "miniature diffusion model"),
        (replace(SOUND, with_images=False), "which category"),
        (replace(SOUND, subjects=("a",)), "one subject only"),
        (replace(SOUND, subjects=("a", "b", "c", "d")), "4 subjects only"),
        (scored(n=49), "49 test stimuli only"),
    ],
)
def test_limits_of_a_study_are_said(facts: Facts, title: str) -> None:
    assert title in only(facts).title


def test_each_problem_of_the_recordings_has_a_line() -> None:
    recordings = {"a": Recordings(1, ("no events", "no <mask>")), "b": Recordings(12, ())}
    found = only(replace(SOUND, recordings=recordings))
    assert found.title == "Some recordings are incomplete."
    assert list(found.lines) == ["a (1 run used): no events", "a (1 run used): no <mask>"]


def test_duplicates_are_listed() -> None:
    assert list(only(replace(SOUND, duplicates=("one",))).lines) == ["one"]


def test_scores_of_methods_that_are_not_above_chance_are_named_but_those_of_controls_are_not() -> None:
    found = only(scored(p=0.05))
    assert found.title == "Some scores are not above chance."
    assert list(found.lines) == ["zc (layout and meaning): pixel correlation"]
    assert cautions(scored(p=0.0499)) == []


@pytest.mark.parametrize(
    ("value", "higher", "below"), [(0.05, True, True), (0.2, True, False), (0.2, False, True)]
)
def test_a_method_worse_than_its_floor_is_named_whichever_way_the_metric_points(
    value: float, higher: bool, below: bool
) -> None:
    titles = [caution.title for caution in cautions(scored(value=value, higher_is_better=higher))]
    assert titles == (["Some methods score below their floor."] if below else [])


def test_a_ceiling_that_is_not_above_the_floor_is_named() -> None:
    assert only(scored(share=np.nan)).title == "Some ceilings are not clearly above their floor."
    assert cautions(scored(share=np.nan, floor=np.nan)) == []


def test_methods_without_controls_say_which_to_run() -> None:
    found = only(replace(SOUND, methods=("z", "c", "zc", "ceiling", "shuffled_c", "no_brain")))
    assert list(found.lines) == [
        "z (layout): no ceiling, no floor",
        "c (meaning): no ceiling",
    ]
    assert list(found.names) == ["ceiling_z", "shuffled_z", "ceiling_c"]


def test_of_a_cross_validated_study_no_control_is_asked_that_it_may_not_run() -> None:
    """True features train some fold, so that the config refuses them."""
    facts = replace(SOUND, methods=("c",), cross_validated=True)
    found = only(facts)
    assert list(found.lines) == ["c (meaning): no floor"]
    assert list(found.names) == ["shuffled_c"]
    assert cautions(replace(facts, methods=("c", "shuffled_c"))) == []


def test_a_study_without_scores_of_pictures_has_no_wrong_warning() -> None:
    empty = replace(SOUND, scores=SOUND.scores.iloc[:0], methods=())
    assert cautions(empty) == []


def test_every_rule_can_speak() -> None:
    worst = Facts(
        ("a",),
        False,
        False,
        "miniature",
        {"a": Recordings(1, ("x",))},
        ("y",),
        pd.DataFrame([score("zc", n=5, p=0.9, value=0.0), score("c", "ssim2d", n=5, share=np.nan)]),
        ("zc", "c"),
    )
    assert len(cautions(worst)) == len(RULES) - 1  # a study is either simulated or of real people


def test_metrics_that_never_have_a_share_say_nothing_of_floor_and_ceiling() -> None:
    assert cautions(scored(metric="brain_consistency_z_V1", share=np.nan)) == []
    assert "not clearly above their floor" in only(scored(share=np.nan)).title
