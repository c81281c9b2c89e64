import pandas as pd
import pytest

from cortex2image.report.subject_differences import apart, consistency, in_words, spreads


def scores(values: list[float], half: float = 0.05, p: float = 0.01, method: str = "zc") -> pd.DataFrame:
    subjects = [f"s{i}" for i in range(len(values))]
    frame = pd.DataFrame({"subject": [*subjects, "all"], "value": [*values, sum(values) / len(values)]})
    frame = frame.assign(method=method, metric="pixcorr", p=p)
    return frame.assign(ci_low=frame["value"] - half, ci_high=frame["value"] + half)


def test_the_spread_is_that_of_the_subjects_without_the_row_of_all() -> None:
    (row,) = spreads(scores([0.2, 0.4, 0.9]), ["zc", "c"], ["pixcorr", "ssim2d"])
    assert row["spread"] == pytest.approx(pd.Series([0.2, 0.4, 0.9]).std())
    assert row["half"] == pytest.approx(0.05)
    assert (row["low"], row["high"], row["above"], row["subjects"]) == (0.2, 0.9, 3, 3)


def test_only_a_subject_whose_interval_misses_the_mean_of_the_others_stands_apart() -> None:
    rows = scores([0.50, 0.52, 0.90])
    lines = apart(
        rows[rows["subject"] != "all"].assign(
            ci_low=lambda t: t["value"] - 0.3, ci_high=lambda t: t["value"] + 0.3
        )
    )
    assert lines == ["s2 (0.900) above the others (0.510)"]


def test_one_subject_has_no_spread() -> None:
    assert spreads(scores([0.5]), ["zc"], ["pixcorr"]) == []


def test_sentences_say_where_all_agree_and_where_people_differ() -> None:
    alike = in_words(spreads(scores([0.50, 0.51]), ["zc"], ["pixcorr"]))
    assert alike == ["zc (layout and meaning) is above chance in every subject by every score shown."]
    mixed = scores([0.1, 0.9])
    mixed.loc[0, "p"] = 0.3
    assert in_words(spreads(mixed, ["zc"], ["pixcorr"])) == [
        "zc (layout and meaning) is not above chance in every subject by pixel correlation (in 1 of 2). "
        "Subjects differ by more than other stimuli would explain by pixel correlation."
    ]


@pytest.mark.parametrize(("higher", "better"), [(True, 2), (False, 1)])
def test_signs_are_counted_for_the_method_that_is_named_first(higher: bool, better: int) -> None:
    # Of zc and c, zc is named first; the table has c less zc.
    rows = [(f"s{i}", "pixcorr", "c", "zc", d, higher) for i, d in enumerate((-0.1, -0.2, 0.1))]
    rows.append(("all", "pixcorr", "c", "zc", 0.3, higher))
    names = ["subject", "metric", "method_a", "method_b", "difference", "higher_is_better"]
    (row,) = consistency(pd.DataFrame(rows, columns=names), ["c", "zc", "ceiling"], ["pixcorr", "ssim2d"])
    assert (row["first"], row["second"]) == ("zc", "c")
    assert row["cells"] == [(better, 3), None]
