"""Charts of dots with their intervals: methods by one metric, encoding models by region."""

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cortex2image.plots.style import NULL_COLOUR, colours, single_axes

LABEL_CHARACTERS = 11
"""Width in characters at which the name of a method below its dot is wrapped."""


def score_dots(together: pd.DataFrame, single: pd.DataFrame, titles: Mapping[str, str], label: str) -> Figure:
    """Draw one metric: a large dot with its interval per method, small dots for subjects, the null in grey.

    Parameters
    ----------
    together, single : rows of the table `scores` of one metric
        Of all subjects together, and of each subject; `single` may be empty.
    titles : method -> what the axis calls it, in the order of the axis
    label : str
        Label of the value axis.
    """
    figure, axes = single_axes(0.72 * len(titles) + 1.4, 2.9)
    rows, palette = together.set_index("method"), colours(list(titles))
    for place, method in enumerate(titles):
        row, colour = rows.loc[method], palette[method]
        low, height = row["null_mean"] - 2 * row["null_sd"], 4 * row["null_sd"]
        axes.bar(place, height, 0.8, low, color=NULL_COLOUR, alpha=0.35, linewidth=0)
        axes.hlines(row["null_mean"], place - 0.4, place + 0.4, color=NULL_COLOUR, linewidth=1)
        axes.vlines(place, row["ci_low"], row["ci_high"], color=colour, linewidth=2)
        axes.plot(place, row["value"], "o", color=colour, markersize=7)
        beside = single.loc[single["method"] == method, "value"].to_numpy(float)
        axes.plot(np.full(len(beside), place + 0.22), beside, "o", color=colour, markersize=3)
    words = [fill(title, LABEL_CHARACTERS) for title in titles.values()]
    axes.set_xticks(range(len(titles)), words, fontsize=8)
    axes.set_xlim(-0.6, len(titles) - 0.4)
    axes.use_sticky_edges = False  # bars of the null would end at the border
    axes.margins(y=0.08)
    axes.set_ylabel(fill(label, 34))
    axes.set_xlabel("line: 95 % interval; small dots: subjects; grey: chance, mean and 2 SD", fontsize=7.5)
    return figure


def region_dots(rows: pd.DataFrame, models: Sequence[str]) -> Figure:
    """Draw mean r of each region, a dot with its 95 % interval per model.

    Parameters
    ----------
    rows : rows of the table `encoding_scores` of one subject, or of all together
    models : their order
    """
    regions = list(dict.fromkeys(rows["roi"]))
    voxels = rows.drop_duplicates("roi").set_index("roi")["voxels"]
    figure, axes = single_axes(1.6 + 0.75 * len(regions), 2.8)
    palette, step = colours(models), 0.6 / len(models)
    for number, model in enumerate(models):
        own = rows[rows["model"] == model].set_index("roi").reindex(regions)
        places = np.arange(len(regions)) + step * (number - (len(models) - 1) / 2)
        axes.vlines(places, own["mean_r_low"], own["mean_r_high"], color=palette[model], linewidth=1.6)
        axes.plot(places, own["mean_r"], "o", color=palette[model], markersize=4.5, label=model)
    axes.axhline(0, color="black", linewidth=0.6)
    axes.set_xticks(range(len(regions)), [f"{name}\n{voxels[name]:,}" for name in regions], fontsize=8)
    axes.set_xlabel("region, with its number of voxels; line: 95 % interval")
    axes.set_ylabel("mean r on test stimuli")
    axes.legend(frameon=False, fontsize=8, ncols=min(len(models), 4), loc="lower left", bbox_to_anchor=(0, 1))
    return figure
