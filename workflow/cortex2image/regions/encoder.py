"""An encoding model of a region's mean response, and predictions of stimuli that it was not fitted to."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import DataError
from cortex2image.leakage import FinishedFit
from cortex2image.prediction.partitions import Partition, Trials, partitions
from cortex2image.prediction.predictions import RidgeSettings, fit_weights, regression_of
from cortex2image.prediction.responses import Responses
from cortex2image.ridge.repeats import PerTrial, Repeats
from cortex2image.stats.correlation import Correlations, correlate


@dataclass(frozen=True)
class Encoder(FinishedFit):
    """A linear model of a region's mean response, in standard deviations of it over training stimuli.

    Attributes
    ----------
    weights : (p,) float64 array
    intercept : float
    alpha : float
        Penalty, chosen on training rows.
    """

    weights: np.ndarray
    intercept: float
    alpha: float

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the responses (n,) to stimuli of (n, p) features."""
        predicted: np.ndarray = features.astype(np.float64) @ self.weights + self.intercept
        return predicted

    @classmethod
    def mean(cls, encoders: "list[Encoder]") -> "Encoder":
        """Return the mean of several encoders, with the geometric mean of their penalties."""
        return cls(
            np.mean([encoder.weights for encoder in encoders], axis=0),
            float(np.mean([encoder.intercept for encoder in encoders])),
            float(10 ** np.mean([np.log10(encoder.alpha) for encoder in encoders])),
        )


@dataclass(frozen=True)
class Preferences:
    """Predicted responses of a region to s stimuli, none by a model that was fitted to the stimulus.

    Attributes
    ----------
    encoder : Encoder
        Fitted to all training trials; the mean over folds of a cross-validated study.
    stimuli, split : (s,) arrays of str
        In a cross-validated study the split is "test" throughout.
    predicted, measured : (s,) arrays
        In standard deviations of the mean response over training stimuli; measured is NaN for training
        stimuli.
    score : Correlations
        r and p of predicted and measured responses to test stimuli, one column.
    """

    encoder: Encoder
    stimuli: np.ndarray
    split: np.ndarray
    predicted: np.ndarray
    measured: np.ndarray
    score: Correlations


def mean_response(betas: Responses, voxels: np.ndarray) -> np.ndarray:
    """Return the mean (n,) over the voxels at the given positions of the betas of each trial."""
    means = np.empty(betas.trials)
    for trials, rows in betas.batches():
        means[trials] = rows[:, voxels].mean(axis=1, dtype=np.float64)
    return means


def region_preferences(
    features: PerTrial,
    response: np.ndarray,
    trials: Trials,
    settings: RidgeSettings,
    rng: np.random.Generator,
) -> Preferences:
    """Fit the encoder of a region and predict every stimulus that the subject saw.

    Test stimuli are predicted by the encoder of all training trials. Training stimuli are predicted in folds,
    each by an encoder of the other folds, since an encoder knows the noise of the trials that it was fitted
    to, and would rank these by it.

    Parameters
    ----------
    features : PerTrial, (stimuli, p)
    response : (n,) array
        From :func:`mean_response`.
    trials : Trials
    settings : RidgeSettings
    rng : Generator
        Draws the folds of training stimuli, as many as inner folds.

    Raises
    ------
    DataError
        A response that does not vary over training stimuli; fewer than 3 test stimuli; see also
        :func:`~cortex2image.prediction.partitions.partitions`.
    ConfigError
        As :func:`~cortex2image.prediction.predictions.fit_weights`.
    """
    column = PerTrial(response[:, None].astype(np.float32), np.arange(len(response)))
    tested, trained = [], []
    for partition in partitions(trials):
        scaled = _scaled(column, trials, partition)
        tested.append(_fitted(features, scaled, trials, partition, settings))
        if trials.fold is None:
            inner = _inner(trials, partition, settings.folds, rng)
            trained += [_fitted(features, scaled, trials, part, settings) for part in inner]
    held_out = [np.concatenate([getattr(part, name) for part in tested]) for name in _COLUMNS]
    stimuli, predicted, measured = held_out
    folds = (
        None if trials.fold is None else np.repeat(np.arange(len(tested)), [len(p.stimuli) for p in tested])
    )
    score = correlate(predicted[:, None], measured[:, None], folds)
    return Preferences(
        Encoder.mean([part.encoder for part in tested]),
        np.concatenate([stimuli, *(part.stimuli for part in trained)]),
        np.array(["test"] * len(stimuli) + ["train"] * sum(len(part.stimuli) for part in trained)),
        np.concatenate([predicted, *(part.predicted for part in trained)]),
        np.concatenate([measured, *(np.full(len(part.stimuli), np.nan) for part in trained)]),
        score,
    )


def ranks(values: np.ndarray) -> np.ndarray:
    """Return the ranks of (s,) values, from 1 for the largest; the first of equal values ranks higher."""
    places = np.empty(len(values), int)
    places[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return places


def ranks_within(values: np.ndarray, split: np.ndarray) -> np.ndarray:
    """Return the rank of each of (s,) values among those of the same split."""
    places = np.empty(len(values), int)
    for side in np.unique(split):
        places[split == side] = ranks(values[split == side])
    return places


_COLUMNS = ("stimuli", "predicted", "measured")


@dataclass(frozen=True)
class _Fitted:
    """An encoder, and the held-out stimuli of its partition with predicted and measured responses."""

    encoder: Encoder
    stimuli: np.ndarray
    predicted: np.ndarray
    measured: np.ndarray


def _fitted(
    features: PerTrial, response: PerTrial, trials: Trials, partition: Partition, settings: RidgeSettings
) -> _Fitted:
    posed = regression_of(features, response, trials, partition, settings.average_repeats)
    weights, intercept, alpha = fit_weights(posed, settings)
    encoder = Encoder(weights[:, 0].astype(np.float64), float(intercept[0]), float(alpha[0]))
    predicted, measured = encoder.predict(posed.new.open(encoder)), posed.measured.open(encoder)[:, 0]
    return _Fitted(encoder, posed.stimuli, predicted, measured.astype(np.float64))


def _scaled(response: PerTrial, trials: Trials, partition: Partition) -> PerTrial:
    """Return the responses in standard deviations around the mean, both over training stimuli."""
    train, rows = Repeats.of(trials.stimulus[partition.train]), partition.training_rows(response)
    means = train.average(rows[:]).means.astype(np.float64)
    centre, scale = means.mean(), means.std()
    if not scale > 0:
        fix = "leave out the region: none of its voxels responds"
        raise DataError("mean response of the region", "a response that varies", "a constant one", fix)
    return PerTrial(((response.matrix - centre) / scale).astype(np.float32), response.row)


def _inner(trials: Trials, partition: Partition, folds: int, rng: np.random.Generator) -> Iterator[Partition]:
    """Yield partitions of the training trials; each group of trials is held out once."""
    groups = trials.groups[partition.train]
    for held_out in np.array_split(rng.permutation(np.unique(groups)), folds):
        if len(held_out):
            out = np.isin(groups, held_out)
            yield Partition(partition.train[~out], partition.train[out])
