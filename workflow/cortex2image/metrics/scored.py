"""Scores of one metric and one method: the value of each picture, and the permutation null of their mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.stats.permutation import null_means


@dataclass(frozen=True)
class Scored:
    """The scores of one metric.

    Attributes
    ----------
    values : (stimuli, samples) array
        Value of each picture; NaN for a stimulus that the metric does not score.
    null : (draws,) array
        Mean value over stimuli and samples under permuted pairings; a permutation moves all samples of a
        stimulus together.
    rivals : (stimuli, samples) array or None
        Of an identification: how the other stimuli fare against each stimulus as their rival. Of two-way
        identification it is their mean credit; of others see :func:`as_rivals`.
    """

    values: np.ndarray
    null: np.ndarray
    rivals: np.ndarray | None = None


def score_pairings(matrix: np.ndarray, order: np.ndarray) -> Scored:
    """Score one sample per stimulus from the scores of all pairings.

    Parameters
    ----------
    matrix : (n, n) array
        Entry (i, j): the score that reconstruction j would have if original i were the one it was made for.
    order : (draws, n) int array
        See :func:`cortex2image.stats.permutation.permutations`.
    """
    return Scored(np.diagonal(matrix)[:, None].copy(), null_means(matrix, order))


def join_samples(samples: Sequence[Scored]) -> Scored:
    """Join the samples of the same stimuli: values side by side, null means averaged draw by draw."""
    values = np.concatenate([s.values for s in samples], axis=1)
    rivals = [s.rivals for s in samples if s.rivals is not None]
    null = np.mean([s.null for s in samples], axis=0)
    return Scored(values, null, np.concatenate(rivals, axis=1) if rivals else None)


def as_rivals(values: np.ndarray, without: np.ndarray) -> np.ndarray:
    """Return how the others fare against each stimulus, from their scores without it.

    Intervals take the change of a score when a stimulus is left out for (2 mean - value - rival) / (n - 2),
    see :meth:`cortex2image.stats.crossed_intervals.Scores.left_out`. Of two-way identification, rival is the
    mean credit of the others against the stimulus. Of another score, the number for which the formula gives
    the change plays this part.

    The jackknife counts what only a pair of stimuli has in common twice, for the one that is searched for and
    for its rival (Efron and Stein 1981): too much where few rivals decide, as in retrieval. The
    changes are therefore drawn towards their mean until the variance of these pairs is in their squares once,
    yet not below the variance of a mean of independent values.

    Parameters
    ----------
    values : (n,) array
        Score of each stimulus.
    without : (n, n) array
        Entry (k, j): score of stimulus j without stimulus k; NaN for k itself, and where j then has none.

    Returns
    -------
    (n,) float64 array
    """
    mean, others = values.mean(), len(values) - 1
    change = np.nanmean(without, axis=1) - mean
    of_pairs = without - values
    of_pairs -= np.nanmean(of_pairs, axis=0)
    of_pairs -= np.nanmean(of_pairs, axis=1, keepdims=True)
    centred = change - change.mean()
    total = float((centred**2).sum())
    least = min(total, float(((values - mean) ** 2).sum()) / others**2)
    twice = float(np.nansum(of_pairs**2)) / max(others * (others - 1), 1)
    wanted = max(total - twice, least)
    change = change.mean() + centred * (wanted / total if total else 1.0) ** 0.5
    rivals: np.ndarray = 2 * mean - values - (len(values) - 2) * change
    return rivals


def spread(scored: Scored, members: np.ndarray, stimuli: int) -> Scored:
    """Return the scores of some of the stimuli as scores of all, NaN for the others.

    Parameters
    ----------
    scored : Scored
        With (len(members), samples) values.
    members : (m,) int array
        Positions of these stimuli among all.
    stimuli : int
        Number of all stimuli.
    """

    def all_rows(some: np.ndarray) -> np.ndarray:
        rows = np.full((stimuli, some.shape[1]), np.nan)
        rows[members] = some
        return rows

    rivals = None if scored.rivals is None else all_rows(scored.rivals)
    return Scored(all_rows(scored.values), scored.null, rivals)


def evaluation_columns(
    scored: Mapping[str, Scored], stimuli: Sequence[str], samples: Sequence[int]
) -> dict[str, list[object]]:
    """Return the columns of :data:`cortex2image.tables.results.EVALUATION`, without rows of NaN.

    Parameters
    ----------
    scored : mapping of metric name to Scored with (len(stimuli), len(samples)) values
    stimuli : ids
    samples : numbers of the samples
    """
    rows = [
        (stimulus, sample, metric, float(s.values[i, j]), None if s.rivals is None else float(s.rivals[i, j]))
        for metric, s in scored.items()
        for i, stimulus in enumerate(stimuli)
        for j, sample in enumerate(samples)
        if not np.isnan(s.values[i, j])
    ]
    return _columns(("stimulus_id", "sample", "metric", "value", "as_rival"), rows)


def null_columns(scored: Mapping[str, Scored]) -> dict[str, list[object]]:
    """Return the columns of :data:`cortex2image.tables.results.NULLS`."""
    rows = [(metric, k, float(value)) for metric, s in scored.items() for k, value in enumerate(s.null)]
    return _columns(("metric", "draw", "value"), rows)


def _columns(names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> dict[str, list[object]]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
