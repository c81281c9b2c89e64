"""What every metric is, as data: the score tables, the report and docs/metrics.md read it from here."""

from dataclasses import replace

from cortex2image.errors import DataError
from cortex2image.metrics.metric import (
    AMONG_ORIGINALS,
    CONSTANT,
    PICTURES,
    Metric,
    category,
    nearest_caption,
    twoway,
)
from cortex2image.metrics.pretrained_facts import PHOTO_METRICS

_JUDGED = f"{PICTURES}; then whatever size the judge takes"
_SHARED_CLIP = (
    "its text tower is the text encoder of the miniature's generator, in whose states c is decoded; the "
    "image tower was trained together with it, so that pictures made from c may score higher than they look"
)
_CLASSIFIERS = (("cnn", ("early", "middle", "late")), ("residual", ("pooled",)))


def released_name(name: str) -> str:
    """Return the name of a two-way identification by the rule of the code released in 2023."""
    return f"{name}_as_released"


def _as_released(metric: Metric) -> Metric:
    """Return the facts of a two-way identification by the rule of the code released in 2023."""
    return replace(
        metric,
        name=released_name(metric.name),
        version="1",
        what="share of the other stimuli's reconstructions that correlate less with the original than its "
        "own reconstruction does (Pearson r of flattened features, averaged over the samples of a stimulus "
        "first); every sample bears the value of its stimulus",
        ties="no credit: constant reconstructions score 0; correlations equal to ten decimals are ties",
        direction="each original is searched among the reconstructions",
    )


_ALL = (
    Metric(
        name="pixcorr",
        version="1",
        what="Pearson r of all pixels of all three colour channels",
        compared=PICTURES,
        bounds=(-1.0, 1.0),
        chance=None,
        ties=CONSTANT,
    ),
    Metric(
        name="ssim2d",
        version="1",
        what="mean structural similarity (Wang et al. 2004) over the two picture dimensions: Gaussian "
        "weights of sigma 1.5 px in an 11 px window, population covariance, data range 1",
        compared=f"{PICTURES}; grey values in [0, 1] with weights 0.2125, 0.7154, 0.0721",
        bounds=(-1.0, 1.0),
        chance=None,
        ties="none; borders of 5 px, where the window leaves the picture, do not count",
    ),
    Metric(
        name="lpips_alex",
        version="1",
        what="LPIPS 0.1 with AlexNet (Zhang et al. 2018): squared differences of channel-normalised "
        "features, weighted by heads fitted to people's judgements, averaged over places, summed over layers",
        compared=f"{PICTURES}; at this size, at least 31 px, values in [-1, 1]",
        bounds=(0.0, 7.734),
        chance=None,
        ties="none; identical pictures have 0, and the upper bound is that of the heads",
        higher_is_better=False,
        judge="lpips_alex",
    ),
    *(twoway(judge, layers, layer, _JUDGED) for judge, layers in _CLASSIFIERS for layer in layers),
    twoway("clip", ("embeds",), "embeds", _JUDGED, _SHARED_CLIP),
    category(
        "category_identification",
        "the decoded features correlate most with the true features of their own category",
        "decoded features and each category's mean true features, both minus the mean over categories, "
        "units on their own scale",
        None,
    ),
    *(
        category(
            f"category_{classifier}",
            "the classifier finds the picture's own category the most probable",
            "the picture; class probabilities restricted to the categories of the study",
            classifier,
        )
        for classifier in ("cnn", "residual")
    ),
    replace(nearest_caption("clip"), shared=_SHARED_CLIP),
    *PHOTO_METRICS,
)

_RELEASED = tuple(_as_released(metric) for metric in _ALL if metric.direction == AMONG_ORIGINALS)

METRICS: dict[str, Metric] = {metric.name: metric for metric in (*_ALL, *_RELEASED)}


def metric_facts(name: str) -> Metric:
    """Return the facts of a metric.

    Raises
    ------
    DataError
        No metric has this name: nothing may be scored that is not described.
    """
    if name not in METRICS:
        fix = "describe the metric in cortex2image/metrics/facts.py before it is computed"
        raise DataError(f"metric {name}", f"one of {', '.join(METRICS)}", f"'{name}'", fix)
    return METRICS[name]
