"""Section on training data: scores of several splits or studies, and scores against the hours of scanning."""

from collections.abc import Collection
from typing import TypedDict

import pandas as pd

from cortex2image.plots.comparison import draw_comparison
from cortex2image.plots.learning_curve import draw_learning_curves
from cortex2image.plots.style import svg
from cortex2image.report.figures import Figure
from cortex2image.report.headlines import headline_metrics
from cortex2image.study.model_titles import space_title
from cortex2image.tables.scores import POOLED

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
    figure = Figure(
        "studies",
        svg(draw_comparison(shown)),
        f"Scores of {shown['study'].nunique()} studies side by side, with 95 % intervals",
        shown,
        target,
    )
    rows = pooled.sort_values("n", ascending=False).drop_duplicates("study")[STUDY_COLUMNS]
    names = list(dict.fromkeys(studies["study"]))
    return {"figure": figure, "studies": rows.set_index("study", drop=False).loc[names].to_dict("records")}


def learning_curve_figure(curves: pd.DataFrame, target: str) -> Figure:
    """Draw the tables `learning_curve` of all subjects."""
    spaces = ", ".join(map(space_title, dict.fromkeys(curves["space"])))
    text = f"Scores of decoded features ({spaces}) against the amount of training data"
    return Figure("learning_curve", svg(draw_learning_curves(curves)), text, curves, target)
