import pytest

from cortex2image.models.score_table import COLUMNS, TARGETS, Score, Target, as_rows, scored, target_of


def test_a_row_says_what_was_asked_and_whether_it_was_reached():
    rows = as_rows(scored("autoencoder", 1000, {"psnr_db": 28.4413, "ssim": 0.8959}))
    assert [tuple(row.values()) for row in rows] == [
        ("autoencoder", "psnr_db", "1000", "28.4413", ">= 28", "yes"),
        ("autoencoder", "ssim", "1000", "0.8959", ">= 0.9", "no"),
    ]
    assert all(tuple(row) == COLUMNS for row in rows)


def test_a_measure_nobody_asked_for_has_no_target():
    (row,) = as_rows([Score("clip", "text_to_image_64_way", 342, 0.97)])
    assert row["target"] == row["reached"] == ""


def test_a_target_holds_for_every_judge():
    for name in ("cnn", "residual"):
        assert target_of(Score("judges", f"object_by_{name}", 9, 1.0)) == TARGETS["judges", "object"]


def test_the_value_as_measured_decides_not_the_rounded_one():
    (row,) = as_rows([Score("clip", "two_way", 342, 0.99499)])
    assert (row["value"], row["reached"]) == ("0.9950", "no")


@pytest.mark.parametrize(
    ("relation", "below", "at", "above"),
    [(">=", False, True, True), ("<=", True, True, False), ("<", True, False, False)],
)
def test_the_bound_itself(relation, below, at, above):
    target = Target(relation, 0.5)
    assert [target.reached(value) for value in (0.4, 0.5, 0.6)] == [below, at, above]
