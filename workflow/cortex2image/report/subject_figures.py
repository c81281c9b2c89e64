"""Figures of subjects side by side: scores, encoding accuracy by region, decoded features."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.plots.intervals import Dots, IntervalPanel, interval_panels
from cortex2image.plots.style import svg
from cortex2image.report.figures import Figure
from cortex2image.report.model_sections import regions
from cortex2image.report.study import POOLED
from cortex2image.report.words import method_word, model_word, region_word, space_word

ALL = "all subjects"
MOST_REGIONS = 10
"""Regions of the chart, all voxels and the largest ones; the table has every region."""
UNLABELLED = "unlabelled"


def subjects_of(table: pd.DataFrame, subjects: Sequence[str]) -> list[str]:
    """Return the subjects of a table in their order, and last the row of all together if there is one."""
    present = set(table["subject"])
    return [s for s in (*subjects, POOLED) if s in present]


def subject_title(subject: str) -> str:
    """Return what a chart calls a subject, or all together."""
    return ALL if subject == POOLED else subject


def score_figure(
    scores: pd.DataFrame, methods: Sequence[str], metrics: Sequence[str], subjects: Sequence[str], target: str
) -> Figure:
    """Draw a panel per metric: in each subject the score of every method, with interval and chance level."""
    shown = scores[scores["metric"].isin(metrics) & scores["method"].isin(methods)]
    places = subjects_of(shown, subjects)
    panels = []
    for metric in metrics:
        facts, own = metric_facts(metric), shown[shown["metric"] == metric]
        series = {
            method_word(m).title: _dots(own[own["method"] == m].set_index("subject").reindex(places))
            for m in methods
            if m in set(own["method"])
        }
        null = own.groupby("subject")["null_mean"].mean().reindex(places).to_numpy(float)
        better = "higher" if facts.higher_is_better else "lower"
        title = f"{facts.title} (n = {own['n'].max()} stimuli)"
        label = f"score, {better} is better"
        panels.append(IntervalPanel(title, label, [subject_title(s) for s in places], series, null))
    columns = ["subject", "method", "metric", "n", "value", "ci_low", "ci_high", "null_mean", "p"]
    return Figure(
        "subjects-scores",
        svg(interval_panels(panels, "subject")),
        "Scores of each method in each subject, with 95 % intervals; the table below has the numbers",
        shown[columns],
        target,
    )


def region_figure(
    scores: pd.DataFrame, models: Sequence[str], subjects: Sequence[str], target: str
) -> Figure:
    """Draw a panel per encoding model: the mean r of every region, a series per subject."""
    shown = scores[scores["model"].isin(models)]
    sizes = (
        shown[shown["subject"] == shown["subject"].iloc[0]].drop_duplicates("roi").set_index("roi")["voxels"]
    )
    named = [roi for roi in regions(shown) if roi not in (POOLED, UNLABELLED)]
    largest = sorted(named, key=lambda roi: -int(sizes.get(roi, 0)))[: MOST_REGIONS - 1]
    places = [roi for roi in regions(shown) if roi == POOLED or roi in largest]
    panels = []
    for model in models:
        own = shown[shown["model"] == model]
        series = {
            subject_title(s): _dots(own[own["subject"] == s].set_index("roi").reindex(places), "mean_r")
            for s in subjects_of(own, subjects)
        }
        title = f"{model_word(model).title} predicts voxels"
        panels.append(
            IntervalPanel(title, "mean r over voxels", [region_word(r).title for r in places], series)
        )
    columns = [
        "subject",
        "model",
        "roi",
        "voxels",
        "mean_r",
        "mean_r_low",
        "mean_r_high",
        "mean_noise_ceiling",
    ]
    return Figure(
        "subjects-regions",
        svg(interval_panels(panels, "region")),
        "Mean correlation of predicted and measured responses by region, a colour per subject",
        shown[columns],
        target,
    )


def decoding_figure(decoded: Mapping[tuple[str, str], pd.DataFrame], target: str) -> Figure:
    """Draw a panel per decoded space: median and quartiles over units of r, in each subject."""
    rows = decoding_table(decoded)
    panels = []
    for space in dict.fromkeys(rows["space"]):
        own = rows[rows["space"] == space]
        dots = Dots(*(own[name].to_numpy(float) for name in ("median_r", "lower_quartile", "upper_quartile")))
        title = f"decoded {space_word(space).title} ({own['units'].max():,} units)"
        label = "r of decoded and true values, median and quartiles"
        panels.append(
            IntervalPanel(title, label, own["subject"].tolist(), {"median and quartiles of units": dots})
        )
    return Figure(
        "subjects-decoding",
        svg(interval_panels(panels, "subject")),
        "Correlation of decoded and true features in each subject: median and quartiles of units",
        rows,
        target,
    )


def decoding_table(decoded: Mapping[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """Return a row per subject and space: quartiles of r over units, NaN where no unit has an r."""
    rows = []
    for (subject, space), table in decoded.items():
        r = table["r"].to_numpy(float)
        finite = r[np.isfinite(r)]
        low, median, high = np.percentile(finite, [25, 50, 75]) if len(finite) else (np.nan,) * 3
        rows.append((subject, space, len(r), median, low, high))
    names = ["subject", "space", "units", "median_r", "lower_quartile", "upper_quartile"]
    return pd.DataFrame(rows, columns=names)


def _dots(rows: pd.DataFrame, value: str = "value") -> Dots:
    ends = ("ci_low", "ci_high") if value == "value" else (f"{value}_low", f"{value}_high")
    return Dots(*(rows[name].to_numpy(float) for name in (value, *ends)))
