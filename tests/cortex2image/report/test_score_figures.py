import numpy as np
import pandas as pd
import pytest

from cortex2image.errors import DataError
from cortex2image.report.figures import FILE_NAME
from cortex2image.report.score_figures import axis_label, charts_by_kind, file_name, metric_chart
from cortex2image.report.words import method_word

TARGET = "results/demo/scores.parquet"


def scores(metrics=("pixcorr",), subjects=("sub-01", "sub-02", "all"), methods=("z", "c")) -> pd.DataFrame:
    keys = [(s, m, k) for k in metrics for s in subjects for m in methods]
    frame = pd.DataFrame(keys, columns=["subject", "method", "metric"])
    value = np.linspace(0.3, 0.6, len(frame))
    return frame.assign(
        n=60,
        value=value,
        ci_low=value - 0.1,
        ci_high=value + 0.1,
        null_mean=0.1,
        null_sd=0.02,
        floor=np.nan,
        ceiling=0.9,
    )


def stimuli(subjects=("sub-01", "sub-02"), methods=("z", "c")) -> dict:
    rng = np.random.default_rng(2)
    return {(s, m): pd.DataFrame({"pixcorr": rng.uniform(size=60)}) for s in subjects for m in methods}


def test_the_table_of_a_chart_has_scores_and_percentiles_over_stimuli_of_all_subjects() -> None:
    values, frame = stimuli(), scores()
    figure = metric_chart("pixcorr", frame, values, ["c", "z"], TARGET)
    rows = figure.table.set_index(["method", "subject"])
    assert rows.index.tolist() == [(m, s) for m in ("c", "z") for s in ("all", "sub-01", "sub-02")]
    assert rows["value"].to_dict() == frame.set_index(["method", "subject"])["value"].to_dict()
    row = rows.loc["z", "all"]
    every = np.concatenate([values[s, "z"]["pixcorr"] for s in ("sub-01", "sub-02")])
    assert row["stimuli_percentile_22.5"] == pytest.approx(np.percentile(every, 22.5))
    assert rows["stimuli_percentile_22.5"].notna().sum() == 2
    assert f"{method_word('z').title} {row['value']:.3f}" in figure.alt


def test_without_single_stimuli_a_chart_has_scores_alone() -> None:
    figure = metric_chart("pixcorr", scores(), {}, ["z", "c"], TARGET)
    assert figure.table["stimuli_percentile_52.5"].isna().all()
    assert figure.svg.startswith(b"<?xml")


def test_what_some_subjects_lack_has_no_score_of_all() -> None:
    frame = scores(subjects=("sub-01", "sub-02"))
    figure = metric_chart("pixcorr", frame, stimuli(), ["z", "c"], TARGET)
    assert f"{method_word('z').title} –" in figure.alt
    assert figure.table["value"].tolist() == frame.sort_values("method", ascending=False)["value"].tolist()
    assert axis_label("pixcorr", frame).endswith("2 subjects, no score of all")


def test_axes_say_unit_direction_and_n() -> None:
    assert axis_label("psnr", scores(["psnr"])) == (
        "Peak signal-to-noise ratio (dB), higher is better\nn = 60 stimuli, 2 subjects"
    )
    mixed = scores(["lpips_alex"], ("sub-01",)).assign(n=[50, 60])
    assert axis_label("lpips_alex", mixed).endswith("lower is better\nn = 50 to 60 stimuli, 1 subject")


def test_every_metric_has_one_chart_among_its_kind() -> None:
    frame = scores(("twoway_clip", "brain_consistency_z_V1", "pixcorr", "ssim2d"))
    kinds = charts_by_kind(frame, stimuli(), ["z", "c"], TARGET)
    found = [(kind["title"], [chart["metric"] for chart in kind["charts"]]) for kind in kinds]
    expected = [("Pixels", ["pixcorr", "ssim2d"]), ("Identification", ["twoway_clip"])]
    assert found == [*expected, ("The brain", ["brain_consistency_z_V1"])]


@pytest.mark.parametrize("metric", ["brain_ceiling_a/b", "brain_ceiling_<V1>", "brain_ceiling_早期"])
def test_names_of_regions_make_no_path_and_stay_apart(metric: str) -> None:
    assert FILE_NAME.fullmatch(file_name(metric))
    assert file_name(metric) != file_name(metric + "'")
    assert file_name("pixcorr") == "pixcorr"


def test_a_metric_that_nobody_described_is_not_shown() -> None:
    with pytest.raises(DataError, match="nonsense"):
        charts_by_kind(scores(("nonsense",)), {}, ["z", "c"], TARGET)
