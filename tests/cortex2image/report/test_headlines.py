import numpy as np
import pandas as pd
import pytest

from cortex2image.report.headlines import MARGIN, bars, headline_metrics, headline_table


def scores(values: dict[str, float], metric: str = "pixcorr", subject: str = "all") -> pd.DataFrame:
    frame = pd.DataFrame({"method": list(values), "value": list(values.values())})
    return frame.assign(
        subject=subject,
        metric=metric,
        ci_low=frame["value"] - 0.1,
        ci_high=frame["value"] + 0.1,
        null_mean=0.0,
        null_sd=0.0,
        p=0.01,
        floor=np.nan,
        ceiling=np.nan,
        share=np.nan,
        share_low=np.nan,
        share_high=np.nan,
        higher_is_better=not metric.startswith(("lpips", "distance")),
    )


def test_the_table_has_preferred_metrics_and_one_of_every_other_kind() -> None:
    present = {"pixcorr", "twoway_cnn_early", "twoway_clip", "lpips_alex", "ssim2d"}
    assert headline_metrics(present) == ["pixcorr", "ssim2d", "twoway_clip", "lpips_alex"]
    assert headline_metrics({"twoway_cnn_middle", "twoway_cnn_early"}) == ["twoway_cnn_early"]


def test_the_brain_is_represented_by_what_methods_score_and_not_by_their_bound() -> None:
    present = {"pixcorr", "brain_ceiling_early", "brain_consistency_z_early"}
    assert headline_metrics(present) == ["pixcorr", "brain_consistency_z_early"]


def test_regions_that_nothing_was_decoded_from_come_first() -> None:
    present = {"brain_ceiling_early", *(f"brain_consistency_z_{roi}" for roi in ("early", "midventral"))}
    assert headline_metrics(present) == ["brain_consistency_z_early"]
    assert headline_metrics(present, {"early", "ventral"}) == ["brain_consistency_z_midventral"]


def test_bars_share_a_scale_on_which_better_is_right() -> None:
    frame = scores({"z": 0.2, "zc": 0.6}).assign(ceiling=[np.nan, 0.9])
    found = bars(frame.set_index("method"))
    places = {name: found[name]["places"] for name in ("z", "zc")}
    assert places["zc"]["ceiling"] == 100 * (1 - MARGIN)
    assert places["z"]["null_mean"] == places["zc"]["null_mean"] == 100 * MARGIN
    assert places["z"]["value"] < places["zc"]["ci_low"] < places["zc"]["value"] < places["zc"]["ceiling"]
    assert np.isnan(places["z"]["ceiling"])
    assert found["zc"]["numbers"]["ceiling"] == 0.9


def test_where_less_is_better_the_smallest_value_is_right() -> None:
    found = bars(scores({"z": 0.8, "zc": 0.3}, "lpips_alex").set_index("method"))
    assert found["z"]["places"]["value"] < found["zc"]["places"]["value"]


def test_the_null_reaches_two_standard_deviations_to_either_side() -> None:
    found = bars(scores({"z": 0.5}).assign(null_sd=0.1).set_index("method"))["z"]["places"]
    # The scale reaches from the null's lower end, -0.2, to the upper end of the interval, 0.6.
    assert found["null_low"] == 100 * MARGIN
    assert found["ci_high"] == 100 * (1 - MARGIN)
    assert found["null_high"] == pytest.approx(50)
    assert found["null_mean"] == pytest.approx(100 * (MARGIN + (1 - 2 * MARGIN) * 0.25))


def test_controls_are_told_from_methods() -> None:
    table = headline_table(scores({"zc": 0.5, "ceiling": 0.8}), ["zc", "ceiling"])
    assert [row["control"] for row in table["rows"]] == [False, True]


def test_scores_that_are_all_the_same_have_a_place() -> None:
    frame = scores({"z": 0.0}).assign(ci_low=0.0, ci_high=0.0)
    assert bars(frame.set_index("method"))["z"]["places"]["value"] == pytest.approx(100 * MARGIN)


def test_rows_keep_the_order_of_the_methods_and_cells_stand_under_their_metric() -> None:
    frame = pd.concat(
        [
            scores({"c": 0.1, "z": 0.2}),
            scores({"c": 0.7}, "twoway_clip"),
            scores({"z": 0.9}, subject="sub-01"),
        ]
    )
    table = headline_table(frame, ["z", "c", "decoded_c"])
    assert [column["title"] for column in table["columns"]] == [
        "pixel correlation",
        "two-way identification, miniature CLIP",
    ]
    assert [row["method"] for row in table["rows"]] == ["z", "c"]
    z, c = (row["bars"] for row in table["rows"])
    assert z[0] is not None
    assert z[0]["numbers"]["value"] == 0.2
    assert z[1] is None
    assert c[1] is not None
