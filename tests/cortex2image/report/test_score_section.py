import pandas as pd

from cortex2image.report.score_section import arrow, methods_of, pooled_rows


def scores(rows: list[tuple[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["subject", "method"])


def test_methods_keep_the_order_of_the_config_and_none_is_lost() -> None:
    frame = scores([("sub-01", m) for m in ("decoded_c", "c", "z")])
    assert methods_of(frame, ["z", "c", "zc"]) == ["z", "c", "decoded_c"]


def test_pooled_rows_serve_and_without_them_those_of_the_one_subject() -> None:
    both = scores([("sub-01", "z"), ("all", "z"), ("all", "c")])
    assert pooled_rows(both)["method"].tolist() == ["z", "c"]
    assert pooled_rows(both.head(1))["subject"].tolist() == ["sub-01"]


def test_no_subject_of_several_stands_for_all() -> None:
    assert not len(pooled_rows(scores([("sub-01", "z"), ("sub-02", "z")])))


def test_arrows_point_to_the_better_end() -> None:
    assert (arrow(True), arrow(False)) == ("↑", "↓")
