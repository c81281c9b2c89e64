"""Every metric there is: the score tables, the report and docs/metrics.md read what it is from here.

A metric of pixels is an entry below and a function in :mod:`cortex2image.metrics.pixels`. What the networks
that judge photographs serve follows from their descriptions in :mod:`cortex2image.networks.judge_specs`.
"""

from collections.abc import Iterator
from dataclasses import replace

from cortex2image.errors import DataError
from cortex2image.metrics.identification_rules import VARIANTS
from cortex2image.metrics.metric import (
    CONSTANT,
    PICTURES,
    Metric,
    category,
    correlation_distance,
    nearest_caption,
    twoway,
)
from cortex2image.networks.judge_specs import PRETRAINED_JUDGES, TAKAGI, Preparation, PretrainedSpec

_JUDGED = f"{PICTURES}; then whatever size the judge takes"
_MINIATURE_CLIP = (
    "its text tower is the text encoder of the miniature's generator, in whose states c is decoded; the "
    "image tower was trained together with it, so that pictures made from c may score higher than they look"
)
_PRETRAINED_CLIP = (
    "its text tower is the text encoder of Stable Diffusion 1.x, in whose states c is decoded; the image "
    "tower was trained together with it, so that pictures made from c may score higher than they look. "
    "Stable Diffusion 2 has another text encoder"
)
_CLASSIFIERS = {"cnn": ("early", "middle", "late"), "residual": ("pooled",)}

KNOWN_AS = {
    "twoway_alexnet_mindeye_relu2": "AlexNet(2)",
    "twoway_alexnet_mindeye_relu5": "AlexNet(5)",
    "twoway_inception_mindeye": "Inception",
    "twoway_clip_mindeye": "CLIP",
    "distance_effnet_mindeye": "EffNet-B",
    "distance_swav_mindeye": "SwAV",
}
"""What papers that follow MindEye call a metric that differs from this one in the preparation alone."""

_OTHER_PREPARATION = (
    "in the tables of MindEye, where originals are not resized to the reconstruction's size first"
)


def _photo_metrics(spec: PretrainedSpec) -> Iterator[Metric]:
    """Yield the metrics that one judge of photographs serves."""
    compared = f"{PICTURES}; then {_resizing(spec.preparation)}"
    for layer, node in zip(spec.layers, spec.nodes, strict=True):
        if spec.comparison == "distance":
            metric = correlation_distance(spec.name, layer, compared)
        else:
            metric = twoway(spec.name, spec.layers, layer, compared)
        yield _by_photo_judge(metric, spec, node)
    if spec.kind == "clip":
        yield _by_photo_judge(nearest_caption(spec.name), spec, spec.nodes[-1])


def _resizing(preparation: Preparation) -> str:
    sides = " and then ".join(f"{size} px" for size in preparation.sizes)
    filtered = "as 8-bit pictures by PIL" if preparation.antialias else "as tensors without antialiasing"
    return f"resized to {sides} ({preparation.interpolation}, {filtered}), nothing cropped"


def _by_photo_judge(metric: Metric, spec: PretrainedSpec, node: str) -> Metric:
    known = KNOWN_AS.get(metric.name)
    family = "Takagi and Nishimoto (2023)" if spec in TAKAGI else "Scotti et al. (2023)"
    return replace(
        metric,
        what=f"{metric.what}; corresponds to {known} {_OTHER_PREPARATION}" if known else metric.what,
        source=f"{metric.source}; network and layer: {family}",
        input_size=spec.preparation.sizes[-1],
        interpolation=spec.preparation.interpolation,
        antialias=spec.preparation.antialias,
        weights=spec.weights,
        node=node,
        shared=_PRETRAINED_CLIP if spec.kind == "clip" else None,
    )


_DEFINED = (
    Metric(
        name="pixcorr",
        title="pixel correlation",
        kind="pixels",
        version="1",
        what="Pearson r of all pixels of all three colour channels",
        compared=PICTURES,
        bounds=(-1.0, 1.0),
        chance=None,
        ties=CONSTANT,
        source="Ozcelik and VanRullen (2023)",
    ),
    Metric(
        name="ssim2d",
        title="structural similarity",
        kind="pixels",
        version="1",
        what="mean structural similarity (Wang et al. 2004) over the two picture dimensions: Gaussian "
        "weights of sigma 1.5 px in an 11 px window, population covariance, data range 1",
        compared=f"{PICTURES}; grey values in [0, 1] with weights 0.2125, 0.7154, 0.0721",
        bounds=(-1.0, 1.0),
        chance=None,
        ties="none; borders of 5 px, where the window leaves the picture, do not count",
        source="Wang et al. (2004), equation 13",
    ),
    Metric(
        name="lpips_alex",
        title="LPIPS, AlexNet",
        kind="distance",
        version="1",
        what="LPIPS 0.1 with AlexNet (Zhang et al. 2018): squared differences of channel-normalised "
        "features, weighted by heads fitted to people's judgements, averaged over places, summed over layers",
        compared=f"{PICTURES}; at this size, at least 31 px, values in [-1, 1]",
        bounds=(0.0, 7.734),
        chance=None,
        ties="none; identical pictures have 0, and the upper bound is that of the heads",
        source="Zhang et al. (2018), equation 1",
        higher_is_better=False,
        judge="lpips_alex",
    ),
    *(twoway(judge, layers, layer, _JUDGED) for judge, layers in _CLASSIFIERS.items() for layer in layers),
    twoway("clip", ("embeds",), "embeds", _JUDGED, _MINIATURE_CLIP),
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
        for classifier in _CLASSIFIERS
    ),
    nearest_caption("clip", _MINIATURE_CLIP),
    *(metric for spec in PRETRAINED_JUDGES for metric in _photo_metrics(spec)),
)

_TWO_WAYS = tuple(metric for metric in _DEFINED if metric.name.startswith("twoway_"))
TWO_WAYS: tuple[str, ...] = tuple(metric.name for metric in _TWO_WAYS)
"""Two-way identification by every layer of every judge, from whose similarities all rules make metrics."""
_LAST_LAYERS = {metric.judge: metric.name for metric in _TWO_WAYS}.values()
_VARIANTS = tuple(
    rule.facts(metric, last_layer=metric.name in _LAST_LAYERS) for rule in VARIANTS for metric in _TWO_WAYS
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in (*_DEFINED, *_VARIANTS)}


def metric_facts(name: str) -> Metric:
    """Return the facts of a metric.

    Raises
    ------
    DataError
        No metric has this name: nothing may be scored that is not described.
    """
    if name not in METRICS:
        fix = "describe the metric in cortex2image/metrics/registry.py before it is computed"
        raise DataError(f"metric {name}", f"one of {', '.join(METRICS)}", f"'{name}'", fix)
    return METRICS[name]
