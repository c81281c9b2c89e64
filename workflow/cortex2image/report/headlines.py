"""The first table of scores: methods by a few metrics, each score between its floor and its ceiling."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypedDict

import pandas as pd

from cortex2image.metrics.registry import METRICS, metric_facts
from cortex2image.report.score_section import arrow, pooled_rows
from cortex2image.study.methods import described

PREFERRED = (
    "pixcorr",
    "ssim2d",
    "twoway_clip",
    "twoway_alexnet_mindeye_relu5",
    "twoway_clip_mindeye",
    "category_identification",
    "category_clip",
    "category_clip_mindeye",
)
"""Metrics of the first table, where they were computed: two of pixels, then of meaning."""
BOUND = "brain_ceiling_"
"""Prefix of metrics that say what others of their kind can reach, and judge no method."""
MARGIN = 0.04
"""Share of a bar that stays free at either end."""
NUMBERS = (
    *("value", "ci_low", "ci_high", "null_mean", "p"),
    *("floor", "ceiling", "share", "share_low", "share_high"),
)
PLACES = ("value", "ci_low", "ci_high", "floor", "ceiling", "null_low", "null_mean", "null_high")
"""What has a place on a bar; the null from two standard deviations below its mean to two above it."""


class Headline(TypedDict):
    """A column of the table."""

    metric: str
    title: str
    arrow: str


class Bar(TypedDict):
    """Numbers of a score, and their places on its bar, 0 (left, the worst) to 100; NaN if not known."""

    numbers: dict[str, float]
    places: dict[str, float]


class HeadlineRow(TypedDict):
    """A method with a bar per column, None where it lacks the metric."""

    method: str
    control: bool
    bars: list[Bar | None]


class HeadlineTable(TypedDict):
    """The table of all subjects together."""

    columns: list[Headline]
    rows: list[HeadlineRow]


def headline_metrics(present: Collection[str], decoded_from: Collection[str] = ()) -> list[str]:
    """Return the metrics of the table: preferred ones, and the first of each kind that has none of these.

    Parameters
    ----------
    present : names of the metrics of a study
    decoded_from : names of regions
        Where pictures were decoded from. Metrics of the brain in other regions come first, since noise of
        these raises theirs.
    """

    def last(name: str) -> tuple[bool, bool, str]:
        return name.startswith(BOUND), any(name.endswith(f"_{roi}") for roi in decoded_from), name

    known = [name for name in METRICS if name in present]
    known += sorted(set(present) - set(known), key=last)
    chosen = [name for name in PREFERRED if name in present]
    for name in known:
        if metric_facts(name).kind not in {metric_facts(other).kind for other in chosen}:
            chosen.append(name)
    return chosen


def headline_table(
    scores: pd.DataFrame, methods: Sequence[str], decoded_from: Collection[str] = ()
) -> HeadlineTable:
    """Return the table of all subjects together, or of the one subject there is.

    Parameters
    ----------
    scores : table `scores`
    methods : rows, in order
    decoded_from : as in :func:`headline_metrics`
    """
    pooled = pooled_rows(scores)
    metrics = headline_metrics(set(pooled["metric"]), decoded_from)
    columns = {metric: bars(pooled[pooled["metric"] == metric].set_index("method")) for metric in metrics}
    return {
        "columns": [headline(metric) for metric in metrics],
        "rows": [
            {
                "method": method,
                "control": is_control(method),
                "bars": [columns[metric].get(method) for metric in metrics],
            }
            for method in methods
            if any(method in columns[metric] for metric in metrics)
        ],
    }


def is_control(name: str) -> bool:
    """Return whether a method is there to measure others by."""
    method = described(name)
    return method is not None and method.control


def headline(metric: str) -> Headline:
    """Return the heading of a metric's column."""
    facts = metric_facts(metric)
    return {"metric": metric, "title": facts.title, "arrow": arrow(facts.higher_is_better)}


def bars(rows: pd.DataFrame) -> Mapping[str, Bar]:
    """Return the bars of one metric, on a scale that they share, better to the right.

    Parameters
    ----------
    rows : rows of the table `scores` of one metric and subject, by method
    """
    numbers, wide = rows[list(NUMBERS)].astype(float), 2 * rows["null_sd"].astype(float)
    null = numbers["null_mean"]
    ends = numbers.assign(null_low=null - wide, null_high=null + wide)[list(PLACES)]
    worst, best = float(ends.min().min()), float(ends.max().max())
    if not rows["higher_is_better"].iloc[0]:
        worst, best = best, worst
    along = (ends - worst) / ((best - worst) or 1.0)
    places = 100 * (MARGIN + (1 - 2 * MARGIN) * along)
    return {
        str(method): {
            "numbers": {name: float(numbers.loc[method, name]) for name in NUMBERS},
            "places": {name: round(float(places.loc[method, name]), 2) for name in PLACES},
        }
        for method in rows.index
    }
