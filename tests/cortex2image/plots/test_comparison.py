import numpy as np
import pandas as pd
import pytest

from cortex2image.plots.comparison import draw_comparison

STUDIES, METHODS, METRICS = ("demo", "demo-tau"), ("z", "zc"), ("pixcorr", "ssim2d", "lpips_alex", "psnr")


@pytest.fixture
def rows(rng):
    keys = [
        (study, subject, method, metric)
        for study in STUDIES
        for subject in ("sub-01", "all")
        for method in METHODS
        for metric in METRICS
    ]
    frame = pd.DataFrame(keys, columns=["study", "subject", "method", "metric"])
    value = rng.uniform(size=len(keys))
    return frame.assign(
        split=[{"demo": "given", "demo-tau": "given, tau 0.8 by image"}[study] for study in frame["study"]],
        training_stimuli=[600.0 if study == "demo" else np.nan for study in frame["study"]],
        n=60,
        value=value,
        ci_low=value - 0.1,
        ci_high=value + 0.1,
        null_mean=0.5,
        null_sd=0.02,
        higher_is_better=frame["metric"] != "lpips_alex",
    )


def test_a_panel_per_metric_with_the_pooled_scores_of_every_study(rows):
    figure = draw_comparison(rows)
    shown = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title() for axes in shown] == [
        "pixel correlation",
        "structural similarity",
        "LPIPS, AlexNet",
        "peak signal-to-noise ratio",
    ]
    pooled = rows[rows["subject"] == "all"]
    for axes, metric in zip(shown, METRICS, strict=True):
        for line, method in zip(axes.lines, METHODS, strict=True):
            chosen = pooled[(pooled["metric"] == metric) & (pooled["method"] == method)]
            np.testing.assert_allclose(line.get_ydata(), chosen["value"])
            assert [round(x) for x in line.get_xdata()] == [0, 1]
    assert shown[2].get_ylabel() == "score, lower is better"
    assert shown[0].lines[0].get_color() != shown[0].lines[1].get_color()


def test_a_study_is_labelled_with_its_split_and_sizes(rows):
    figure = draw_comparison(rows)
    labels = [tick.get_text() for tick in figure.axes[3].get_xticklabels()]
    assert labels[0].splitlines() == ["demo", "given", "n = 60 test", "600 training"]
    assert "training" not in labels[1]
    assert "given, tau 0.8" in labels[1]


def test_a_method_that_a_study_lacks_leaves_its_place_empty(rows):
    rows = rows[~((rows["study"] == "demo") & (rows["method"] == "zc"))]
    lines = draw_comparison(rows).axes[0].lines
    assert [len(line.get_xdata()) for line in lines] == [2, 1]
    assert round(lines[1].get_xdata()[0]) == 1
