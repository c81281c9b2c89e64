"""How much of the way from a floor to a ceiling a method comes, with an interval."""

from dataclasses import dataclass

import numpy as np

from cortex2image.stats.crossed_intervals import Parts, Scores, jackknife_variance, student_interval
from cortex2image.stats.permutation import TOLERANCE


@dataclass(frozen=True)
class Share:
    """(method - floor) / (ceiling - floor): 0 at the floor, 1 at the ceiling; with its 95 % interval."""

    value: float
    low: float
    high: float


def share_of_the_way(method: Scores, floor: Scores, ceiling: Scores, higher_is_better: bool) -> Share | None:
    """Return the share of the way from floor to ceiling, None unless the ceiling is clearly better.

    The scores of several subjects are averaged before the ratio is taken. Its standard error over stimuli is
    that of the jackknife, which leaves a stimulus out of all three scores; over subjects it is that of a
    ratio of means (Cochran 1977, Sampling Techniques, equation 6.13). They are added as in
    :func:`cortex2image.stats.crossed_intervals.crossed_interval`.

    Parameters
    ----------
    method, floor, ceiling : Scores
        Of the same s subjects and n stimuli, three at least per subject.
    higher_is_better : bool

    Returns
    -------
    Share or None
        None if ceiling and floor differ by rounding, or the 95 % interval of ceiling - floor does not lie
        wholly on the better side of 0: of a ratio whose denominator may be 0, no finite interval is right
        (Fieller 1954, Journal of the Royal Statistical Society B 16:175).
    """
    way, come = ceiling.influence() - floor.influence(), method.influence() - floor.influence()
    low, high = student_interval(way.value, way.parts())
    if abs(way.value) <= TOLERANCE or (low if higher_is_better else -high) <= 0:
        return None
    share = come.value / way.value
    moved = (come.value + come.moves) / (way.value + way.moves) - share
    parts: Parts = [(jackknife_variance(moved, np.isfinite(way.change)), int(way.counts.min()) - 1)]
    if (s := len(way.values)) > 1:
        rest = (come.values - share * way.values) / way.value
        parts.append((float(rest.var(ddof=1)) / s, s - 1))
    return Share(share, *student_interval(share, parts))
