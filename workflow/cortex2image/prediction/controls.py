"""Decoders of controls: trained on permuted pairs, or asked to decode noise in the place of responses.

Both pose the regression of :mod:`~cortex2image.prediction.predictions` with one side changed. What they draw
depends on the study, the subject and the stimulus, not on the feature space: the vectors of all spaces that a
picture is made from belong to the same wrong stimulus, or to the same random brain.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cortex2image.errors import ConfigError
from cortex2image.leakage import HeldOut, TrainingRows, named
from cortex2image.prediction.partitions import Partition, Trials
from cortex2image.prediction.predictions import (
    Predictions,
    Regression,
    RidgeSettings,
    predict_posed,
    regression_of,
)
from cortex2image.ridge.repeats import PerTrial
from cortex2image.seeds import rng_for
from cortex2image.study.methods import RANDOM_BRAIN, SHUFFLED_FIT

# Training trials that are read together for the noise of random brains.
TRIALS_AT_ONCE = 256


@dataclass(frozen=True)
class Decoding:
    """What a decoder is fitted to.

    Attributes
    ----------
    betas : PerTrial of n trials
        Responses in the voxels that the decoder reads.
    features : PerTrial of n trials
    trials : Trials
    average_repeats : sequence of "train", "test"
    seed : int
        Of the study.
    subject : str
    """

    betas: PerTrial
    features: PerTrial
    trials: Trials
    average_repeats: Sequence[str]
    seed: int
    subject: str


def decode_control(control: str, decoding: Decoding, settings: RidgeSettings) -> Predictions:
    """Return the features that the decoder of a control predicts for the test stimuli.

    Parameters
    ----------
    control : "shuffled_fit" or "random_brain"
    decoding : Decoding
    settings : RidgeSettings

    Raises
    ------
    DataError, ConfigError
        As in :func:`~cortex2image.prediction.predictions.predict_test_trials`; ConfigError also if there are
        too few training trials for the control.
    """
    pose = _POSED[control]
    return predict_posed(decoding.trials, lambda partition: pose(decoding, partition), settings)


def shuffled_pairs(decoding: Decoding, partition: Partition) -> Regression:
    """Return the regression of a partition in which training responses belong to other training stimuli."""
    trials, features = decoding.trials, decoding.features
    wrong = wrong_trials(trials, partition, decoding.seed, decoding.subject)
    relabelled = replace(trials, stimulus=trials.stimulus[wrong])
    exchanged = PerTrial(features.matrix, features.row[wrong])
    return regression_of(decoding.betas, exchanged, relabelled, partition, decoding.average_repeats)


def wrong_trials(trials: Trials, partition: Partition, seed: int, subject: str) -> np.ndarray:
    """Return for each trial the trial whose stimulus it is said to have shown, (n,) positions.

    Test trials keep their own. Training trials of a stimulus all get the same other stimulus: the stimuli
    form one random cycle. In a cross-validated study trials are permuted within their run instead, among the
    training trials of the fold, so that a run keeps its stimuli and their numbers of trials. There a trial
    may keep its stimulus by chance: with the few stimuli of a run, one that never kept its own would train
    the decoder on the opposite of the truth.

    Raises
    ------
    ConfigError
        There is one training stimulus, or no run has two training trials.
    """
    train, wrong = partition.train, np.arange(len(trials.stimulus))
    if trials.fold is None:
        wrong[train] = _other_stimuli(trials.stimulus, train, seed, subject)
        return wrong
    runs = np.unique(trials.run[train])
    _require_several(len(train) - len(runs), "two training trials in a run")
    for run in runs:
        within = _by_stimulus(trials.stimulus, train[trials.run[train] == run])
        wrong[within] = rng_for(seed, SHUFFLED_FIT, subject, run).permutation(within)
    return wrong


def random_brains(decoding: Decoding, partition: Partition) -> Regression:
    """Return the regression of a partition in which the responses to test stimuli are random."""
    posed = regression_of(
        decoding.betas, decoding.features, decoding.trials, partition, decoding.average_repeats
    )
    stimuli, train = posed.stimuli.tolist(), partition.training_rows(decoding.betas)
    drawn = random_responses(train, stimuli, decoding.seed, decoding.subject)
    return replace(posed, new=HeldOut(drawn, len(stimuli), named(stimuli)))


def random_responses(train: TrainingRows, stimuli: Sequence[str], seed: int, subject: str) -> np.ndarray:
    """Return a response to each stimulus from the normal distribution of the training responses.

    With standard normal g, x = m + sum_i g_i (x_i - m) / sqrt(n - 1) has the mean m and the covariance of the
    n training responses x_i, whatever the number of voxels; no covariance is computed. Repeats of a stimulus
    share one response, since a mean over independent ones would vary less.

    Parameters
    ----------
    train : TrainingRows
        Responses of the n training trials.
    stimuli : sequence of s str
        Each has a generator of its own, so that its response depends on no other stimulus.
    seed : int
        Of the study.
    subject : str

    Returns
    -------
    (s, p) float32 array

    Raises
    ------
    ConfigError
        There is only one training trial.
    """
    _require_several(len(train) - 1, "two training trials")
    mean = train.mean(TRIALS_AT_ONCE)
    generators = [rng_for(seed, RANDOM_BRAIN, subject, stimulus) for stimulus in stimuli]
    drawn = np.zeros((len(stimuli), train.shape[1]))
    for block in train.blocks(TRIALS_AT_ONCE):
        rows = train[block]
        weights = np.stack([generator.standard_normal(len(rows)) for generator in generators])
        drawn += weights @ (rows - mean)
    responses: np.ndarray = (mean + drawn / np.sqrt(len(train) - 1)).astype(np.float32)
    return responses


_POSED: dict[str, Callable[[Decoding, Partition], Regression]] = {
    SHUFFLED_FIT: shuffled_pairs,
    RANDOM_BRAIN: random_brains,
}


def _other_stimuli(stimulus: np.ndarray, train: np.ndarray, seed: int, subject: str) -> np.ndarray:
    """Return for each training trial a trial of the stimulus that follows its own in a random cycle."""
    names, first, member = np.unique(stimulus[train], return_index=True, return_inverse=True)
    _require_several(len(names) - 1, "two training stimuli")
    cycle = rng_for(seed, SHUFFLED_FIT, subject).permutation(len(names))
    following = np.empty(len(names), int)
    following[cycle] = np.roll(cycle, -1)
    other: np.ndarray = train[first[following[member]]]
    return other


def _by_stimulus(stimulus: np.ndarray, trials: np.ndarray) -> np.ndarray:
    """Return positions of trials in the order of their stimuli, which no order of the table changes."""
    ordered: np.ndarray = trials[np.argsort(stimulus[trials], kind="stable")]
    return ordered


def _require_several(spare: int, expected: str) -> None:
    if spare < 1:
        where, fix = "reconstruct/methods, decoders of controls", "drop shuffled_fit and random_brain"
        raise ConfigError(where, expected, "fewer", fix)
