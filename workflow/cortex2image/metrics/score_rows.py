"""The rows of scores.parquet: each score with its interval and null, between its floor and its ceiling."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cortex2image.metrics.brain_facts import brain_metric
from cortex2image.metrics.evaluated import Rated, Ratings, bounds_of, require_same_stimuli
from cortex2image.metrics.registry import metric_facts
from cortex2image.stats.share import share_of_the_way
from cortex2image.stats.summary import summarise
from cortex2image.study.methods import CEILINGS, Method, described, external

# The method whose pictures are made from true features of all spaces, see cortex2image.study.methods.
CEILING = "ceiling"
NEAREST = "nearest_train"
Row = dict[str, Any]


def score_rows(ratings: Ratings, decoders: Mapping[str, Mapping[str, str]]) -> list[Row]:
    """Return the rows of :data:`cortex2image.tables.scores.SCORES`, in the order of `ratings`.

    Parameters
    ----------
    ratings : from :func:`cortex2image.metrics.evaluated.rate`
    decoders : `reconstruct/external` of the config, whose features say which ceiling and floor are theirs

    Raises
    ------
    DataError
        A method, its ceiling and its floor were scored by different stimuli.
    """
    own = {f"external-{name}": external(name, files) for name, files in decoders.items()}
    rows = []
    for (subject, method, metric), rated in ratings.items():
        facts = metric_facts(metric)
        summary = summarise(rated.scores, rated.nulls, facts.higher_is_better, bounds_of(metric))
        labels = {"subject": subject, "method": method, "metric": metric}
        beside = _beside(ratings, labels, own.get(method) or described(method))
        known = {"higher_is_better": facts.higher_is_better, "metric_version": facts.version}
        rows.append(labels | asdict(summary) | beside | known)
    return rows


def _beside(ratings: Ratings, labels: Mapping[str, str], method: Method | None) -> Row:
    """Return what stands beside a score: ceiling, floor, share of the way, nearest training picture."""
    subject, name, metric = labels.values()
    higher = metric_facts(metric).higher_is_better

    def scored(*names: str) -> dict[str, Rated]:
        return {one: ratings[subject, one, metric] for one in names if (subject, one, metric) in ratings}

    ceilings, floors = scored(*_ceilings(name, method)), scored(*(method.floors if method else ()))
    ceiling = next(iter(ceilings), None)
    floor = max(floors, key=lambda one: floors[one].value * (1 if higher else -1), default=None)
    share = None
    # Test trials pass from decoded pictures back to the brain and not from true features: these are no bound.
    if floor and ceiling and brain_metric(metric) is None:
        require_same_stimuli(ratings, subject, metric, (name, floor, ceiling))
        own = ratings[subject, name, metric].scores
        share = share_of_the_way(own, floors[floor].scores, ceilings[ceiling].scores, higher)
    nearest = scored(NEAREST) if name != NEAREST else {}
    return {
        "ceiling": ceilings[ceiling].value if ceiling else None,
        "floor": floors[floor].value if floor else None,
        "floor_control": floor,
        "share": share and share.value,
        "share_low": share and share.low,
        "share_high": share and share.high,
        "nearest_train": nearest[NEAREST].value if nearest else None,
    }


def _ceilings(name: str, method: Method | None) -> tuple[str, ...]:
    """Return the ceilings of a method, the first that was evaluated counts; none of a ceiling itself.

    That of true z and c is no bound for methods of other features, and serves where their own was not run.
    """
    if name in CEILINGS:
        return ()
    return (method.ceiling if method else CEILING, CEILING)
