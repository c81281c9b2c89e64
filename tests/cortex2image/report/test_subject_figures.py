import numpy as np
import pandas as pd

from cortex2image.report.subject_figures import (
    MOST_REGIONS,
    decoding_figure,
    decoding_table,
    region_figure,
    score_figure,
    subjects_of,
)

SUBJECTS = ("b", "a")


def scores() -> pd.DataFrame:
    keys = [
        (s, m, k)
        for s in ("all", "a", "b")
        for m in ("z", "zc", "ceiling")
        for k in ("pixcorr", "ssim2d", "psnr")
    ]
    frame = pd.DataFrame(keys, columns=["subject", "method", "metric"])
    value = np.arange(len(frame)) / 100
    return frame.assign(value=value, ci_low=value - 0.1, ci_high=value + 0.1, null_mean=0.0, p=0.01, n=60)


def test_subjects_come_in_the_order_of_the_config_and_all_last() -> None:
    assert subjects_of(scores(), SUBJECTS) == ["b", "a", "all"]
    assert subjects_of(scores().query("subject != 'all'"), SUBJECTS) == ["b", "a"]


def test_the_data_of_the_scores_are_what_is_drawn() -> None:
    figure = score_figure(scores(), ["z", "zc"], ["pixcorr", "ssim2d"], SUBJECTS, "scores.parquet")
    assert set(figure.table["method"]) == {"z", "zc"}
    assert set(figure.table["metric"]) == {"pixcorr", "ssim2d"}
    assert len(figure.table) == 3 * 2 * 2
    assert figure.svg.lstrip().startswith(b"<?xml")
    assert figure.command.endswith("scores.parquet")


def test_units_without_r_do_not_count() -> None:
    table = pd.DataFrame({"r": [np.nan, 0.0, 0.5, 1.0]})
    rows = decoding_table({("a", "z"): table, ("a", "c"): pd.DataFrame({"r": [np.nan]})})
    assert rows.loc[0, ["units", "lower_quartile", "median_r", "upper_quartile"]].tolist() == [
        4,
        0.25,
        0.5,
        0.75,
    ]
    assert rows.loc[1, ["median_r", "lower_quartile", "upper_quartile"]].isna().all()
    assert decoding_figure({("a", "z"): table}, "x").table.equals(rows[:1])


def test_the_largest_regions_are_drawn_and_all_are_in_the_data() -> None:
    names = ["all", "unlabelled", *(f"r_{i}" for i in range(15))]
    rows = [(s, "z", roi, 10 * i, 0.1) for s in ("a", "b") for i, roi in enumerate(names)]
    frame = pd.DataFrame(rows, columns=["subject", "model", "roi", "voxels", "mean_r"])
    frame = frame.assign(mean_r_low=0.0, mean_r_high=0.2, mean_noise_ceiling=np.nan)
    figure = region_figure(frame, ["z"], SUBJECTS, "x")
    assert set(figure.table["roi"]) == set(names)
    # Ticks are drawn as paths under the text of their label, as a comment.
    drawn = [
        name for name in names if f"<!-- {name.replace('all', 'all voxels', 1)} -->".encode() in figure.svg
    ]
    assert len(drawn) == MOST_REGIONS
    assert "unlabelled" not in drawn
    assert drawn[1:] == [f"r_{i}" for i in range(6, 15)]
