"""Scores as data of scripts: the table of scores, methods compared, and the values of single stimuli."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from cortex2image.metrics.registry import metric_facts
from cortex2image.report.evaluations import StimulusScores
from cortex2image.report.metric_kinds import METRIC_KINDS, direction, in_order, unit_of
from cortex2image.report.packed import numbers, packed
from cortex2image.report.words import Word, method_word, metric_word
from cortex2image.study.methods import described

SCORE_COLUMNS = [
    *("metric", "method", "subject", "n", "value", "ci_low", "ci_high", "null_mean", "null_sd", "p"),
    *("floor", "floor_control", "ceiling", "share", "share_low", "share_high", "nearest_train"),
]
PAIR_COLUMNS = ["subject", "method_a", "method_b", "n", "difference", "ci_low", "ci_high", "q"]


def score_words(metrics: Iterable[str], methods: Iterable[str]) -> dict[str, object]:
    """Return the words that scripts show for metrics and methods, and for the kinds of these metrics."""
    facts = [metric_facts(metric) for metric in metrics]
    kinds = {fact.kind for fact in facts}
    return {
        "metrics": {
            fact.name: {
                **_word(metric_word(fact.name)),
                "kind": fact.kind,
                "higher": fact.higher_is_better,
                "direction": direction(fact),
                "unit": unit_of(fact),
                "data": f"scores/metric-{i}",
            }
            for i, fact in enumerate(facts)
        },
        "methods": {name: _word(method_word(name)) | {"control": _is_control(name)} for name in methods},
        "kinds": {name: kind.title for name, kind in METRIC_KINDS.items() if name in kinds},
    }


def score_data(scores: pd.DataFrame, methods: Sequence[str]) -> dict[str, object]:
    """Return the table `scores` by metric, as :func:`in_order` has them, and by method."""
    rows = scores.assign(
        place=scores["metric"].map({metric: i for i, metric in enumerate(in_order(scores["metric"]))}),
        rank=scores["method"].map({method: i for i, method in enumerate(methods)}),
    )
    return packed(rows.sort_values(["place", "rank"], kind="stable")[SCORE_COLUMNS])


def metric_data(
    stimuli: StimulusScores, comparisons: pd.DataFrame, metrics: Sequence[str]
) -> dict[str, object]:
    """Return the names of the stimuli of every subject, and per metric what scripts load on demand.

    Returns
    -------
    dict of ``scores/stimuli`` to subject -> stimuli; and of ``scores/metric-{i}``, of the i-th of `metrics`,
    to ``values``, subject -> method -> a value per stimulus, None where it has none, and ``pairs``, its rows
    of the table `comparisons`
    """
    names, compared = stimuli_of(stimuli), dict(list(comparisons.groupby("metric")))
    none = comparisons.head(0)
    data: dict[str, object] = {"scores/stimuli": names}
    for i, metric in enumerate(metrics):
        pairs = packed(compared.get(metric, none)[PAIR_COLUMNS])
        data[f"scores/metric-{i}"] = {"values": _values(stimuli, metric, names), "pairs": pairs}
    return data


def stimuli_of(stimuli: StimulusScores) -> dict[str, list[str]]:
    """Return subject -> all stimuli that were scored, sorted."""
    found: dict[str, set[str]] = {}
    for (subject, _), table in stimuli.items():
        found.setdefault(subject, set()).update(map(str, table.index))
    return {subject: sorted(names) for subject, names in found.items()}


def _values(
    stimuli: StimulusScores, metric: str, names: Mapping[str, list[str]]
) -> dict[str, dict[str, list[float | None]]]:
    values: dict[str, dict[str, list[float | None]]] = {}
    for (subject, method), table in stimuli.items():
        if metric in table:
            column = table[metric].reindex(names[subject]).to_numpy(float)
            values.setdefault(subject, {})[method] = numbers(np.round(column, 6).tolist())
    return values


def _word(word: Word) -> dict[str, str]:
    return {"title": word.title, "what": word.explanation}


def _is_control(name: str) -> bool:
    method = described(name)
    return method is not None and method.control
