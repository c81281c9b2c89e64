"""Kinds of metrics in words: their names, what they judge, and the unit of the value of a stimulus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cortex2image.metrics.metric import Metric
from cortex2image.metrics.registry import METRICS, metric_facts


@dataclass(frozen=True)
class MetricKind:
    """A kind of metrics: its name, a sentence on what it can say, and the unit of its values."""

    title: str
    meaning: str
    unit: str


METRIC_KINDS: Mapping[str, MetricKind] = {
    "pixels": MetricKind(
        "Pixels",
        "Place by place likeness of reconstruction and stimulus. High for the right blur in the right place, "
        "which need not be the right thing.",
        "r",
    ),
    "identification": MetricKind(
        "Identification",
        "Whether a reconstruction can be told from those of other stimuli. Depends on how different the test "
        "stimuli are from each other, so compare it within one test set only.",
        "share of comparisons",
    ),
    "distance": MetricKind(
        "Distance in the features of a network",
        "How far apart a network sees reconstruction and stimulus. Lower is better.",
        "distance",
    ),
    "category": MetricKind(
        "Category",
        "Whether the category of the stimulus can be told. Says nothing of which picture of it was shown.",
        "share of categories",
    ),
    "classification": MetricKind(
        "Classification",
        "Whether a network sees the same class in reconstruction and stimulus, right or wrong.",
        "share of draws",
    ),
    "caption": MetricKind(
        "Captions", "Likeness of decoded captions to those of the stimulus. No picture takes part.", "cosine"
    ),
    "brain": MetricKind(
        "The brain",
        "Whether the brain would respond to the reconstruction as it did to the stimulus, as a linear "
        "encoding model predicts. Noise of the measured response bounds it: see its own ceiling.",
        "r across voxels",
    ),
    "features": MetricKind(
        "Decoded features",
        "Likeness of the decoded features themselves to the true ones, before any picture is made.",
        "r across units",
    ),
}
OTHER_UNITS: Mapping[str, str] = {
    "psnr": "dB",
    "ssim2d": "index",
    "ssim_legacy_columns": "index",
    "lpips_alex": "LPIPS",
    "caption_rouge_1": "F",
    "caption_rouge_l": "F",
}
"""Units of metrics that differ from those of their kind."""


def unit_of(metric: Metric) -> str:
    """Return the unit of the value of one stimulus."""
    return OTHER_UNITS.get(metric.name, METRIC_KINDS[metric.kind].unit)


def direction(metric: Metric) -> str:
    """Return in words which way is better."""
    return "higher is better" if metric.higher_is_better else "lower is better"


def in_order(metrics: Iterable[str]) -> list[str]:
    """Return each metric once, by kind as in :data:`METRIC_KINDS`, then as the registry has them."""
    kinds, known = list(METRIC_KINDS), {name: place for place, name in enumerate(METRICS)}

    def place(metric: str) -> tuple[int, int, str]:
        return kinds.index(metric_facts(metric).kind), known.get(metric, len(known)), metric

    return sorted(set(metrics), key=place)
