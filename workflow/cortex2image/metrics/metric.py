"""The facts of one metric, as data, and the kinds of metrics that judge networks serve."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cortex2image.metrics.judge_titles import judge_title

Kind = Literal[
    "pixels", "identification", "distance", "category", "classification", "caption", "brain", "features"
]

PICTURES = "central square of the original resized to the reconstruction's size (PIL, Lanczos), 8-bit RGB"
CONSTANT = "a constant picture or feature vector correlates 0 with everything"
HALF = "half credit; correlations equal to ten decimals are ties"
TWO_WAY = "two-way identification"
TWO_WAY_WHAT = (
    "share of the other originals that correlate less with the reconstruction than its own original does "
    "(Pearson r of flattened features)"
)
TWO_WAY_SOURCE = "Ozcelik and VanRullen (2023); half credit for ties is this project's"
AMONG_ORIGINALS = "each reconstruction is searched among the originals"
SPLIT = "the credit is divided among the categories that tie for the best"


@dataclass(frozen=True)
class Metric:
    """Facts of one metric.

    Attributes
    ----------
    name, version : str
        A change of the definition changes the version; a different quantity gets a different name.
    title : str
        The name in words.
    kind : one of :data:`Kind`
        What computes it: a function of pixels (:mod:`cortex2image.metrics.pixels`); two-way identification
        by a judge network, by responses of the brain or in decoded features; a distance in the features of
        a network; identification of the category; the class that a classifier sees; the likeness of texts; a
        correlation with responses of the brain; a comparison of decoded features with true ones.
    what : str
        Definition of the value of one picture, or of one decoded feature vector.
    compared : str
        What is compared, at which size and with which interpolation.
    bounds : (float, float)
        Smallest and largest possible value.
    chance : float or None
        Expected value without information; None where it depends on the pictures or the study, so that
        only the permutation null can tell it.
    ties : str
        How ties and undefined values are treated.
    source : str
        Publication or code that defines the metric.
    higher_is_better : bool
    judge, layer : str or None
        Network of the model set, and its layer; None where no network takes part.
    direction : str or None
        Which side of an identification is searched.
    input_size, interpolation, antialias : int, str, bool or None
        Side in pixels of the input of the network, and how pictures are resized to it; None where the
        model set decides.
    weights, node : str or None
        Published weights of the network, and the module whose output the layer is.
    shared : str or None
        What the network has in common with the generator of the pictures it judges.
    of_captions : bool
        Whether decoded captions are scored instead of pictures, which only methods that decode them have.
    needs : str or None
        What the stimuli of a subject must offer; where they do not, the subject has no such score.
    headline : bool
        Whether `evaluate/metrics: [headline]` chooses it.
    """

    name: str
    title: str
    kind: Kind
    version: str
    what: str
    compared: str
    bounds: tuple[float, float]
    chance: float | None
    ties: str
    source: str
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
    of_captions: bool = False
    needs: str | None = None
    headline: bool = True


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
        title=f"{TWO_WAY}, {judge_title(judge, layer if len(layers) > 1 else None)}",
        kind="identification",
        version="1",
        what=TWO_WAY_WHAT,
        compared=compared,
        bounds=(0.0, 1.0),
        chance=0.5,
        ties=HALF,
        source=TWO_WAY_SOURCE,
        judge=judge,
        layer=layer,
        direction=AMONG_ORIGINALS,
        shared=shared,
    )


def correlation_distance(
    judge: str, layer: str, compared: str, source: str = "Ozcelik and VanRullen (2023)"
) -> Metric:
    """Return the facts of the distance between an original and its reconstruction in a judge's layer."""
    return Metric(
        name=distance_name(judge),
        title=f"correlation distance, {judge_title(judge)}",
        kind="distance",
        version="1",
        what="1 minus Pearson r of the flattened features of the reconstruction and of its original",
        compared=compared,
        bounds=(0.0, 2.0),
        chance=None,
        ties=f"none; {CONSTANT}: its distance is 1",
        source=source,
        higher_is_better=False,
        judge=judge,
        layer=layer,
    )


def category(name: str, what: str, compared: str, judge: str | None, source: str = "this project") -> Metric:
    """Return the facts of category identification."""
    return Metric(
        name=name,
        title="category identification, " + (judge_title(judge) if judge else "decoded features"),
        kind="category",
        version="1",
        what=f"1 if {what}, else 0; chance is 1 / number of categories",
        compared=compared,
        bounds=(0.0, 1.0),
        chance=None,
        ties=SPLIT,
        source=source,
        judge=judge,
        direction="each decoded stimulus is searched among the categories of the study",
    )


def nearest_caption(judge: str, shared: str | None = None) -> Metric:
    """Return the facts of category identification by a judge that reads captions; `shared` as above."""
    facts = category(
        f"category_{judge}",
        "the picture's embedding is closest (cosine) to the captions of its own category",
        "the picture's embedding and the mean of the normalised text embeddings of a category's captions",
        judge,
        "zero-shot classification (Radford et al. 2021)",
    )
    return replace(facts, shared=shared)
