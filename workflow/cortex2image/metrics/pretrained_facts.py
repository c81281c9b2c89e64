"""Metrics that judges of photographs serve, described from what these judges are."""

from collections.abc import Iterator
from dataclasses import replace

from cortex2image.metrics.metric import PICTURES, Metric, correlation_distance, nearest_caption, twoway
from cortex2image.networks.judge_specs import PHOTO_JUDGES, PhotoSpec, Preparation

KNOWN_AS = {
    "twoway_alexnet_mindeye_relu2": "AlexNet(2)",
    "twoway_alexnet_mindeye_relu5": "AlexNet(5)",
    "twoway_inception_mindeye": "Inception",
    "twoway_clip_mindeye": "CLIP",
    "distance_effnet_mindeye": "EffNet-B",
    "distance_swav_mindeye": "SwAV",
}
"""Names in the tables of papers that follow MindEye, of what corresponds to them but for the preparation."""

OTHER_PREPARATION = (
    "in the tables of MindEye, where originals are not resized to the reconstruction's size first"
)
SHARED_CLIP = (
    "its text tower is the text encoder of Stable Diffusion 1.x, in whose states c is decoded; the image "
    "tower was trained together with it, so that pictures made from c may score higher than they look. "
    "Stable Diffusion 2 has another text encoder"
)


def _metrics(spec: PhotoSpec) -> Iterator[Metric]:
    compared = f"{PICTURES}; then {_way(spec.preparation)}"
    for layer, node in zip(spec.layers, spec.nodes, strict=True):
        if spec.comparison == "distance":
            metric = correlation_distance(spec.name, layer, compared)
        else:
            metric = twoway(spec.name, spec.layers, layer, compared)
        yield _looked_through(metric, spec, node)
    if spec.kind == "clip":
        yield _looked_through(nearest_caption(spec.name), spec, spec.nodes[-1])


def _way(preparation: Preparation) -> str:
    sides = " and then ".join(f"{size} px" for size in preparation.sizes)
    filtered = "as 8-bit pictures by PIL" if preparation.antialias else "as tensors without antialiasing"
    return f"resized to {sides} ({preparation.interpolation}, {filtered}), nothing cropped"


def _looked_through(metric: Metric, spec: PhotoSpec, node: str) -> Metric:
    known = KNOWN_AS.get(metric.name)
    return replace(
        metric,
        what=f"{metric.what}; corresponds to {known} {OTHER_PREPARATION}" if known else metric.what,
        input_size=spec.preparation.sizes[-1],
        interpolation=spec.preparation.interpolation,
        antialias=spec.preparation.antialias,
        weights=spec.weights,
        node=node,
        shared=SHARED_CLIP if spec.kind == "clip" else None,
    )


PHOTO_METRICS = tuple(metric for spec in PHOTO_JUDGES for metric in _metrics(spec))
