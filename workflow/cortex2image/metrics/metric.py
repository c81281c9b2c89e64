"""The facts of one metric, as data, and the kinds of metrics that judges serve."""

from collections.abc import Sequence
from dataclasses import dataclass

PICTURES = "central square of the original resized to the reconstruction's size (PIL, Lanczos), 8-bit RGB"
CONSTANT = "a constant picture or feature vector correlates 0 with everything"
HALF = "half credit; correlations equal to ten decimals are ties"
AMONG_ORIGINALS = "each reconstruction is searched among the originals"
SPLIT = "the credit is divided among the categories that tie for the best"


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
    input_size, interpolation, antialias : int, str, bool or None
        Side in pixels at which the network takes pictures, and how they are resized to it; None where that
        is up to the model set.
    weights, node : str or None
        Published weights of the network, and its module whose output the layer is.
    shared : str or None
        What the network has in common with the generator of the pictures it judges.
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
    input_size: int | None = None
    interpolation: str | None = None
    antialias: bool | None = None
    weights: str | None = None
    node: str | None = None
    shared: str | None = None


def twoway_name(judge: str, layers: Sequence[str], layer: str) -> str:
    """Return the metric name of a judge's layer; a judge with a single layer needs no layer in its name."""
    return f"twoway_{judge}" if len(layers) == 1 else f"twoway_{judge}_{layer}"


def distance_name(judge: str) -> str:
    """Return the metric name of the correlation distance in a judge's features."""
    return f"distance_{judge}"


def twoway(
    judge: str, layers: tuple[str, ...], layer: str, compared: str, shared: str | None = None
) -> Metric:
    """Return the facts of two-way identification by one layer of a judge; `shared` as in :class:`Metric`."""
    return Metric(
        name=twoway_name(judge, layers, layer),
        version="1",
        what="share of the other originals that correlate less with the reconstruction than its own "
        "original does (Pearson r of flattened features)",
        compared=compared,
        bounds=(0.0, 1.0),
        chance=0.5,
        ties=HALF,
        judge=judge,
        layer=layer,
        direction=AMONG_ORIGINALS,
        shared=shared,
    )


def correlation_distance(judge: str, layer: str, compared: str) -> Metric:
    """Return the facts of the distance between an original and its reconstruction in a judge's layer."""
    return Metric(
        name=distance_name(judge),
        version="1",
        what="1 minus Pearson r of the flattened features of the reconstruction and of its original",
        compared=compared,
        bounds=(0.0, 2.0),
        chance=None,
        ties=f"none; {CONSTANT}: its distance is 1",
        higher_is_better=False,
        judge=judge,
        layer=layer,
    )


def category(name: str, what: str, compared: str, judge: str | None) -> Metric:
    """Return the facts of category identification."""
    return Metric(
        name=name,
        version="1",
        what=f"1 if {what}, else 0; chance is 1 / number of categories",
        compared=compared,
        bounds=(0.0, 1.0),
        chance=None,
        ties=SPLIT,
        judge=judge,
        direction="each decoded stimulus is searched among the categories of the study",
    )


def nearest_caption(judge: str) -> Metric:
    """Return the facts of category identification by a judge that reads captions."""
    return category(
        f"category_{judge}",
        "the picture's embedding is closest (cosine) to the captions of its own category",
        "the picture's embedding and the mean of the normalised text embeddings of a category's captions",
        judge,
    )
