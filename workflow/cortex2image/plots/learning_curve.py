"""Scores of decoded features against the amount of training data."""

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator

from cortex2image.plots.style import NULL_COLOUR, SETTINGS, colours
from cortex2image.study.model_titles import space_title

LABELS = {
    "unit_correlation": "r over stimuli,\nmean over units",
    "pattern_correlation": "r over units,\nmean over stimuli",
    "features_twoway": "two-way\nidentification",
}
WIDTH, HEIGHT = 2.9, 1.9
"""Inches of a panel."""
LEAST_RATIO = 1.5
"""Nearer to the last mark of the axis, numbers would overlap."""


def draw_learning_curves(rows: pd.DataFrame) -> Figure:
    """Draw a row of panels per metric and a column per space: a curve per subject, with its 95 % interval.

    Grey bands are the permutation nulls of all subjects, mean and two standard deviations. The horizontal
    axis is logarithmic: hours of scanning if they are known for all, else the number of sessions or runs.

    Parameters
    ----------
    rows : DataFrame
        Rows of :data:`cortex2image.tables.learning_curve.LEARNING_CURVE`, of any number of subjects.
    """
    spaces, metrics = list(dict.fromkeys(rows["space"])), [m for m in LABELS if m in set(rows["metric"])]
    palette = colours(list(dict.fromkeys(rows["subject"])))
    timed = rows["hours"].notna().all()
    along, label = ("hours", "training scans (h)") if timed else ("count", _counted(rows))
    with rc_context(SETTINGS):
        size = WIDTH * len(spaces) + 0.6, HEIGHT * len(metrics) + 0.7
        figure = Figure(figsize=size, layout="constrained")
        grid = figure.subplots(len(metrics), len(spaces), squeeze=False, sharey="row")
        for panels, metric in zip(grid, metrics, strict=True):
            for axes, space in zip(panels, spaces, strict=True):
                _draw(axes, rows[(rows["metric"] == metric) & (rows["space"] == space)], palette, along)
                _mark(axes, rows, along)
            panels[0].set_ylabel(LABELS[metric])
        for axes, space in zip(grid[0], spaces, strict=True):
            tested = _tested(rows[rows["space"] == space])
            axes.set_title(f"{space_title(space)}\n{tested}", fontsize=9)
        for axes in grid[-1]:
            axes.set_xlabel(label)
        curves = [Line2D([], [], color=colour, marker="o", markersize=4) for colour in palette.values()]
        null = Line2D([], [], color=NULL_COLOUR, linewidth=5, alpha=0.35)
        names = [*palette, "permutation null"]
        beside = min(5, len(names))
        figure.legend([*curves, null], names, loc="outside lower center", ncols=beside, frameon=False)
        figure.align_ylabels(grid[:, 0])
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, palette: dict[str, str], along: str) -> None:
    for subject, of_subject in rows.groupby("subject", sort=False):
        curve = of_subject.sort_values(along)
        x, null, wide = curve[along], curve["null_mean"], 2 * curve["null_sd"]
        faint, colour = 0.35 / len(palette), palette[str(subject)]
        axes.fill_between(x, null - wide, null + wide, color=NULL_COLOUR, alpha=faint, linewidth=0)
        axes.fill_between(x, curve["ci_low"], curve["ci_high"], color=colour, alpha=0.2, linewidth=0)
        axes.plot(x, curve["value"], "o-", color=colour, linewidth=1.6, markersize=4)


def _mark(axes: Axes, rows: pd.DataFrame, along: str) -> None:
    """Mark on a logarithmic axis where the subject with the most training data was cut."""
    longest = rows.sort_values(along)["subject"].iloc[-1]
    ticks = sorted(set(rows[rows["subject"] == longest][along]))
    axes.set_xscale("log", base=2)
    axes.xaxis.set_minor_locator(NullLocator())
    crowded = [tick for tick in ticks[:-1] if ticks[-1] / tick < LEAST_RATIO]
    axes.set_xticks(ticks, ["" if tick in crowded else f"{tick:.3g}" for tick in ticks])


def _counted(rows: pd.DataFrame) -> str:
    units = sorted(set(rows["unit"]), reverse=True)
    return f"training scans ({' or '.join(f'{unit}s' for unit in units)})"


def _tested(rows: pd.DataFrame) -> str:
    """Return the number of test stimuli in words, a range if subjects differ."""
    low, high = rows["n"].min(), rows["n"].max()
    return f"n = {low} test stimuli" if low == high else f"n = {low} to {high} test stimuli"
