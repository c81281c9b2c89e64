"""The methods compared with each other and with the nearest training picture, in words and numbers."""

from collections.abc import Collection, Sequence
from typing import TypedDict

import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.report.headlines import Headline, headline, headline_metrics
from cortex2image.report.page import number
from cortex2image.report.score_section import pooled_rows
from cortex2image.report.study import POOLED
from cortex2image.study.methods import described, title_of

CLEAR = 0.05
"""q below which a difference is called clear."""
NEAREST = "nearest_train"


class Difference(TypedDict):
    """One method less the other by one metric; `clear_in` of `subjects` have the same clear sign alone."""

    difference: float
    ci_low: float
    ci_high: float
    q: float
    better: bool
    is_clear: bool
    clear_in: int
    subjects: int


class Pair(TypedDict):
    """Two methods with a cell per metric, None where one of them lacks it, and a sentence on all cells."""

    title: str
    words: str
    cells: list[Difference | None]


class ComparisonTable(TypedDict):
    """The comparisons of all subjects together."""

    columns: list[Headline]
    pairs: list[Pair]


def comparison_table(
    comparisons: pd.DataFrame, methods: Sequence[str], decoded_from: Collection[str] = ()
) -> ComparisonTable:
    """Return the comparisons that the page shows, by the metrics of the first table of scores.

    Parameters
    ----------
    comparisons : table `comparisons`
    methods : all methods with scores, in order; of two, the later one is compared with the earlier one
    decoded_from : as in :func:`~cortex2image.report.headlines.headline_metrics`
    """
    pooled = pooled_rows(comparisons)
    metrics = headline_metrics(set(pooled["metric"]), decoded_from)
    compared = pooled.set_index(["metric", "method_a", "method_b"]).index
    keyed = comparisons.set_index(["metric", "method_a", "method_b"]).sort_index()
    keyed = keyed[keyed.index.isin(compared)]
    pairs = []
    for first, second in shown_pairs(methods):
        cells = [_cell(keyed, metric, first, second) for metric in metrics]
        if any(cells):
            pairs.append(_pair(first, second, metrics, cells))
    return {"columns": [headline(metric) for metric in metrics], "pairs": pairs}


def shown_pairs(methods: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of methods that are no controls, then each of them against the nearest picture."""
    known = {name: described(name) for name in methods}
    main = [name for name, method in known.items() if method is None or not method.control]
    pairs = [(second, first) for j, second in enumerate(main) for first in main[:j]]
    return pairs + [(name, NEAREST) for name in main if NEAREST in methods]


def _cell(keyed: pd.DataFrame, metric: str, first: str, second: str) -> Difference | None:
    key = (metric, *sorted((first, second)))
    if key not in keyed.index:
        return None
    rows = keyed.loc[[key]]
    sign = 1 if key[1] == first else -1
    better = sign * (1 if rows["higher_is_better"].iloc[0] else -1)
    row = pooled_rows(rows).iloc[0]
    alone = rows[rows["subject"] != POOLED]
    ends = sorted((sign * row["ci_low"], sign * row["ci_high"]))
    same = (alone["q"] < CLEAR) & (alone["difference"] * row["difference"] > 0)
    return {
        "difference": float(sign * row["difference"]),
        "ci_low": float(ends[0]),
        "ci_high": float(ends[1]),
        "q": float(row["q"]),
        "better": bool(better * row["difference"] > 0),
        "is_clear": bool(row["q"] < CLEAR),
        "clear_in": int(same.sum()),
        "subjects": len(alone),
    }


def _pair(first: str, second: str, metrics: Sequence[str], cells: Sequence[Difference | None]) -> Pair:
    titles = title_of(first), title_of(second)
    said: dict[str, list[str]] = {}
    for metric, cell in zip(metrics, cells, strict=True):
        if cell is not None:
            sentence = _sentence(cell).format(*titles)
            said.setdefault(sentence, []).append(
                f"{metric_facts(metric).title} ({number(cell['difference'])})"
            )
    words = " ".join(f"{sentence} by {_listed(names)}." for sentence, names in said.items())
    return {"title": f"{titles[0]} \N{MINUS SIGN} {titles[1]}", "words": words, "cells": list(cells)}


def _sentence(cell: Difference) -> str:
    """Return the beginning of the sentence on a difference, with places for the two titles."""
    better = "better" if cell["better"] else "worse"
    if cell["is_clear"]:
        return f"{{}} is {better} than {{}}"
    if cell["subjects"] and cell["clear_in"] == cell["subjects"]:
        return f"In every subject alone, though not clearly over subjects, {{}} is {better} than {{}}"
    return "{} and {} do not differ clearly"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
