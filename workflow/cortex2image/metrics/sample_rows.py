"""The rows of sample_scores.parquet: what a score owes to the number of samples, and to who chooses one.

A study draws several samples of each stimulus. Its score is that of their mean. Papers that show the best of
n samples choose it by the picture that was seen, which nobody knows who reads a brain; what may choose is the
response that an encoding model predicts for a sample, compared with the measured one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cortex2image.errors import DataError
from cortex2image.metrics.evaluated import bounds_of
from cortex2image.metrics.registry import metric_facts
from cortex2image.stats.crossed_intervals import Scores, crossed_interval
from cortex2image.tables.scores import POOLED

BRAIN = "brain_consistency_"
"""Prefix of metrics that compare the predicted response of a sample with the measured one."""
MEAN, ONE, SPREAD = "mean", "one_sample", "sd_between"
BY_BRAIN, BY_TRUTH = "best_of_n_by_brain", "best_of_n_by_truth"
Aggregate = tuple[str, str]
"""What is made of the samples, and the metric that chose one of them, or ''."""
Evaluations = Mapping[tuple[str, str], pd.DataFrame]
"""By subject and method, the rows of the tables `evaluation` of pictures and of brain consistency."""


@dataclass(frozen=True)
class Sampled:
    """The samples of one subject and method by one metric.

    Attributes
    ----------
    values : (n stimuli, samples) DataFrame
    rivals : (n, samples) DataFrame or None
        Of an identification, see :class:`cortex2image.metrics.scored.Scored`.
    """

    values: pd.DataFrame
    rivals: pd.DataFrame | None


def sample_rows(evaluations: Evaluations) -> list[dict[str, Any]]:
    """Return the rows of :data:`cortex2image.tables.scores.SAMPLE_SCORES`.

    Left out are methods with one sample, and metrics that give all samples of a stimulus one value.

    Parameters
    ----------
    evaluations : see :data:`Evaluations`

    Raises
    ------
    DataError
        A subject lacks a metric, or brain consistency of some stimuli.
    """
    of_method: dict[str, dict[str, pd.DataFrame]] = {}
    for (subject, method), table in sorted(evaluations.items(), key=lambda item: item[0]):
        of_method.setdefault(method, {})[subject] = table
    return [
        {"method": method, "metric": metric} | row
        for method, tables in sorted(of_method.items())
        for metric, rows in _by_metric(method, tables).items()
        for row in rows
    ]


def _by_metric(method: str, tables: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of one method by metric, from the evaluations of every subject."""
    metrics = sorted({name for table in tables.values() for name in table["metric"]})
    chosen = {subject: _by_brain(table, metrics) for subject, table in tables.items()}
    rows = {}
    for metric in (name for name in metrics if not name.startswith(BRAIN)):
        sampled = {s: _sampled(table[table["metric"] == metric]) for s, table in tables.items()}
        missing = [subject for subject, one in sampled.items() if one.values.empty]
        if missing and metric_facts(metric).needs is not None:
            # Stimuli of these subjects do not offer what it needs, see `evaluated.scored_subjects`: there is
            # no score over all subjects.
            sampled = {s: one for s, one in sampled.items() if s not in missing}
        elif missing:
            fix = "delete these evaluations and run the workflow again"
            where = f"evaluation of {method}, {metric}"
            raise DataError(where, "rows of every subject", f"none of {missing}", fix)
        if any(_differ(one.values) for one in sampled.values()):
            rows[metric] = _rows(metric, sampled, chosen, pooled=not missing)
    return rows


def _sampled(rows: pd.DataFrame) -> Sampled:
    values, rivals = (
        rows.pivot(index="stimulus_id", columns="sample", values=v) for v in ("value", "as_rival")
    )
    return Sampled(values, rivals.astype(float) if rivals.notna().any(axis=None) else None)


def _differ(values: pd.DataFrame) -> bool:
    return bool((values.nunique(axis=1) > 1).any())


def _by_brain(table: pd.DataFrame, metrics: Sequence[str]) -> dict[str, pd.Series]:
    """Return for each metric of brain consistency the position of the best sample of every stimulus."""
    positions = {}
    for name in (name for name in metrics if name.startswith(BRAIN)):
        values = _sampled(table[table["metric"] == name]).values
        positions[name] = pd.Series(values.to_numpy().argmax(axis=1), values.index)
    return positions


