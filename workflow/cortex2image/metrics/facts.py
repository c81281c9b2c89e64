"""What every metric is, as data: the score tables, the report and docs/metrics.md read it from here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cortex2image.errors import DataError

_PICTURES = "central square of the original resized to the reconstruction's size (PIL, Lanczos), 8-bit RGB"
_JUDGED = f"{_PICTURES}; then whatever size the judge takes"
_CONSTANT = "a constant picture or feature vector correlates 0 with everything"
_HALF = "half credit; correlations equal to ten decimals are ties"
_AMONG_ORIGINALS = "each reconstruction is searched among the originals"
_SPLIT = "the credit is divided among the categories that tie for the best"


@dataclass(frozen=True)
class Metric:
    """Facts of one metric.

    Attributes
    ----------
    name, version : str
        A change of the definition changes the version, a different quantity gets a different name.
    what : str
        The definition of one picture's (or one decoded vector's) value.
    compared : str
        What is compared, at which size and with which interpolation.
    bounds : (float, float)
        Smallest and largest possible value.
    chance : float or None
        Expected value without information; None where it depends on the pictures or the study, and the
        permutation null has to say it.
    higher_is_better : bool
    judge, layer : str or None
        Network of the model set, and its layer; None where no network takes part.
    direction : str or None
        Which side of an identification is searched.
    ties : str
        What happens to ties and undefined values.
    """

    name: str
    version: str
    what: str
    compared: str
    bounds: tuple[float, float]
    chance: float | None
    ties: str
    higher_is_better: bool = True
    judge: str | None = None
    layer: str | None = None
    direction: str | None = None


def twoway_name(judge: str, layers: Sequence[str], layer: str) -> str:
    """Return the metric name of a judge's layer; a judge with a single layer needs no layer in its name."""
    return f"twoway_{judge}" if len(layers) == 1 else f"twoway_{judge}_{layer}"


def _twoway(judge: str, layers: tuple[str, ...]) -> tuple[Metric, ...]:
    return tuple(
        Metric(
            name=twoway_name(judge, layers, layer),
            version="1",
            what="share of the other originals that correlate less with the reconstruction than its own "
            "original does (Pearson r of flattened features)",
            compared=_JUDGED,
            bounds=(0.0, 1.0),
            chance=0.5,
            ties=_HALF,
            judge=judge,
            layer=layer,
            direction=_AMONG_ORIGINALS,
        )
        for layer in layers
    )


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


def _category(name: str, what: str, compared: str, judge: str | None) -> Metric:
    return Metric(
        name=name,
        version="1",
        what=f"1 if {what}, else 0; chance is 1 / number of categories",
        compared=compared,
        bounds=(0.0, 1.0),
        chance=None,
        ties=_SPLIT,
        judge=judge,
        direction="each decoded stimulus is searched among the categories of the study",
    )


_ALL = (
    Metric(
        name="pixcorr",
        version="1",
        what="Pearson r of all pixels of all three colour channels",
        compared=_PICTURES,
        bounds=(-1.0, 1.0),
        chance=None,
        ties=_CONSTANT,
    ),
    Metric(
        name="ssim2d",
        version="1",
        what="mean structural similarity (Wang et al. 2004) over the two picture dimensions: Gaussian "
        "weights of sigma 1.5 px in an 11 px window, population covariance, data range 1",
        compared=f"{_PICTURES}; grey values in [0, 1] with weights 0.2125, 0.7154, 0.0721",
        bounds=(-1.0, 1.0),
        chance=None,
        ties="none; borders of 5 px, where the window leaves the picture, do not count",
    ),
    Metric(
        name="lpips_alex",
        version="1",
        what="LPIPS 0.1 with AlexNet (Zhang et al. 2018): squared differences of channel-normalised "
        "features, weighted by heads fitted to people's judgements, averaged over places, summed over layers",
        compared=f"{_PICTURES}; at this size, at least 31 px, values in [-1, 1]",
        bounds=(0.0, 7.734),
        chance=None,
        ties="none; identical pictures have 0, and the upper bound is that of the heads",
        higher_is_better=False,
        judge="lpips_alex",
    ),
    *_twoway("cnn", ("early", "middle", "late")),
    *_twoway("residual", ("pooled",)),
    *_twoway("clip", ("embeds",)),
    _category(
        "category_identification",
        "the decoded features correlate most with the true features of their own category",
        "decoded features and each category's mean true features, both minus the mean over categories, "
        "units on their own scale",
        None,
    ),
    *(
        _category(
            f"category_{classifier}",
            "the classifier finds the picture's own category the most probable",
            "the picture; class probabilities restricted to the categories of the study",
            classifier,
        )
        for classifier in ("cnn", "residual")
    ),
    _category(
        "category_clip",
        "the picture's embedding is closest (cosine) to the captions of its own category",
        "the picture's embedding and the mean of the normalised text embeddings of a category's captions",
        "clip",
    ),
)

_RELEASED = tuple(_as_released(metric) for metric in _ALL if metric.direction == _AMONG_ORIGINALS)

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
