"""Section on training data: scores of several splits or studies, and scores against the hours of scanning."""

from collections.abc import Collection
from textwrap import fill
from typing import TypedDict

import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.plots.comparison import draw_comparison
from cortex2image.plots.learning_curve import draw_learning_curves
from cortex2image.plots.style import svg
from cortex2image.report.figures import Figure
from cortex2image.report.headlines import headline_metrics
from cortex2image.report.metric_kinds import unit_of
from cortex2image.report.words import method_word, metric_word
from cortex2image.study.model_titles import space_title
from cortex2image.tables.scores import POOLED

TITLE_CHARACTERS = 30
"""Length of a line that fits above a panel."""
STUDY_COLUMNS = [
    "study",
    "split",
    "n",
    "training_stimuli",
    "training_trials",
    "test_trials",
    "nearest_training",
]


class StudiesSection(TypedDict):
    """The studies, a row of :data:`STUDY_COLUMNS` each, and their scores by the first metrics."""

    figure: Figure
    studies: list[dict[str, object]]


def studies_section(studies: pd.DataFrame, decoded_from: Collection[str], target: str) -> StudiesSection:
    """Return what the page shows of the table `studies`."""
    pooled = studies[studies["subject"] == POOLED]
    metrics = headline_metrics(set(pooled["metric"]), decoded_from)
    shown = pooled[pooled["metric"].isin(metrics)]
    in_words = shown.assign(
        metric=[_panel_title(name) for name in shown["metric"]],
        method=[method_word(name).title for name in shown["method"]],
    )
    figure = Figure(
        "studies",
        svg(draw_comparison(in_words)),
        f"Scores of {shown['study'].nunique()} studies side by side, with 95 % intervals",
        shown,
        target,
    )
    rows = pooled.sort_values("n", ascending=False).drop_duplicates("study")[STUDY_COLUMNS]
    names = list(dict.fromkeys(studies["study"]))
    return {"figure": figure, "studies": rows.set_index("study", drop=False).loc[names].to_dict("records")}


def _panel_title(metric: str) -> str:
    return fill(f"{metric_word(metric).title} ({unit_of(metric_facts(metric))})", TITLE_CHARACTERS)


def learning_curve_figure(curves: pd.DataFrame, target: str) -> Figure:
    """Draw the tables `learning_curve` of all subjects."""
    spaces = dict.fromkeys(curves["space"])
    titles = {space: space_title(space) for space in spaces}
    drawing = draw_learning_curves(curves.assign(space=curves["space"].map(titles)))
    text = f"Scores of decoded features ({', '.join(spaces)}) against the amount of training data"
    return Figure("learning_curve", svg(drawing), text, curves, target)