def _rows(
    metric: str, sampled: Mapping[str, Sampled], chosen: Mapping[str, Mapping[str, pd.Series]], pooled: bool
) -> list[dict[str, Any]]:
    """Return the rows of one method and metric: each subject, then all if they are `pooled`."""
    facts = metric_facts(metric)
    made = {s: aggregates(metric, one, chosen[s]) for s, one in sampled.items()}
    rows = []
    everyone = [(POOLED, list(sampled))] if pooled else []
    for subject, group in [*((s, [s]) for s in sampled), *everyone]:
        for aggregate, chosen_by in made[group[0]]:
            parts = [made[s][aggregate, chosen_by] for s in group]
            values = pd.DataFrame([values for values, _ in parts])
            rivals = pd.DataFrame([r for _, r in parts if r is not None]).reindex(columns=values.columns)
            scores = Scores(values.to_numpy(), rivals.to_numpy() if len(rivals) else None)
            rows.append(
                {
                    "subject": subject,
                    "aggregate": aggregate,
                    "chosen_by": chosen_by,
                    "samples": sampled[group[0]].values.shape[1],
                    "n": values.shape[1],
                    **_interval(scores, aggregate, metric),
                    "higher_is_better": facts.higher_is_better,
                }
            )
    return rows


def aggregates(
    metric: str, sampled: Sampled, chosen: Mapping[str, pd.Series]
) -> dict[Aggregate, tuple[pd.Series, pd.Series | None]]:
    """Return the value of every stimulus, and how it fares as a rival, by what is made of its samples.

    Of :data:`SPREAD`, values are variances. How a stimulus fares as a rival of chosen samples is not known
    one by one: it is taken as for all samples. (If all stimuli fare better as rivals of chosen ones by the
    same amount, the jackknife gives the same.)

    Parameters
    ----------
    metric : str
    sampled : Sampled
    chosen : by metric, the position of the sample of each stimulus that the brain side chooses
    """
    values, higher = sampled.values, metric_facts(metric).higher_is_better
    matrix = values.to_numpy()
    ranked = np.sort(matrix, axis=1)[:, :: -1 if higher else 1]
    ranks = [BY_TRUTH, *(f"rank_{k}_of_n_by_truth" for k in range(2, matrix.shape[1] + 1))]
    picked: dict[Aggregate, np.ndarray] = {(MEAN, ""): matrix.mean(axis=1), (ONE, ""): matrix[:, 0]}
    for name, positions in chosen.items():
        picked[BY_BRAIN, name] = matrix[np.arange(len(matrix)), _positions(positions, values, name)]
    picked |= {(rank, metric): column for rank, column in zip(ranks, ranked.T, strict=True)}
    rivals = None if sampled.rivals is None else sampled.rivals.mean(axis=1)
    found: dict[Aggregate, tuple[pd.Series, pd.Series | None]]
    found = {key: (pd.Series(v, values.index), rivals) for key, v in picked.items()}
    return found | {(SPREAD, ""): (pd.Series(matrix.var(axis=1, ddof=1), values.index), None)}


def _positions(positions: pd.Series, values: pd.DataFrame, name: str) -> np.ndarray:
    missing = sorted(set(values.index) - set(positions.index))
    if missing:
        found, fix = f"{len(missing)} without, first {missing[0]}", "delete this evaluation and run again"
        raise DataError(f"evaluation by {name}", "the stimuli of the other metrics", found, fix)
    at: np.ndarray = positions.loc[values.index].to_numpy()
    return at


def _interval(scores: Scores, aggregate: str, metric: str) -> dict[str, float]:
    """Return value and interval; a mean variance and its ends become standard deviations."""
    value = float(scores.values.mean())
    if aggregate != SPREAD:
        low, high = crossed_interval(scores, bounds_of(metric))
    else:
        value, low, high = (max(end, 0.0) ** 0.5 for end in (value, *crossed_interval(scores)))
    return {"value": value, "ci_low": low, "ci_high": high}
