"""How subjects differ: the spread of a score over them beside their own intervals, and who stands apart."""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.report.cautions import CHANCE
from cortex2image.report.comparison_section import shown_pairs
from cortex2image.report.page import number
from cortex2image.report.study import POOLED
from cortex2image.report.words import method_word


class Spread(TypedDict):
    """A score over n subjects.

    `spread` is the standard deviation over subjects (n - 1 in the divisor), `half` the mean half-width of
    their own 95 % intervals, `above` the number of subjects in whom the score is above chance. `apart` has a
    line per subject whose own interval does not hold the mean of the other subjects.
    """

    method: str
    metric: str
    low: float
    high: float
    spread: float
    half: float
    above: int
    subjects: int
    apart: list[str]


def spreads(scores: pd.DataFrame, methods: Sequence[str], metrics: Sequence[str]) -> list[Spread]:
    """Return a row for each method and metric that at least two subjects have.

    Parameters
    ----------
    scores : table `scores`
    methods, metrics : rows, in order
    """
    alone = scores[scores["subject"] != POOLED]
    rows = []
    for method in methods:
        for metric in metrics:
            own = alone[(alone["method"] == method) & (alone["metric"] == metric)]
            if len(own) > 1:
                rows.append(_spread(method, metric, own))
    return rows


def _spread(method: str, metric: str, own: pd.DataFrame) -> Spread:
    return {
        "method": method,
        "metric": metric,
        "low": float(own["value"].min()),
        "high": float(own["value"].max()),
        "spread": float(own["value"].std(ddof=1)),
        "half": float((own["ci_high"] - own["ci_low"]).mean() / 2),
        "above": int((own["p"] < CHANCE).sum()),
        "subjects": len(own),
        "apart": apart(own),
    }


def apart(own: pd.DataFrame) -> list[str]:
    """Return a line for each subject whose interval does not hold the mean of the others.

    Parameters
    ----------
    own : rows of the table `scores` of one method and metric, a row per subject, at least two
    """
    lines = []
    values = own["value"].to_numpy(float)
    for place, row in enumerate(own.itertuples(index=False)):
        others = float(np.delete(values, place).mean())
        if not row.ci_low <= others <= row.ci_high:
            side = "above" if row.value > others else "below"
            lines.append(f"{row.subject} ({number(row.value)}) {side} the others ({number(others)})")
    return lines


def in_words(rows: Sequence[Spread]) -> list[str]:
    """Return a sentence per method: where its scores are above chance, and where subjects differ."""
    sentences = []
    for method in dict.fromkeys(row["method"] for row in rows):
        own = [row for row in rows if row["method"] == method]
        everywhere = [row for row in own if row["above"] == row["subjects"]]
        title = method_word(method).title
        if len(everywhere) == len(own):
            said = f"{title} is above chance in every subject by every score shown."
        else:
            short = [
                f"{metric_facts(row['metric']).title} (in {row['above']} of {row['subjects']})"
                for row in own
                if row["above"] < row["subjects"]
            ]
            said = f"{title} is not above chance in every subject by {_listed(short)}."
        wide = [metric_facts(row["metric"]).title for row in own if row["spread"] > row["half"]]
        if wide:
            said += f" Subjects differ by more than other stimuli would explain by {_listed(wide)}."
        sentences.append(said)
    return sentences


class Consistency(TypedDict):
    """Two methods, and by each metric in how many subjects, of how many, the first scores better."""

    first: str
    second: str
    cells: list[tuple[int, int] | None]


def consistency(
    comparisons: pd.DataFrame, methods: Sequence[str], metrics: Sequence[str]
) -> list[Consistency]:
    """Return a row for each pair of methods that at least two subjects have.

    Parameters
    ----------
    comparisons : table `comparisons`
    methods : methods with pictures; of the controls, only the nearest training picture is compared with
    metrics : columns, in order
    """
    alone = comparisons[comparisons["subject"] != POOLED]
    rows: list[Consistency] = []
    for first, second in shown_pairs(methods):
        pair = sorted((first, second))
        own = alone[(alone["method_a"] == pair[0]) & (alone["method_b"] == pair[1])]
        sign = 1 if pair[0] == first else -1
        cells = [_better(own[own["metric"] == metric], sign) for metric in metrics]
        if any(cells):
            rows.append({"first": first, "second": second, "cells": cells})
    return rows


def _better(rows: pd.DataFrame, sign: int) -> tuple[int, int] | None:
    if len(rows) < 2:
        return None
    sign *= 1 if rows["higher_is_better"].iloc[0] else -1
    return int((sign * rows["difference"] > 0).sum()), len(rows)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
