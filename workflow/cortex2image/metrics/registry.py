"""Every metric there is: the score tables, the report and docs/metrics.md read what it is from here.

A metric of pixels is an entry below and a function in :mod:`cortex2image.metrics.pixels`. What the networks
that judge photographs serve follows from their descriptions in :mod:`cortex2image.networks.judge_specs`;
metrics of a region and a feature space are described once in :mod:`cortex2image.metrics.brain_facts`.
"""

from collections.abc import Iterator
from dataclasses import replace

from cortex2image.errors import DataError
from cortex2image.metrics.brain_facts import BRAIN_METRICS, brain_metric
from cortex2image.metrics.feature_metrics import FEATURE_METRICS
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
from cortex2image.metrics.semantic_facts import ROUGE_METRICS, caption_metrics, classification
from cortex2image.networks.judge_specs import (
    BRAIN_DIFFUSER,
    CLIP,
    DREAMSIM,
    MINDEYE,
    PRETRAINED_JUDGES,
    TAKAGI,
    Preparation,
    PretrainedSpec,
)

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

CLASSIFICATIONS = {"cnn": (10, 1), "residual": (10, 1)} | {
    spec.name: (50, 1) for spec in PRETRAINED_JUDGES if spec.classes
}
"""n and k of n-way top-k classification by the judges that classify: among the 16 categories of the
miniature's scenes, and among the 1,000 classes of ImageNet as in Chen et al. (2023)."""

CAPTION_READERS = {"clip_takagi": caption_metrics("clip_takagi", "clip_vit_l14", CLIP)}
"""Metrics of captions by each judge that reads. The CLIPs of photographs differ in how they see pictures,
not in how they read: one stands for all. No set with the miniature's CLIP has a captioning network."""

KNOWN_AS = {
    "twoway_alexnet_brain_diffuser_relu2": "AlexNet(2)",
    "twoway_alexnet_brain_diffuser_relu5": "AlexNet(5)",
    "twoway_inception_brain_diffuser": "Inception",
    "twoway_clip_brain_diffuser": "CLIP",
    "distance_effnet_brain_diffuser": "EffNet-B",
    "distance_swav_brain_diffuser": "SwAV",
    "twoway_alexnet_mindeye_relu2": "AlexNet(2)",
    "twoway_alexnet_mindeye_relu5": "AlexNet(5)",
    "twoway_inception_mindeye": "Inception",
    "twoway_clip_mindeye": "CLIP",
    "distance_effnet_mindeye": "EffNet-B",
    "distance_swav_mindeye": "SwAV",
    "distance_dreamsim_dino_vitb16": "DreamSim, its network DINO ViT-B/16,",
}
"""What papers of these families call a metric that differs from this one in the preparation alone."""

_FAMILIES = (
    (TAKAGI, "Takagi and Nishimoto (2023)"),
    (BRAIN_DIFFUSER, "Ozcelik and VanRullen (2023)"),
    (MINDEYE, "Scotti et al. (2023)"),
    (DREAMSIM, "Fu et al. (2023)"),
)
_OTHER_PREPARATION = "where originals are not resized to the reconstruction's size first"


def _photo_metrics(spec: PretrainedSpec) -> Iterator[Metric]:
    """Yield the metrics that one judge of photographs serves."""
    compared = f"{PICTURES}; then {_resizing(spec.preparation)}"
    for layer, node in zip(spec.layers, spec.nodes, strict=True):
        if spec.comparison == "distance":
            own = {"source": "Fu et al. (2023), DreamSim"} if spec in DREAMSIM else {}
            metric = correlation_distance(spec.name, layer, compared, **own)
        else:
            metric = twoway(spec.name, spec.layers, layer, compared)
        yield _by_photo_judge(metric, spec, node)
    if spec.kind == "clip":
        yield _by_photo_judge(nearest_caption(spec.name), spec, spec.nodes[-1])
    if spec.classes:
        yield _by_photo_judge(_classification(spec.name, compared), spec, None)


def _classification(judge: str, compared: str) -> Metric:
    return classification(judge, *CLASSIFICATIONS[judge], compared)


