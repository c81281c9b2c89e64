"""Scores of several studies side by side: a panel per metric, the methods of each study beside each other."""

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cortex2image.metrics.registry import metric_facts
from cortex2image.plots.style import NULL_COLOUR, SETTINGS, colours
from cortex2image.study.methods import title_of
from cortex2image.tables.scores import POOLED

COLUMNS = 3
STUDY_WIDTH, PANEL_HEIGHT = 1.0, 2.1
"""Inches of the place of a study, and of the height of a panel."""
LABEL_CHARACTERS, TITLE_CHARACTERS = 15, 36


def draw_comparison(rows: pd.DataFrame) -> Figure:
    """Draw the scores of all subjects together: dots with 95 % intervals, permutation nulls in grey.

    A panel has one metric, and in it a place per study; methods have colours and stand side by side. The
    null is its mean and two standard deviations. Below each study stand its split, its number of test stimuli
    and the mean number of training stimuli of a subject.

    Parameters
    ----------
    rows : DataFrame
        Rows of :data:`cortex2image.tables.studies.STUDIES`.
    """
    pooled = rows[rows["subject"] == POOLED]
    metrics, studies, methods = (list(dict.fromkeys(pooled[name])) for name in ("metric", "study", "method"))
    palette, labels = colours(methods), [_label(pooled[pooled["study"] == study]) for study in studies]
    columns = min(COLUMNS, len(metrics))
    with rc_context(SETTINGS):
        down = -(-len(metrics) // columns)
        size = columns * (STUDY_WIDTH * len(studies) + 0.9), PANEL_HEIGHT * down + 1.3
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(down, columns, squeeze=False, sharex=True)
        for axes, metric in zip(grid.flat, metrics, strict=False):
            _draw(axes, pooled[pooled["metric"] == metric], studies, palette)
            axes.set_title(fill(metric_facts(metric).title, TITLE_CHARACTERS), fontsize=9)
        for axes in grid.flat[len(metrics) :]:
            axes.set_axis_off()
        for column in range(columns):
            last = grid[(len(metrics) - 1 - column) // columns][column]
            last.set_xticks(range(len(studies)), labels)
            last.tick_params(axis="x", labelbottom=True, labelsize=7)
        handles = [Line2D([], [], color=colour, marker="o") for colour in palette.values()]
        handles.append(Line2D([], [], color=NULL_COLOUR, linewidth=5, alpha=0.35))
        names = [*map(title_of, methods), "permutation null"]
        figure.legend(handles, names, loc="outside upper center", ncols=min(6, len(names)), frameon=False)
    return figure


def _label(of_study: pd.DataFrame) -> str:
    """Return what stands below a study."""
    row = of_study.iloc[0]
    trained = row["training_stimuli"]
    parts = [row["study"], row["split"], f"n = {of_study['n'].max()} test"]
    parts += [f"{trained:.0f} training"] if np.isfinite(trained) else []
    return "\n".join(fill(str(part), LABEL_CHARACTERS) for part in parts)


def _draw(axes: Axes, rows: pd.DataFrame, studies: list[str], palette: dict[str, str]) -> None:
    step = 0.8 / len(palette)
    axes.use_sticky_edges = False  # bars of the null would end at the frame
    for number, (method, colour) in enumerate(palette.items()):
        of_method = rows[rows["method"] == method]
        x = np.array([studies.index(study) for study in of_method["study"]]) + (number + 0.5) * step - 0.4
        null, wide = of_method["null_mean"], 2 * of_method["null_sd"]
        axes.bar(x, 2 * wide, 0.9 * step, null - wide, color=NULL_COLOUR, alpha=0.35, linewidth=0)
        axes.vlines(x, of_method["ci_low"], of_method["ci_high"], color=colour, linewidth=1.8)
        axes.plot(x, of_method["value"], "o", color=colour, markersize=5)
    better = "higher" if rows["higher_is_better"].iloc[0] else "lower"
    axes.set_ylabel(f"score, {better} is better")
