import numpy as np
import pandas as pd
import pytest

from cortex2image.errors import DataError
from cortex2image.report.score_section import methods_of, score_panels, score_tables


def scores(rows: list[tuple[str, str, str, float]], higher: bool = True) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["subject", "method", "metric", "value"])
    return frame.assign(
        n=60,
        ci_low=frame["value"] - 0.1,
        ci_high=frame["value"] + 0.1,
        null_mean=0.5,
        null_sd=0.02,
        p=0.01,
        **dict.fromkeys(("floor", "ceiling", "share", "share_low", "share_high"), np.nan),
        higher_is_better=higher,
    )


TWO_SUBJECTS = [
    (subject, method, "pixcorr", value + shift)
    for subject, shift in (("sub-01", 0.0), ("sub-02", 0.1), ("all", 0.05))
    for method, value in (("c", 0.2), ("z", 0.4))
]


def test_methods_keep_the_order_of_the_config_and_none_is_lost() -> None:
    frame = scores([("sub-01", m, "pixcorr", 0.1) for m in ("decoded_c", "c", "z")])
    assert methods_of(frame, ["z", "c", "zc"]) == ["z", "c", "decoded_c"]


def test_pooled_subjects_come_first_and_cells_stand_under_their_method() -> None:
    tables = score_tables(scores(TWO_SUBJECTS), ["z", "c", "zc"])
    assert [table["subject"] for table in tables] == ["all", "sub-01", "sub-02"]
    z, c, zc = tables[1]["rows"][0]["cells"]
    assert z is not None
    assert c is not None
    assert (z["value"], c["value"], zc) == (0.4, 0.2, None)


@pytest.mark.parametrize(("higher", "best", "arrow"), [(True, 0, "↑"), (False, 1, "↓")])
def test_the_best_method_follows_the_direction_of_the_metric(higher: bool, best: int, arrow: str) -> None:
    row = score_tables(scores(TWO_SUBJECTS, higher), ["z", "c"])[0]["rows"][0]
    assert row["best"] == best
    assert row["arrow"] == arrow
    assert row["title"] == "pixel correlation"


def test_a_single_method_is_not_called_the_best() -> None:
    rows = score_tables(scores([("sub-01", "c", "category_cnn", 0.3)]), ["c"])[0]["rows"]
    assert rows[0]["best"] is None


def test_the_picture_that_was_seen_has_a_column_and_is_never_the_best() -> None:
    values = {"seen": 0.9, "zc": 0.3, "z": 0.4}
    frame = scores([("sub-01", m, "brain_consistency_z_early", value) for m, value in values.items()])
    methods = methods_of(frame, ["z", "zc"])
    assert methods == ["z", "zc", "seen"]
    (row,) = score_tables(frame, methods)[0]["rows"]
    assert row["best"] == 0
    (panel,) = score_panels(frame, methods)
    assert "seen 0.900" in panel["text"]


def test_a_metric_that_nobody_described_is_not_shown() -> None:
    with pytest.raises(DataError, match="nonsense"):
        score_tables(scores([("sub-01", "c", "nonsense", 0.3)]), ["c"])


def test_panels_speak_of_the_pooled_subjects() -> None:
    (panel,) = score_panels(scores(TWO_SUBJECTS), ["z", "c"])
    assert panel["text"] == "pixel correlation: z 0.450, c 0.250"


def test_a_study_without_pooled_rows_shows_its_subject() -> None:
    (panel,) = score_panels(scores([("sub-01", "c", "category_cnn", 0.3)]), ["z", "c"])
    assert panel["text"] == "category identification, miniature CNN: c 0.300"
