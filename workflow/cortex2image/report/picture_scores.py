"""Scores of single pictures: their ranks among all test stimuli, and how often controls score as well."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PictureScores:
    """The scores of the pictures of one subject and method.

    Attributes
    ----------
    stimuli, metrics : tuple of str
        In the order of the axes of `values`.
    values : (stimuli, samples, metrics)
        NaN where a picture has no such score.
    higher : (metrics,) bool
        Whether higher is better.
    """

    stimuli: tuple[str, ...]
    metrics: tuple[str, ...]
    values: Array
    higher: NDArray[np.bool_]

    @cached_property
    def means(self) -> Array:
        """Return the mean of the samples, (stimuli, metrics); NaN without any."""
        known = ~np.isnan(self.values)
        count = known.sum(axis=1)
        total = np.where(known, self.values, 0.0).sum(axis=1)
        means: Array = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        return means

    @cached_property
    def mean_ranks(self) -> Array:
        """Return the place of each stimulus by its mean, (stimuli, metrics), 1 for the best."""
        return ranks(self.means, self.higher)

    @cached_property
    def sample_ranks(self) -> Array:
        """Return the place of each picture among those of its sample number, as `values`."""
        samples = range(self.values.shape[1])
        return np.stack([ranks(self.values[:, k], self.higher) for k in samples], axis=1)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Return the number of stimuli that have a score, by metric."""
        return np.asarray((~np.isnan(self.means)).sum(axis=0))

    def at_least(self, other: "PictureScores") -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return how many pictures of another method score at least as well as each of these.

        Parameters
        ----------
        other : PictureScores
            A control, of all stimuli and samples.

        Returns
        -------
        counts : (stimuli, samples, metrics)
        of : (metrics,)
            Number of pictures of the control with a score.
        """
        counts = np.zeros(self.values.shape, dtype=np.int64)
        of = np.zeros(len(self.metrics), dtype=np.int64)
        for j, metric in enumerate(self.metrics):
            if metric not in other.metrics:
                continue
            sign = 1.0 if self.higher[j] else -1.0
            theirs = np.sort(sign * other.values[:, :, other.metrics.index(metric)].ravel())
            theirs = theirs[~np.isnan(theirs)]
            own = sign * self.values[:, :, j]
            counts[:, :, j] = np.where(np.isnan(own), 0, len(theirs) - np.searchsorted(theirs, own))
            of[j] = len(theirs)
        return counts, of


def ranks(values: Array, higher: NDArray[np.bool_]) -> Array:
    """Return the place of each row in each column, 1 for the best; equal values share the best place.

    Parameters
    ----------
    values : (rows, columns), NaN for rows without a value
    higher : (columns,) bool
        Whether higher is better.
    """
    signed = pd.DataFrame(np.where(higher, -values, values))
    places: Array = signed.rank(method="min").to_numpy(dtype=float)
    return places


def picture_scores(table: pd.DataFrame, metrics: Sequence[str], higher: Sequence[bool]) -> PictureScores:
    """Return the scores of a table `evaluation` as arrays.

    Parameters
    ----------
    table : DataFrame
    metrics : metrics to take, in order; those that the table lacks are left out
    higher : whether higher is better, of each
    """
    held = set(table["metric"].unique())
    chosen = [(metric, up) for metric, up in zip(metrics, higher, strict=True) if metric in held]
    names = [metric for metric, _ in chosen]
    stimuli, samples = sorted(table["stimulus_id"].unique()), sorted(table["sample"].unique())
    values = np.full((len(stimuli), len(samples), len(names)), np.nan)
    places = [
        pd.Index(axis).get_indexer(table[column])
        for axis, column in ((stimuli, "stimulus_id"), (samples, "sample"), (names, "metric"))
    ]
    taken = places[2] >= 0
    values[tuple(place[taken] for place in places)] = table["value"].to_numpy(dtype=float)[taken]
    return PictureScores(tuple(stimuli), tuple(names), values, np.array([up for _, up in chosen], dtype=bool))
