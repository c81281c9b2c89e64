"""The metrics of pictures that a study computes: those that `evaluate/metrics` chooses."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from cortex2image.errors import ConfigError
from cortex2image.metrics.feature_metrics import FEATURE_METRICS
from cortex2image.metrics.metric import Metric
from cortex2image.metrics.registry import METRICS
from cortex2image.metrics.rouge import ROUGE
from cortex2image.networks.registry import ModelSet

HEADLINE = "headline"
"""Stands for the headline metrics of the model set."""
OF_PICTURES = ("pixels", "identification", "distance", "classification", "caption")
"""Kinds of metrics that compare a reconstruction, or its caption, with the picture that was seen."""


_OF_VECTORS = {metric.name for metric in FEATURE_METRICS}


def is_chosen_among(metric: Metric) -> bool:
    """Return whether `evaluate/metrics` says if a metric is computed: it does not for decoded features."""
    return metric.kind in OF_PICTURES and metric.name in METRICS and metric.name not in _OF_VECTORS


def metrics_of(models: ModelSet) -> list[str]:
    """Return the names of all metrics of pictures that a model set can compute, in the order of METRICS."""
    judges = {None, *(spec.name for spec in models.judges), *(["lpips_alex"] if models.lpips else [])}
    offered = [name for name, m in METRICS.items() if is_chosen_among(m) and m.judge in judges]
    return [name for name in offered if name not in ROUGE or "captioner" in models.parts]


def chosen_metrics(patterns: Sequence[str], models: ModelSet) -> list[str]:
    """Return the metrics that names and patterns choose, in the order of METRICS.

    Parameters
    ----------
    patterns : sequence of str
        `evaluate/metrics`: names, shell patterns such as ``twoway_*``, or ``headline``.
    models : ModelSet

    Raises
    ------
    ConfigError
        A name or pattern chooses no metric of the model set.
    """
    known = metrics_of(models)
    chosen: set[str] = set()
    for pattern in patterns:
        found = [name for name in known if _matches(name, pattern)]
        if not found:
            near = get_close_matches(pattern, [*known, HEADLINE], n=3, cutoff=0.5)
            expected = f"names or patterns of the metrics of the model set {models.name}, see docs/metrics.md"
            fix = f"did you mean {' or '.join(near)}?" if near else "correct it, or write headline"
            raise ConfigError("evaluate/metrics", expected, f"'{pattern}', which is none of them", fix)
        chosen.update(found)
    return [name for name in known if name in chosen]


def _matches(name: str, pattern: str) -> bool:
    return METRICS[name].headline if pattern == HEADLINE else fnmatchcase(name, pattern)


def serving(models: ModelSet, metrics: Sequence[str]) -> ModelSet:
    """Return the model set with the judges that some metrics take alone, so that no other is loaded."""
    judges = {METRICS[name].judge for name in metrics}
    needed = tuple(spec for spec in models.judges if spec.name in judges)
    return replace(models, judges=needed, lpips=models.lpips if "lpips_alex" in judges else None)


def layers_read(models: ModelSet, metrics: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the layers in which some metrics look at pictures, by judge, without judges that none takes.

    Parameters
    ----------
    models : ModelSet
    metrics : names of metrics
    """
    facts = [METRICS[name] for name in metrics if METRICS[name].kind in ("identification", "distance")]
    read = {(metric.judge, metric.layer) for metric in facts if not metric.of_captions}
    by_judge = {s.name: tuple(x for x in s.layers if (s.name, x) in read) for s in models.judges}
    return {judge: layers for judge, layers in by_judge.items() if layers}
