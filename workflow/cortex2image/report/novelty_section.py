"""Section on how new the test stimuli are, and how scores depend on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import TypedDict

import numpy as np
import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.novelty.measures import main_measure
from cortex2image.plots.novelty import PLACES, Thirds, thirds_chart
from cortex2image.plots.style import svg
from cortex2image.report.figures import Figure
from cortex2image.report.metric_kinds import direction, unit_of
from cortex2image.report.page import number
from cortex2image.report.words import measure_word
from cortex2image.study.methods import described, title_of
from cortex2image.study.model_titles import space_title
from cortex2image.tables.scores import POOLED

LABEL_CHARACTERS = 34
"""Length of a line that fits beside the chart."""
# Controls beside which a fall with distance is read: one that only recalls, and one that cannot.
COMPARED = {"ceiling": "recalls nothing", "nearest_train": "does nothing else"}


@dataclass(frozen=True)
class NoveltyTables:
    """The tables `novelty`, `novelty_scores` and, by subject, `span`; and lines on duplicates."""

    nearest: pd.DataFrame
    scores: pd.DataFrame
    spans: Mapping[str, pd.DataFrame]
    problems: tuple[str, ...]


class NearestRow(TypedDict):
    """How similar the nearest training stimuli are, by one subject and measure."""

    subject: str
    measure: str
    median: float
    largest: float
    duplicates: int
    stimuli: int


class MethodRow(TypedDict):
    """Scores of a method in thirds of test stimuli, as words, and their correlation with similarity."""

    method: str
    cells: list[str]
    rho: str
    p: float


class SpanRow(TypedDict):
    """The span of training features of one subject and space."""

    subject: str
    title: str
    facts: dict[str, float]


class NoveltySection(TypedDict):
    """What the page shows."""

    metric: str
    measure: str
    what: str
    who: str
    over: str
    figure: Figure
    methods: list[MethodRow]
    compared: list[str]
    nearest: list[NearestRow]
    spans: list[SpanRow]


def novelty_section(tables: NoveltyTables, methods: Sequence[str], target: str) -> NoveltySection:
    """Return what the page shows of the pooled subjects; of one subject, where there is one.

    Parameters
    ----------
    tables : NoveltyTables
    methods : the methods of the study, in its order
    target : file of the scores by novelty, which Snakemake can make again
    """
    subjects = [name for name in dict.fromkeys(tables.scores["subject"]) if name != POOLED]
    several = len(subjects) > 1
    metric = headline(tables.scores, methods)
    measure = main_measure(list(dict.fromkeys(tables.scores["measure"])))
    chosen = tables.scores[(tables.scores["metric"] == metric) & (tables.scores["measure"] == measure)]
    pooled = chosen[chosen["subject"] == POOLED].set_index("method")
    shown = [method for method in methods if method in pooled.index]
    drawn = [m for m in shown if m in COMPARED or not _is_control(m)]
    lines = {title_of(m): _thirds(pooled.loc[m]) for m in drawn}
    facts = metric_facts(metric)
    rows = [_method_row(method, pooled.loc[method]) for method in shown]
    label = fill(f"{facts.title} ({unit_of(facts)}), {direction(facts)}", LABEL_CHARACTERS)
    return {
        "metric": facts.title,
        "measure": measure_title(measure),
        "what": facts.what,
        "who": "the pooled subjects" if several else subjects[0],
        "over": "subjects and stimuli" if several else "stimuli",
        "figure": Figure(
            "novelty",
            svg(thirds_chart(lines, int(pooled["n"].max()), label)),
            "; ".join(f"{row['method']}: {', '.join(row['cells'])}" for row in rows),
            pooled.loc[drawn].reset_index(),
            target,
        ),
        "methods": rows,
        "compared": [f"{title_of(m)}, which {why}" for m, why in COMPARED.items() if m in shown],
        "nearest": nearest_rows(tables.nearest),
        "spans": [
            {"subject": subject, "title": space_title(row["space"]), "facts": row.to_dict()}
            for subject, table in tables.spans.items()
            for _, row in table.iterrows()
        ],
    }


def headline(scores: pd.DataFrame, methods: Sequence[str]) -> str:
    """Return the metric that is shown: two-way identification by CLIP, or the first of the pictures."""
    metrics = list(dict.fromkeys(scores.loc[scores["method"].isin(methods), "metric"]))
    for start in ("twoway_clip", "twoway", ""):
        found = [metric for metric in metrics if metric.startswith(start)]
        if found:
            return str(found[0])
    return str(scores["metric"].iloc[0])


def measure_title(measure: str) -> str:
    """Return what a measure compares, in words."""
    return measure_word(measure).title


def nearest_rows(nearest: pd.DataFrame) -> list[NearestRow]:
    """Return a row for each subject and measure."""
    return [
        {
            "subject": str(subject),
            "measure": measure_title(str(measure)),
            "median": float(rows["similarity"].median()),
            "largest": float(rows["similarity"].max()),
            "duplicates": int(rows["duplicate"].sum()),
            "stimuli": len(rows),
        }
        for (subject, measure), rows in nearest.groupby(["subject", "measure"], sort=False)
    ]


def _is_control(name: str) -> bool:
    method = described(name)
    return method is not None and method.control


def _thirds(row: pd.Series) -> Thirds:
    def of(suffix: str) -> np.ndarray:
        return np.array([row[f"{place}{suffix}"] for place in PLACES], float)

    return Thirds(of(""), of("_low"), of("_high"))


def _method_row(method: str, row: pd.Series) -> MethodRow:
    def with_interval(name: str) -> str:
        value, low, high = (number(row[column]) for column in (name, f"{name}_low", f"{name}_high"))
        return f"{value} [{low}, {high}]"

    return {
        "method": title_of(method),
        "cells": [with_interval(place) for place in PLACES],
        "rho": with_interval("rho"),
        "p": float(row["p"]),
    }
