"""A chart per metric: the score of every method between its bounds, and the values of single stimuli."""

import hashlib
import re
from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.plots.distributions import DOTS, Distribution, distribution_chart
from cortex2image.plots.style import svg
from cortex2image.report.evaluations import StimulusScores
from cortex2image.report.figures import Figure
from cortex2image.report.metric_kinds import METRIC_KINDS, direction, in_order, unit_of
from cortex2image.report.page import number
from cortex2image.report.score_section import pooled_rows
from cortex2image.report.words import method_word, metric_word
from cortex2image.tables.scores import POOLED

PERCENTILES = 100 * (np.arange(DOTS) + 0.5) / DOTS
"""Percentiles over stimuli in the table of a chart, a column per dot."""
BOUNDS = ["value", "ci_low", "ci_high", "null_mean", "null_sd", "floor", "ceiling"]


class MetricChart(TypedDict):
    """A metric and its chart."""

    metric: str
    figure: Figure


class KindOfCharts(TypedDict):
    """The charts of all metrics of one kind."""

    title: str
    meaning: str
    charts: list[MetricChart]


def charts_by_kind(
    scores: pd.DataFrame, stimuli: StimulusScores, methods: Sequence[str], target: str
) -> list[KindOfCharts]:
    """Draw a chart of every metric; kinds are in the order of :data:`METRIC_KINDS`.

    Parameters
    ----------
    scores : table `scores`
    stimuli : values of single stimuli
    methods : rows of a chart, from the top
    target : file that Snakemake can make again
    """
    charts: dict[str, list[MetricChart]] = {kind: [] for kind in METRIC_KINDS}
    of_metric = dict(list(scores.groupby("metric")))
    for metric in in_order(of_metric):
        chart = metric_chart(metric, of_metric[metric], stimuli, methods, target)
        charts[metric_facts(metric).kind].append({"metric": metric, "figure": chart})
    return [
        {"title": kind.title, "meaning": kind.meaning, "charts": charts[name]}
        for name, kind in METRIC_KINDS.items()
        if charts[name]
    ]


def metric_chart(
    metric: str, scores: pd.DataFrame, stimuli: StimulusScores, methods: Sequence[str], target: str
) -> Figure:
    """Draw the chart of one metric.

    Parameters
    ----------
    metric : str
    scores : rows of the table `scores` of this metric
    stimuli, methods, target : as in :func:`charts_by_kind`
    """
    # What some of several subjects lack has no score of all; its stimuli and subjects are shown.
    pooled = pooled_rows(scores).set_index("method").reindex(scores["method"].unique())
    shown = [method for method in methods if method in pooled.index]
    rows = [_distribution(method, metric, pooled.loc[method], scores, stimuli) for method in shown]
    title = metric_word(metric).title
    values = ", ".join(f"{row.method} {number(row.value)}" for row in rows)
    return Figure(
        f"score-{file_name(metric)}",
        svg(distribution_chart(rows, axis_label(metric, scores))),
        f"{title}, {direction(metric_facts(metric))}: {values}",
        pd.concat([_numbers(method, row, scores) for method, row in zip(shown, rows, strict=True)]),
        target,
    )


def axis_label(metric: str, scores: pd.DataFrame) -> str:
    """Return the label of the axis of a metric: words, unit, direction, and what n is."""
    facts = metric_facts(metric)
    subjects = scores.loc[scores["subject"] != POOLED, "subject"].nunique()
    counts = sorted(set(scores["n"]))
    n = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    people = "1 subject" if subjects == 1 else f"{subjects} subjects"
    if subjects > 1 and POOLED not in set(scores["subject"]):
        people += ", no score of all"
    title = metric_word(metric).title
    title = title[:1].upper() + title[1:]
    return f"{title} ({unit_of(facts)}), {direction(facts)}\nn = {n} stimuli, {people}"


def file_name(metric: str) -> str:
    """Return a metric as part of a file name; one with other letters, of a region's name, gets a sum."""
    plain = re.sub(r"[^A-Za-z0-9.+_-]", "_", metric)
    return plain if plain == metric else f"{plain}-{hashlib.sha256(metric.encode()).hexdigest()[:8]}"


def _distribution(
    method: str, metric: str, row: pd.Series, scores: pd.DataFrame, stimuli: StimulusScores
) -> Distribution:
    alone = scores[(scores["method"] == method) & (scores["subject"] != POOLED)]
    own = [table[metric] for (_, name), table in stimuli.items() if name == method and metric in table]
    values = np.concatenate([np.asarray(part, float) for part in own]) if own else np.empty(0)
    numbers = [float(value) for value in row[BOUNDS].astype(float)]
    return Distribution(
        method_word(method).title, values[np.isfinite(values)], alone["value"].to_numpy(float), *numbers
    )


def _numbers(method: str, row: Distribution, scores: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn of a method: a row of each subject and of all, and the dots beside the first."""
    own = scores.loc[scores["method"] == method, ["method", "metric", "subject", "n", *BOUNDS]]
    own = own.sort_values("subject", key=lambda names: names != POOLED, kind="stable").reset_index(drop=True)
    spread = np.percentile(row.stimuli, PERCENTILES) if len(row.stimuli) else [np.nan] * DOTS
    names = [f"stimuli_percentile_{percent:g}" for percent in PERCENTILES]
    return own.join(pd.DataFrame([dict(zip(names, spread, strict=True))]))
