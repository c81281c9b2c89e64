"""Rules of identification as data: what is searched among what, how many rivals there are, what ties count.

Two-way identification by a layer of a judge network is described in :mod:`cortex2image.metrics.registry`.
Every rule here makes one more metric of it, from the same similarities.
"""

from dataclasses import dataclass, replace
from typing import Literal

from cortex2image.metrics.metric import (
    AMONG_ORIGINALS,
    HALF,
    TWO_WAY,
    TWO_WAY_SOURCE,
    TWO_WAY_WHAT,
    Metric,
)

AMONG_RECONSTRUCTIONS = "each original is searched among the reconstructions"
FEWEST = 3
"""Stimuli without which no interval can be made."""

_R = "(Pearson r of flattened features)"
_DIVIDED = "the credit is divided among candidates that tie; correlations equal to ten decimals are ties"
_LOST = "no credit: constant reconstructions score 0; correlations equal to ten decimals are ties"
_PROJECT = "this project"
_WAYS = "Chen et al. (2023), MinD-Vis, who draw the others at random"
_RETRIEVAL = (
    "Scotti et al. (2023), who draw pools at random and search with embeddings decoded from the brain"
)

Group = Literal["category", "setting"]
GROUPS: tuple[Group, ...] = ("category", "setting")
"""Columns of stimuli.parquet that say what stimuli have in common."""
PLURAL: dict[Group, str] = {"category": "categories", "setting": "settings"}


@dataclass(frozen=True)
class Rule:
    """A rule of identification.

    Attributes
    ----------
    prefix, suffix : str
        Parts of the metric's name before and after that of judge and layer.
    title, what, source : str
        As in :class:`~cortex2image.metrics.metric.Metric`.
    way : int or None
        Candidates among which one is searched, its own one included; None for all there are.
    of_originals : bool
        Originals are searched among reconstructions; otherwise reconstructions among originals.
    ties : str
        How ties are treated.
    ties_count : float
        Credit for a tie, of two-way identification.
    averaged : bool
        Correlations are averaged over the samples of a stimulus first; otherwise each sample is searched.
    within : {"category", "setting"} or None
        Rivals are stimuli of the same group only.
    clusters : {"category", "setting"} or None
        The candidates are groups, not stimuli.
    headline : bool
        Whether it is a headline metric for the last layer of each judge whose two-way identification is one.
    """

    prefix: str
    suffix: str
    title: str
    what: str
    source: str
    way: int | None = 2
    of_originals: bool = False
    ties: str = HALF
    ties_count: float = 0.5
    averaged: bool = False
    within: Group | None = None
    clusters: Group | None = None
    headline: bool = False

    def name(self, twoway: str) -> str:
        """Return the name of the metric that the rule makes of a two-way identification.

        Two-way identification itself keeps its name, whatever it identifies by.
        """
        if (self.prefix, self.suffix) == ("twoway", ""):
            return twoway
        return f"{self.prefix}_{twoway.removeprefix('twoway_')}{self.suffix}"

    @property
    def needs(self) -> str | None:
        """Return what the stimuli of a subject must offer, None for nothing."""
        if self.within:
            return f"a {self.within} of the stimuli, shared with another by at least {FEWEST} of them"
        if self.clusters:
            return f"at least two {PLURAL[self.clusters]} of two or more stimuli"
        return f"at least {self.way} test stimuli" if self.way and self.way > FEWEST else None

    def facts(self, twoway: Metric, last_layer: bool) -> Metric:
        """Return the facts of the metric that the rule makes of a two-way identification."""
        return replace(
            twoway,
            name=self.name(twoway.name),
            title=twoway.title.replace(TWO_WAY, self.title, 1),
            version="1",
            what=self.what,
            chance=1 / self.way if self.way and not self.clusters else None,
            ties=self.ties,
            source=self.source,
            direction=self._direction,
            needs=self.needs,
            headline=self.headline and last_layer and twoway.headline,
        )

    @property
    def _direction(self) -> str:
        if self.clusters:
            return f"each reconstruction is searched among the {PLURAL[self.clusters]} of the test stimuli"
        return AMONG_RECONSTRUCTIONS if self.of_originals else AMONG_ORIGINALS


TWOWAY = Rule("twoway", "", TWO_WAY, TWO_WAY_WHAT, TWO_WAY_SOURCE)
OF_ORIGINALS = Rule(
    "twoway",
    "_of_originals",
    "two-way identification of originals",
    "share of the other stimuli's reconstructions that correlate less with the original than its own "
    f"reconstruction does {_R}; each sample is scored among those of its number",
    "Takagi and Nishimoto (2023), direction; half credit for ties and separate samples are this project's",
    of_originals=True,
)
AS_RELEASED = Rule(
    "twoway",
    "_as_released",
    "two-way identification by the rule of 2023",
    "share of the other stimuli's reconstructions that correlate less with the original than its own "
    "reconstruction does (Pearson r of flattened features, averaged over the samples of a stimulus first); "
    "every sample bears the value of its stimulus",
    "code released with Takagi and Nishimoto (2023)",
    of_originals=True,
    ties=_LOST,
    ties_count=0.0,
    averaged=True,
)


def _nway(way: int) -> Rule:
    return Rule(
        f"nway{way}",
        "",
        f"{way}-way identification",
        f"probability that the reconstruction correlates more with its own original {_R} than with each of "
        f"{way - 1} others drawn at random without replacement; exact, nothing is drawn",
        _WAYS,
        way=way,
        ties=_DIVIDED,
    )


def _retrieval(way: int | None, of_originals: bool) -> Rule:
    own, searched = ("reconstruction", "original") if of_originals else ("original", "reconstruction")
    rivals = f"{way - 1} others drawn at random without replacement" if way else f"all other {own}s"
    kind = "probability that" if way else "1 if"
    end = "; exact, nothing is drawn" if way else ", else 0; chance is 1 / number of stimuli"
    return Rule(
        f"top1of{way}" if way else "top1",
        "_of_originals" if of_originals else "",
        f"retrieval of {own}s from {way or 'all'}",
        f"{kind} the {searched} correlates more with its own {own} {_R} than with {rivals}{end}",
        _RETRIEVAL,
        way=way,
        of_originals=of_originals,
        ties=_DIVIDED,
    )


def _within(group: Group) -> Rule:
    return Rule(
        "twoway",
        f"_within_{group}",
        f"two-way identification within {group}",
        f"share of the other originals of the same {group} that correlate less with the reconstruction than "
        f"its own original does {_R}; stimuli without another one of their {group} have no score, and the "
        f"null permutes within {group}",
        _PROJECT,
        within=group,
        headline=True,
    )


def _clusters(group: Group) -> Rule:
    return Rule(
        "cluster",
        f"_by_{group}",
        f"cluster identification by {group}",
        f"1 if the mean features of the other stimuli of its own {group} are those with which the "
        f"reconstruction correlates most (Pearson r; features of every original standardised over units "
        f"before the mean), else 0; a {group} of one stimulus is no candidate",
        "after Shirakawa et al. (2025)",
        ties=_DIVIDED,
        clusters=group,
    )


RULES: tuple[Rule, ...] = (
    TWOWAY,
    OF_ORIGINALS,
    AS_RELEASED,
    *map(_within, GROUPS),
    *map(_nway, (10, 50)),
    *(_retrieval(way, of_originals) for way in (300, None) for of_originals in (False, True)),
    *map(_clusters, GROUPS),
)
"""Every rule; a further one is an entry here."""
VARIANTS = RULES[1:]
"""The rules beside that of this project, from which the others derive."""
