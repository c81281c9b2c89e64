"""A row of a score table, from the values of one metric."""

from dataclasses import asdict

import pandas as pd

from cortex2image.errors import DataError
from cortex2image.metrics.registry import metric_facts
from cortex2image.stats.crossed_intervals import Scores
from cortex2image.stats.summary import summarise

FEWEST = 3
"""Fewest stimuli of which an interval can be made."""
# Metrics whose values fill the range between their bounds, which intervals must not leave.
BOUNDED = ("identification", "category", "classification")


def score_row(
    method: str, metric: str, values: pd.DataFrame, rivals: pd.DataFrame | None, null: pd.DataFrame
) -> dict[str, object]:
    """Return the columns of one row of scores that follow from the values of its metric alone.

    Parameters
    ----------
    method : str
        For error messages.
    metric : str
    values : DataFrame, a row per subject, a column per stimulus
        Means over samples; NaN where a subject has no value.
    rivals : DataFrame like `values`, or None
        Of an identification: credit of the other stimuli against each one.
    null : DataFrame, a row per subject, a column per draw

    Raises
    ------
    DataError
        A subject has fewer than three stimuli, of which no interval can be made, or an identification does
        not say how stimuli fare as rivals.
    """
    facts = metric_facts(metric)
    values, null = values.dropna(axis=1, how="all"), null.dropna(axis=1)
    where, fewest = f"evaluation of {method}, {metric}", int(values.notna().sum(axis=1).min())
    if fewest < FEWEST:
        fix = "score at least three test stimuli: no interval can be made of fewer"
        raise DataError(where, f"{FEWEST} stimuli of every subject", f"{fewest}", fix)
    if facts.kind == "identification" and rivals is None:
        fix = "delete the evaluation and run the workflow again"
        raise DataError(where, "the column as_rival of an identification", "nulls alone", fix)
    matched = None if rivals is None else rivals[values.columns].to_numpy()
    bounds = facts.bounds if facts.kind in BOUNDED else None
    scores = Scores(values.to_numpy(), matched)
    summary = summarise(scores, null.to_numpy(), facts.higher_is_better, bounds)
    return asdict(summary) | {
        "higher_is_better": facts.higher_is_better,
        "metric_version": facts.version,
    }
