import pytest

from cortex2image.miniature.score_table import (
    ASKED,
    COLUMNS,
    TARGETS,
    Score,
    Target,
    as_rows,
    missed,
    not_measured,
    scored,
    target_of,
)


def test_a_row_says_what_was_asked_and_whether_it_was_reached():
    rows = as_rows(scored("autoencoder", 1000, {"psnr_db": 28.4413, "ssim": 0.8959}), ASKED)
    assert [tuple(row.values()) for row in rows] == [
        ("autoencoder", "psnr_db", "1000", "28.4413", ">= 28", "yes"),
        ("autoencoder", "ssim", "1000", "0.8959", ">= 0.9", "no"),
    ]
    assert all(tuple(row) == COLUMNS for row in rows)
    assert missed(rows) == rows[1:]


def test_a_measure_nobody_asked_for_has_no_target():
    (row,) = as_rows([Score("clip", "text_to_image_64_way", 342, 0.97)], ASKED)
    assert row["target"] == row["reached"] == ""


def test_a_count_has_no_decimals():
    (row,) = as_rows([Score("text to image", "distinct_combinations", 384, 89)], ASKED)
    assert row["value"] == "89"


def test_a_target_holds_for_every_judge():
    for name in ("cnn", "residual"):
        assert target_of(Score("judges", f"object_by_{name}", 9, 1.0), ASKED) == TARGETS["judges", "object"]


@pytest.mark.parametrize(
    ("part", "measure", "other"),
    [
        ("text to image", "object_by_cnn", {"steps": 50}),
        ("image to image", "pixel_correlation", {"strength": 0.4}),
        ("speed", "pictures_per_second_float32", {"threads": 1}),
        ("speed", "pictures_per_second_float32", {"steps": 10}),
    ],
)
def test_a_target_is_for_the_conditions_it_was_set_for(part, measure, other):
    score = Score(part, measure, 9, 100.0)
    assert as_rows([score], ASKED)[0]["reached"] == "yes"
    (row,) = as_rows([score], ASKED._replace(**other))
    assert row["target"] == row["reached"] == ""


def test_strength_and_threads_do_not_touch_pictures_from_captions():
    score = Score("text to image", "setting_by_cnn", 9, 1.0)
    assert target_of(score, ASKED._replace(strength=0.1, threads=16)) == TARGETS["text to image", "setting"]


def test_what_no_row_was_compared_with_was_not_measured():
    everything = [Score(part, measure, 9, 0.0) for part, measure in TARGETS]
    assert not_measured(as_rows(everything, ASKED)) == {}
    rows = as_rows(everything[1:], ASKED._replace(threads=1))
    speed = [("speed", f"pictures_per_second_{dtype}") for dtype in ("float32", "bfloat16")]
    assert list(not_measured(rows)) == [("autoencoder", "psnr_db"), *speed]


def test_the_value_as_measured_decides_not_the_rounded_one():
    (row,) = as_rows([Score("clip", "two_way", 342, 0.99499)], ASKED)
    assert (row["value"], row["reached"]) == ("0.9950", "no")


@pytest.mark.parametrize(
    ("relation", "below", "at", "above"),
    [(">=", False, True, True), ("<=", True, True, False), ("<", True, False, False)],
)
def test_the_bound_itself(relation, below, at, above):
    target = Target(relation, 0.5)
    assert [target.reached(value) for value in (0.4, 0.5, 0.6)] == [below, at, above]
    assert str(target) == f"{relation} 0.5"
