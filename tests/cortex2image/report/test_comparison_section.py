import pandas as pd
import pytest

from cortex2image.report.comparison_section import comparison_table, shown_pairs


def comparisons(rows: list[tuple[str, str, str, str, float, float]], higher: bool = True) -> pd.DataFrame:
    names = ["subject", "metric", "method_a", "method_b", "difference", "q"]
    frame = pd.DataFrame(rows, columns=names)
    low, high = frame["difference"] - 0.1, frame["difference"] + 0.3
    return frame.assign(ci_low=low, ci_high=high, higher_is_better=higher)


def of_subjects(pooled_q: float, alone: tuple[float, float], metric: str = "pixcorr") -> list:
    subjects = zip(("sub-01", "sub-02"), alone, strict=True)
    return [
        ("all", metric, "z", "zc", -0.2, pooled_q),
        *((s, metric, "z", "zc", -0.2, q) for s, q in subjects),
    ]


def test_main_methods_are_paired_and_then_held_against_the_nearest_picture() -> None:
    names = ["z", "c", "zc", "ceiling", "shuffled", "nearest_train", "external-mine", "bottleneck-k8"]
    pairs = shown_pairs(names)
    assert pairs[:3] == [("c", "z"), ("zc", "z"), ("zc", "c")]
    assert pairs[-1] == ("external-mine", "nearest_train")
    assert len(pairs) == 6 + 4
    assert shown_pairs(["z", "no_brain"]) == []


def test_the_sign_follows_the_order_of_the_methods() -> None:
    table = comparison_table(comparisons(of_subjects(0.01, (0.01, 0.2))), ["z", "zc"])
    (pair,) = table["pairs"]
    (cell,) = pair["cells"]
    assert cell is not None
    assert (cell["difference"], cell["ci_low"], cell["ci_high"]) == pytest.approx((0.2, -0.1, 0.3))
    assert (cell["clear_in"], cell["subjects"]) == (1, 2)
    assert pair["title"] == "zc − z"
    assert pair["words"] == "zc is better than z by pixel correlation (0.200)."


@pytest.mark.parametrize(
    ("q", "alone", "higher", "begins"),
    [
        (0.01, (0.5, 0.5), False, "zc is worse than z by"),
        (
            0.4,
            (0.01, 0.02),
            True,
            "In every subject alone, though not clearly over subjects, zc is better than z",
        ),
        (0.4, (0.01, 0.2), True, "zc and z do not differ clearly by"),
    ],
)
def test_words_say_what_is_clear_and_which_way(
    q: float, alone: tuple[float, float], higher: bool, begins: str
) -> None:
    (pair,) = comparison_table(comparisons(of_subjects(q, alone), higher), ["z", "zc"])["pairs"]
    assert pair["words"].startswith(begins)


def test_metrics_with_the_same_verdict_share_a_sentence() -> None:
    rows = [row for name in ("pixcorr", "ssim2d") for row in of_subjects(0.01, (0.5, 0.5), name)]
    rows += of_subjects(0.9, (0.9, 0.9), "twoway_clip")
    (pair,) = comparison_table(comparisons(rows), ["z", "zc"])["pairs"]
    assert pair["words"] == (
        "zc is better than z by pixel correlation (0.200) and structural similarity (0.200). "
        "zc and z do not differ clearly by two-way identification, miniature CLIP (0.200)."
    )


def test_a_pair_that_one_of_two_subjects_lacks_is_no_difference_of_all() -> None:
    rows = [*of_subjects(0.01, (0.5, 0.5)), ("sub-01", "pixcorr", "c", "z", 0.1, 0.5)]
    table = comparison_table(comparisons(rows), ["z", "c", "zc"])
    assert [pair["title"] for pair in table["pairs"]] == ["zc \N{MINUS SIGN} z"]


def test_a_metric_that_a_method_lacks_has_no_cell() -> None:
    rows = [*of_subjects(0.01, (0.5, 0.5)), ("all", "twoway_clip", "c", "z", 0.1, 0.5)]
    table = comparison_table(comparisons(rows), ["z", "c", "zc"])
    cells = {pair["title"]: pair["cells"] for pair in table["pairs"]}
    assert set(cells) == {"c − z", "zc − z"}
    assert cells["zc − z"][1] is None
    assert cells["c − z"][0] is None
