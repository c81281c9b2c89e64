"""Section on the scores of the pictures: a panel per metric, a table per subject."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.plots.charts import MethodScores, Values, score_panel
from cortex2image.plots.style import svg
from cortex2image.report.page import svg_uri
from cortex2image.report.study import POOLED
from cortex2image.study.methods import described, title_of

Cell = dict[str, float]
CELL = [
    "value",
    "ci_low",
    "ci_high",
    "null_mean",
    "p",
    "floor",
    "ceiling",
    "share",
    "share_low",
    "share_high",
]
"""Columns of the table `scores` in a cell."""


class MetricRow(TypedDict):
    """A row of a score table; a cell is None where the method lacks the metric."""

    metric: str
    title: str
    arrow: str
    what: str
    cells: list[Cell | None]
    best: int | None


class ScoreTable(TypedDict):
    """The scores of one subject, or of all subjects pooled."""

    subject: str
    n: str
    rows: list[MetricRow]


class Panel(TypedDict):
    """The chart of one metric as a URI, and its content in words."""

    metric: str
    image: str
    text: str


def methods_of(scores: pd.DataFrame, methods: Sequence[str]) -> list[str]:
    """Return the methods that have scores: first `methods` in their order, then other methods by name."""
    present = set(scores["method"])
    return [m for m in methods if m in present] + sorted(present - set(methods))


def score_tables(scores: pd.DataFrame, methods: Sequence[str]) -> list[ScoreTable]:
    """Return one table per subject, after the table of all subjects pooled.

    Parameters
    ----------
    scores : table `scores`
    methods : columns, in order
    """
    subjects = sorted(set(scores["subject"]), key=lambda subject: (subject != POOLED, subject))
    return [_table(subject, scores[scores["subject"] == subject], methods) for subject in subjects]


def arrow(higher_is_better: bool) -> str:
    """Return the arrow that says which direction of a metric is better."""
    return "↑" if higher_is_better else "↓"


def score_panels(scores: pd.DataFrame, methods: Sequence[str]) -> list[Panel]:
    """Draw one chart per metric with the methods that have it, and single subjects as small dots."""
    metrics = list(dict.fromkeys(scores["metric"]))
    return [_panel(metric, scores[scores["metric"] == metric], methods) for metric in metrics]


def _table(subject: str, scores: pd.DataFrame, methods: Sequence[str]) -> ScoreTable:
    metrics = list(dict.fromkeys(scores["metric"]))
    rows = [_row(metric, scores[scores["metric"] == metric], methods) for metric in metrics]
    counts = sorted(set(scores["n"]))
    n = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return {"subject": subject, "n": n, "rows": rows}


def _row(metric: str, scores: pd.DataFrame, methods: Sequence[str]) -> MetricRow:
    by_method = scores.set_index("method")
    cells: list[Cell | None] = [
        by_method.loc[method, CELL].astype(float).to_dict() if method in by_method.index else None
        for method in methods
    ]
    higher = bool(scores["higher_is_better"].iloc[0])
    return {
        "metric": metric,
        "title": metric_facts(metric).title,
        "arrow": arrow(higher),
        "what": metric_facts(metric).what,
        "cells": cells,
        "best": _best(_competing(cells, methods), higher),
    }


def _competing(cells: Sequence[Cell | None], methods: Sequence[str]) -> list[Cell | None]:
    """Return the cells, None for controls: a control is shown for comparison and cannot be the best."""
    shown = [described(name) for name in methods]
    return [None if m and m.control else cell for cell, m in zip(cells, shown, strict=True)]


def _best(cells: Sequence[Cell | None], higher_is_better: bool) -> int | None:
    """Return the index of the best cell, None if fewer than two methods compete."""
    sign = 1.0 if higher_is_better else -1.0
    ranked = [(sign * cell["value"], -j) for j, cell in enumerate(cells) if cell is not None]
    return -max(ranked)[1] if len(ranked) > 1 else None


def _panel(metric: str, scores: pd.DataFrame, methods: Sequence[str]) -> Panel:
    present = [m for m in methods if m in set(scores["method"])]
    direction, title = arrow(bool(scores["higher_is_better"].iloc[0])), metric_facts(metric).title
    figure = score_panel(
        _method_scores(scores, present), list(map(title_of, present)), f"{title} {direction}"
    )
    pooled = pooled_rows(scores).set_index("method")["value"]
    text = ", ".join(f"{method} {pooled[method]:.3f}" for method in present)
    return {"metric": metric, "image": svg_uri(svg(figure)), "text": f"{title}: {text}"}


def pooled_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of all subjects pooled; a study without such rows has one subject, whose rows serve."""
    pooled = rows[rows["subject"] == POOLED]
    return pooled if len(pooled) else rows[rows["subject"].isin(rows["subject"].head(1))]


def _method_scores(scores: pd.DataFrame, methods: Sequence[str]) -> MethodScores:
    pooled = pooled_rows(scores).set_index("method").reindex(methods)
    single = scores[scores["subject"] != POOLED].pivot(index="subject", columns="method", values="value")

    def column(name: str) -> Values:
        return np.asarray(pooled[name], dtype=float)

    return MethodScores(
        column("value"),
        column("ci_low"),
        column("ci_high"),
        column("null_mean"),
        column("null_sd"),
        single.reindex(columns=methods).to_numpy(float).reshape(-1, len(methods)),
    )