def _resizing(preparation: Preparation) -> str:
    sides = " and then ".join(f"{size} px" for size in preparation.sizes)
    filtered = "as 8-bit pictures by PIL" if preparation.antialias else "as tensors without antialiasing"
    return f"resized to {sides} ({preparation.interpolation}, {filtered}), nothing cropped"


def _by_photo_judge(metric: Metric, spec: PretrainedSpec, node: str | None) -> Metric:
    known = KNOWN_AS.get(metric.name)
    [family] = [paper for specs, paper in _FAMILIES if spec in specs]
    if known:
        metric = replace(
            metric, what=f"{metric.what}; corresponds to {known} of {family}, {_OTHER_PREPARATION}"
        )
    return replace(
        metric,
        source=f"{metric.source}; network and {'layer' if node else 'input'}: {family}",
        input_size=spec.preparation.sizes[-1],
        interpolation=spec.preparation.interpolation,
        antialias=spec.preparation.antialias,
        weights=spec.weights,
        node=node,
        shared=_PRETRAINED_CLIP if spec.kind == "clip" else None,
        headline=metric.headline and spec not in BRAIN_DIFFUSER,
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
        name="ssim_legacy_columns",
        title="structural similarity of columns",
        kind="pixels",
        version="1",
        what="structural similarity of the columns of the two pictures, each in one dimension and otherwise "
        "as ssim2d, averaged over columns: what the code of Brain-Diffuser computes under the name SSIM with "
        "scikit-image before 0.20, which takes columns for channels",
        compared=f"{PICTURES}; grey values in [0, 1] with weights 0.2125, 0.7154, 0.0721",
        bounds=(-1.0, 1.0),
        chance=None,
        ties="none; 5 px at either end of a column, where the window leaves the picture, do not count",
        source="Ozcelik and VanRullen (2023), with scikit-image 0.17.2",
        headline=False,
    ),
    Metric(
        name="psnr",
        title="peak signal-to-noise ratio",
        kind="pixels",
        version="1",
        what="10 log10(255^2 / mean squared difference) in dB, over all pixels of all three colour channels",
        compared=PICTURES,
        bounds=(0.0, 100.0),
        chance=None,
        ties="larger values, and that of identical pictures, which is infinite, count as 100 dB",
        source="Huynh-Thu and Ghanbari (2008)",
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
    *(metric for metrics in CAPTION_READERS.values() for metric in metrics),
    *ROUGE_METRICS,
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
    *(_classification(judge, _JUDGED) for judge in _CLASSIFIERS),
    *(metric for spec in (*PRETRAINED_JUDGES, *DREAMSIM) for metric in _photo_metrics(spec)),
)

_TWO_WAYS = tuple(metric for metric in _DEFINED if metric.name.startswith("twoway_"))
TWO_WAYS: tuple[str, ...] = tuple(metric.name for metric in _TWO_WAYS)
"""Two-way identification by every layer of every judge, from whose similarities all rules make metrics."""
_LAST_LAYERS = {metric.judge: metric.name for metric in _TWO_WAYS}.values()
_VARIANTS = tuple(
    rule.facts(metric, last_layer=metric.name in _LAST_LAYERS) for rule in VARIANTS for metric in _TWO_WAYS
)

VARIANT_NAMES = frozenset(metric.name for metric in _VARIANTS)
"""Identification by other rules, which differ from two-way identification by these alone."""

METRICS: dict[str, Metric] = {metric.name: metric for metric in (*_DEFINED, *_VARIANTS, *FEATURE_METRICS)}


def metric_facts(name: str) -> Metric:
    """Return the facts of a metric.

    Raises
    ------
    DataError
        No metric has this name: nothing may be scored that is not described.
    """
    facts = METRICS.get(name) or brain_metric(name)
    if facts is None:
        fix = "describe the metric in cortex2image/metrics/registry.py before it is computed"
        known = (*METRICS, *(metric.name for metric in BRAIN_METRICS))
        raise DataError(f"metric {name}", f"one of {', '.join(known)}", f"'{name}'", fix)
    return facts
