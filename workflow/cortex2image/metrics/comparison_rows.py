"""The rows of comparisons.parquet: every two methods by every metric that both have, paired by stimulus."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from cortex2image.metrics.evaluated import Ratings, bounds_of, require_same_stimuli
from cortex2image.metrics.registry import metric_facts
from cortex2image.stats.false_discovery import false_discovery_control
from cortex2image.stats.paired import compare
from cortex2image.study.methods import described

# Kinds of metrics whose scores are probabilities of success.
PROBABILITIES = ("identification", "category")
Row = dict[str, Any]


def comparison_rows(ratings: Ratings) -> list[Row]:
    """Return the rows of :data:`cortex2image.tables.scores.COMPARISONS`, by subject, metric and pair.

    Parameters
    ----------
    ratings : from :func:`cortex2image.metrics.evaluated.rate`

    Raises
    ------
    DataError
        Two methods were scored by different stimuli.
    """
    methods: dict[tuple[str, str], list[str]] = {}
    for subject, method, metric in ratings:
        methods.setdefault((subject, metric), []).append(method)
    rows = [
        _row(ratings, subject, metric, pair)
        for (subject, metric), names in methods.items()
        for pair in itertools.combinations(sorted(names), 2)
    ]
    return adjusted(rows)


def family(metric: str, pair: Sequence[str]) -> str:
    """Return the label of the comparisons of a subject that are adjusted together.

    Pairs with a control have a family of their own: that a ceiling beats no brain at all is no discovery, and
    many such rows would make it easy for others to pass.
    """
    known = [described(name) for name in pair]
    control = any(method is not None and method.control for method in known)
    return f"{metric_facts(metric).kind}, {'controls' if control else 'methods'}"


def adjusted(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with q: p adjusted by Benjamini and Hochberg within each subject and family."""
    families: dict[tuple[object, object], list[int]] = {}
    for i, row in enumerate(rows):
        families.setdefault((row["subject"], row["family"]), []).append(i)
    q = np.ones(len(rows))
    for members in families.values():
        q[members] = false_discovery_control([rows[i]["p"] for i in members])
    # Rounding must not put q below p, of which it is never less.
    return [row | {"q": max(float(value), row["p"])} for row, value in zip(rows, q, strict=True)]


def _row(ratings: Ratings, subject: str, metric: str, pair: tuple[str, str]) -> Row:
    require_same_stimuli(ratings, subject, metric, pair)
    facts = metric_facts(metric)
    first, second = (ratings[subject, name, metric].scores for name in pair)
    found = compare(first, second, bounds_of(metric))
    return {
        "subject": subject,
        "metric": metric,
        "method_a": pair[0],
        "method_b": pair[1],
        "n": found.n,
        "difference": found.difference,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "p": found.p,
        "family": family(metric, pair),
        "standardised": found.standardised,
        "probability": found.difference if facts.kind in PROBABILITIES else None,
        "higher_is_better": facts.higher_is_better,
    }
