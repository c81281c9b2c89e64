"""Whether people agree: how often two of them choose the same picture, and Krippendorff's alpha."""

import numpy as np
import pandas as pd

TRIAL = ["subject", "stimulus", "method", "rival"]
EVERYBODY = "all"


def rater_rows(choices: pd.DataFrame) -> list[dict[str, object]]:
    """Return a row of the table `raters` for every design and person, and one for all of them.

    Parameters
    ----------
    choices : table of :func:`~cortex2image.rating.choices.read_choices`
    """
    rows = []
    for design, some in choices.groupby("design"):
        units = {trial: dict(zip(g["rater"], g["value"], strict=True)) for trial, g in some.groupby(TRIAL)}
        for rater, own in some.groupby("rater"):
            met = [votes for votes in units.values() if rater in votes and len(votes) > 1]
            pairs = [votes[rater] == v for votes in met for other, v in votes.items() if other != rater]
            rows.append(_row(design, rater, own, len(met), pairs) | {"alpha": None})
        values = [list(votes.values()) for votes in units.values() if len(votes) > 1]
        pairs = [a == b for votes in values for i, a in enumerate(votes) for b in votes[:i]]
        alpha = krippendorff_alpha(values)
        rows.append(_row(design, EVERYBODY, some, len(values), pairs) | {"alpha": alpha})
    return rows


def _row(
    design: object, rater: object, choices: pd.DataFrame, shared: int, agreed: list[bool]
) -> dict[str, object]:
    decided = choices[choices["side"] != "none"]["side"]
    return {
        "design": design,
        "rater": rater,
        "n": len(choices),
        "undecided": float((choices["side"] == "none").mean()),
        "left": float((decided == "left").mean()) if len(decided) else None,
        "seconds": float(choices["seconds"].median()),
        "shared": shared,
        "agreement": float(np.mean(agreed)) if agreed else None,
    }


def krippendorff_alpha(units: list[list[float]]) -> float | None:
    """Return Krippendorff's alpha of nominal values (Krippendorff 2011, Computing alpha-reliability).

    1 - D_o / D_e: observed disagreement within units over that of values drawn from all units.

    Parameters
    ----------
    units : values that several people gave to each unit
        Units with one value say nothing and are left out.

    Returns
    -------
    float or None
        None without a unit that two people judged, or if all values are the same.
    """
    pairable = [unit for unit in units if len(unit) > 1]
    values = [value for unit in pairable for value in unit]
    kinds = sorted(set(values))
    if len(kinds) < 2:
        return None
    counts = np.array([[unit.count(kind) for kind in kinds] for unit in pairable])
    sizes, totals, n = counts.sum(axis=1), counts.sum(axis=0), len(values)
    observed = ((sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)).sum() / n
    expected = (n**2 - (totals**2).sum()) / (n * (n - 1))
    return float(1 - observed / expected)
