"""Ridge predictions of a study's test trials."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cortex2image.errors import ConfigError
from cortex2image.prediction.alignment import Rows, select
from cortex2image.prediction.as_released import AsReleasedRidgeCV
from cortex2image.prediction.partitions import Partition, Trials, partitions
from cortex2image.progress import track
from cortex2image.ridge import estimator
from cortex2image.ridge.estimator import RidgeCV
from cortex2image.ridge.memory import fit_gb
from cortex2image.ridge.repeats import PerTrial
from cortex2image.study.settings import Ridge

AS_RELEASED = "as_released"
SELECTIONS = (*estimator.SELECTIONS, AS_RELEASED)


@dataclass(frozen=True)
class RidgeSettings:
    """Settings of a ridge regression.

    Attributes
    ----------
    alphas : sequence of float
        Penalties to choose from.
    folds : int
        Number of inner folds by which penalties are chosen.
    average_repeats : sequence of "train", "test"
        Splits in which the trials of a stimulus are averaged.
    seed : int
        Seed of the inner folds.
    selection : one of :data:`SELECTIONS`
        How penalties are scored, see :class:`~cortex2image.ridge.estimator.RidgeCV`; or "as_released", which
        also sets penalties and folds, see :mod:`~cortex2image.prediction.as_released`.
    device : "auto", "cpu", "cuda" or "cuda:N"
    max_memory_gb : float, optional
        Bound on the working memory of a fit, in GB (1e9 bytes).
    latent : bool
        Whether the targets are latent features, for which "as_released" has its own penalties.
    """

    alphas: Sequence[float]
    folds: int
    average_repeats: Sequence[str]
    seed: int
    selection: str = "kfold"
    device: str = "auto"
    max_memory_gb: float | None = None
    latent: bool = True

    @classmethod
    def of(cls, ridge: Ridge, average_repeats: Sequence[str], seed: int, latent: bool) -> "RidgeSettings":
        """Return the settings of a study's config; without a bound there, half of the free memory is one."""
        bound = ridge.max_memory_gb or fit_gb(ridge.device)
        chosen = vars(ridge) | {"max_memory_gb": bound, "average_repeats": average_repeats}
        return cls(**chosen, seed=seed, latent=latent)


@dataclass(frozen=True)
class Predictions:
    """Predicted and measured targets of the test stimuli.

    Attributes
    ----------
    predicted, measured : (s, t) arrays
    stimuli : (s,) array of str
    alpha : (t,) array
        Penalties.
    fold : (s,) array of int, optional
        Fold in which each row was held out; None unless the study is cross-validated.
    """

    predicted: np.ndarray
    measured: np.ndarray
    stimuli: np.ndarray
    alpha: np.ndarray
    fold: np.ndarray | None = None


def predict_test_trials(
    predictors: PerTrial, targets: PerTrial, trials: Trials, settings: RidgeSettings
) -> Predictions:
    """Fit the training trials of each partition and predict its test stimuli.

    Returns
    -------
    Predictions
        For a cross-validated study: the predictions of all folds in turn, which vary around the mean of each
        fold's training trials, and the geometric mean over folds of the penalties.

    Raises
    ------
    DataError
        See :func:`~cortex2image.prediction.partitions.partitions`.
    ConfigError
        Test stimuli have repeats, and `average_repeats` lacks "test".
    """
    parts = [
        _predict(predictors, targets, trials, partition, settings)
        for partition in track(partitions(trials), "ridge")
    ]
    sizes = [len(part.stimuli) for part in parts]
    return Predictions(
        np.concatenate([part.predicted for part in parts]),
        np.concatenate([part.measured for part in parts]),
        np.concatenate([part.stimuli for part in parts]),
        10 ** np.mean([np.log10(part.alpha) for part in parts], axis=0),
        None if trials.fold is None else np.repeat(np.unique(trials.fold), sizes),
    )


def fit_and_predict(
    training: Rows, new: np.ndarray, settings: RidgeSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Fit training rows; return the (m, t) predictions for (m, p) new predictors and the (t,) penalties.

    Targets of the new rows are not passed in, and their predictors are used only after the fit.
    """
    model = _model(settings)
    predicted = model.fit_and_predict(training.predictors, training.targets, new, groups=training.groups)
    return predicted, model.alpha_


def _model(settings: RidgeSettings) -> RidgeCV | AsReleasedRidgeCV:
    if settings.selection == AS_RELEASED:
        return AsReleasedRidgeCV(settings.latent, settings.device, settings.max_memory_gb)
    return RidgeCV(
        settings.alphas,
        cv=settings.folds,
        standardize=True,
        selection=settings.selection,
        device=settings.device,
        random_state=settings.seed % 2**32,
        max_memory_gb=settings.max_memory_gb,
    )


def _predict(
    predictors: PerTrial, targets: PerTrial, trials: Trials, partition: Partition, settings: RidgeSettings
) -> Predictions:
    """Fit one partition and predict its test stimuli."""
    average = settings.average_repeats
    test = select(predictors, targets, trials, partition.test, "test" in average)
    _check_unique(test.stimuli)
    training = select(predictors, targets, trials, partition.train, "train" in average)
    predicted, alpha = fit_and_predict(training, test.predictors, settings)
    return Predictions(predicted, test.targets, test.stimuli, alpha)


def _check_unique(stimuli: np.ndarray) -> None:
    """Raise :class:`ConfigError` if a test stimulus has more than one row."""
    repeats = len(stimuli) - len(np.unique(stimuli))
    if repeats:
        raise ConfigError(
            "`standardise: average_repeats:` in the config",
            "test among the splits, since results are one row per test stimulus",
            f"{repeats} repeats of test stimuli that are not averaged",
            "add test",
        )
