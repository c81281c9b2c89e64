"""How often people choose one method over another: shares with intervals over raters and stimuli, and p."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cortex2image.seeds import rng_for
from cortex2image.stats.crossed_intervals import FEWEST, Parts, bounded_interval
from cortex2image.stats.false_discovery import false_discovery_control

POOLED = "all"
PAIR = ["design", "subject", "method", "rival"]
EXACT = 16
"""Largest number of stimuli whose sign flips are all tried: 65,536."""


def share_rows(seed: int, draws: int, choices: pd.DataFrame) -> list[dict[str, object]]:
    """Return a row of the table `preferences` for every design, subject and pair of methods.

    Parameters
    ----------
    seed : int
        Seed of the study.
    draws : int
        Sign flips behind p, where not all are tried.
    choices : table of :func:`~cortex2image.rating.choices.read_choices`
    """
    every = pd.concat([choices, choices.assign(subject=POOLED)], ignore_index=True)
    rows = []
    for names, some in every.groupby(PAIR):
        identity = dict(zip(PAIR, names, strict=True))
        rows.append({**identity, **_share(some, rng_for(seed, "sign flips", *names), draws)})
    return _with_q(rows)


def amounts(choices: pd.DataFrame) -> dict[str, object]:
    """Return the numbers of choices, of people and of stimuli."""
    people, stimuli = choices["rater"].nunique(), choices["stimulus"].nunique()
    return {"n": len(choices), "raters": people, "stimuli": stimuli}


def _share(choices: pd.DataFrame, rng: np.random.Generator, draws: int) -> dict[str, object]:
    value, stimuli = choices["value"].to_numpy(), choices["stimulus"].to_numpy()
    share, low, high, p = float(value.mean()), None, None, None
    if len(set(stimuli)) >= FEWEST:
        parts = cluster_parts(value - share, stimuli, choices["rater"].to_numpy())
        low, high = bounded_interval((0.0, 1.0), share, parts, len(set(stimuli)))
        p = sign_flip_p(cluster_sums(value - 0.5, stimuli), rng, draws)
    found = {"share": share, "share_low": low, "share_high": high, "p": p, "q": None}
    return {**amounts(choices), "undecided": int((value == 0.5).sum()), **found}


def cluster_sums(values: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Return the sum of (n, ...) values within each cluster, (clusters, ...), sorted by cluster."""
    names, of = np.unique(clusters, return_inverse=True)
    sums = np.zeros((len(names), *values.shape[1:]))
    np.add.at(sums, of, values)
    return sums


def cluster_parts(residuals: np.ndarray, stimuli: np.ndarray, raters: np.ndarray) -> Parts:
    """Return the variance of a mean over choices: over stimuli, and over raters if there are several.

    The sum of both is not too small for crossed samples (Owen 2007, Annals of Applied Statistics 1:386). Each
    is that of a mean of clusters, G / (G - 1) times the sum over clusters of squared sums of residuals,
    divided by n^2 (Liang and Zeger 1986, Biometrika 73:13).

    Parameters
    ----------
    residuals : (n,) array
        Choices less their mean.
    stimuli, raters : (n,) arrays of names
    """
    found: Parts = []
    for names in (stimuli, raters):
        sums = cluster_sums(residuals, names)
        groups = len(sums)
        if groups > 1:
            variance = groups / (groups - 1) * float((sums**2).sum()) / len(residuals) ** 2
            found.append((variance, groups - 1))
    return found


def sign_flip_p(sums: np.ndarray, rng: np.random.Generator, draws: int) -> float:
    """Return the two-sided p of sums that are as likely to be negative as positive.

    Parameters
    ----------
    sums : (n,) array
        Sum over all choices by a stimulus of their distance from one half.
    rng : numpy Generator
    draws : int
        Random flips of signs; with at most 16 stimuli every flip is counted once instead.
    """
    observed, count = abs(sums.sum()) - 1e-9, len(sums)
    if count <= EXACT:
        bits = np.arange(2**count)[:, None] >> np.arange(count) & 1
        return float((np.abs((1 - 2 * bits) @ sums) >= observed).mean())
    beyond = sum(
        int((np.abs(rng.choice([-1.0, 1.0], (some, count)) @ sums) >= observed).sum())
        for some in _chunks(draws)
    )
    return (1 + beyond) / (1 + draws)


def _chunks(draws: int, largest: int = 2000) -> Sequence[int]:
    return [min(largest, draws - start) for start in range(0, draws, largest)]


def _with_q(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return rows with p adjusted within each design and subject."""
    for family in {(row["design"], row["subject"]) for row in rows}:
        members = [r for r in rows if (r["design"], r["subject"]) == family and r["p"] is not None]
        if members:
            adjusted = false_discovery_control(np.array([row["p"] for row in members], float))
            for row, q in zip(members, adjusted, strict=True):
                row["q"] = float(q)
    return rows
