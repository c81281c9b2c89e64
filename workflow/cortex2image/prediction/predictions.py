"""Ridge predictions of a study's test trials."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cortex2image.errors import ConfigError
from cortex2image.leakage import HeldOut, named
from cortex2image.prediction.alignment import average, of_trials
from cortex2image.prediction.memory import FitMemory
from cortex2image.prediction.partitions import Partition, Trials, partitions
from cortex2image.progress import track
from cortex2image.ridge import cross_validated
from cortex2image.ridge.cross_validated import BlockFit, CrossValidatedRidge
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.repeats import Averaged, PerTrial, Repeats
from cortex2image.study.settings import Ridge

if TYPE_CHECKING:  # it imports scikit-learn
    from cortex2image.prediction.as_released import AsReleasedRidgeCV

AS_RELEASED = "as_released"
SELECTIONS = (*cross_validated.SELECTIONS, AS_RELEASED)


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
        How penalties are scored, see :mod:`~cortex2image.ridge.cross_validated`; or "as_released", which
        also sets penalties and folds, see :mod:`~cortex2image.prediction.as_released`.
    device : "auto", "cpu", "cuda" or "cuda:N"
    max_memory_gb : float, optional
        Bound on the workspace of a fit, in GB (1e9 bytes), see :mod:`~cortex2image.prediction.memory`.
    latent : bool
        Whether the targets are latent features, for which "as_released" has its own penalties.
    threads : int, optional
        Threads on a CPU; None takes all processors.
    """

    alphas: Sequence[float]
    folds: int
    average_repeats: Sequence[str]
    seed: int
    selection: str = "kfold"
    device: str = "auto"
    max_memory_gb: float | None = None
    latent: bool = True
    threads: int | None = None

    @classmethod
    def of(
        cls,
        ridge: Ridge,
        average_repeats: Sequence[str],
        seed: int,
        latent: bool,
        threads: int,
        memory: FitMemory,
    ) -> "RidgeSettings":
        """Return the settings of a study's config, with a planned bound on the workspace."""
        chosen = vars(ridge) | {"max_memory_gb": memory.workspace_gb, "average_repeats": average_repeats}
        return cls(**chosen, seed=seed, latent=latent, threads=threads)

    @property
    def keeps_trials(self) -> bool:
        """Whether training trials stay rows of their own, since inner folds part repeats of a stimulus."""
        return self.selection == AS_RELEASED and "train" not in self.average_repeats


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
    """Fit the training trials of each partition and predict its test stimuli, with all targets in memory.

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
    averaged = settings.average_repeats
    return predict_posed(
        trials, lambda partition: regression_of(predictors, targets, trials, partition, averaged), settings
    )


def predict_posed(
    trials: Trials, pose: Callable[[Partition], "Regression"], settings: RidgeSettings
) -> Predictions:
    """Fit and predict the regression that `pose` makes of each partition, as :func:`predict_test_trials`."""
    parts = [_predict(pose(partition), settings) for partition in track(partitions(trials), "ridge")]
    sizes = [len(part.stimuli) for part in parts]
    return Predictions(
        np.concatenate([part.predicted for part in parts]),
        np.concatenate([part.measured for part in parts]),
        np.concatenate([part.stimuli for part in parts]),
        geometric_mean([part.alpha for part in parts]),
        None if trials.fold is None else np.repeat(np.unique(trials.fold), sizes),
    )


def geometric_mean(alphas: Sequence[np.ndarray]) -> np.ndarray:
    """Return the geometric mean over folds of their (t,) penalties."""
    mean: np.ndarray = 10 ** np.mean(np.log10(alphas), axis=0)
    return mean


def fit_blocks(
    predictors: np.ndarray | PerTrial | Kernel,
    targets: Iterable[np.ndarray | PerTrial | Averaged],
    new: HeldOut[Any],
    groups: np.ndarray,
    settings: RidgeSettings,
) -> Iterator[BlockFit]:
    """Fit training rows to blocks of targets; yield the predictions (m, t_b) for (m, p) new predictors.

    On both sides a Kernel may take the place of predictors: inner products with the training rows.

    Targets of the new rows are not passed in. Their predictors are held out until a block is fitted.
    """
    if settings.selection == AS_RELEASED and not isinstance(predictors, Kernel):
        yield from _as_released(settings).predict_blocks(predictors, targets, new, groups=groups)
        return
    ridge = ridge_of(settings, standardize=not isinstance(predictors, Kernel))
    yield from ridge.predict_blocks(predictors, targets, new, groups=groups)


def fitted(
    predictors: np.ndarray | PerTrial | Kernel,
    targets: np.ndarray | PerTrial | Averaged,
    groups: np.ndarray,
    settings: RidgeSettings,
) -> "CrossValidatedRidge | AsReleasedRidgeCV":
    """Fit training rows once, for predictions of any rows later: those that :func:`fit_blocks` would yield.

    Parameters are those of :func:`fit_blocks`, with all targets in memory; no new row is given.
    """
    if settings.selection == AS_RELEASED and not isinstance(predictors, Kernel):
        return _as_released(settings).fit(_by_row(predictors), _by_row(targets))
    ridge = ridge_of(settings, standardize=not isinstance(predictors, Kernel))
    return ridge.fit(predictors, targets, groups=groups)


def _as_released(settings: RidgeSettings) -> "AsReleasedRidgeCV":
    from cortex2image.prediction.as_released import AsReleasedRidgeCV

    return AsReleasedRidgeCV(settings.latent, settings.device, settings.max_memory_gb, settings.threads)


def ridge_of(settings: RidgeSettings, standardize: bool) -> CrossValidatedRidge:
    """Return the regression of these settings; kernels cannot be standardised.

    Raises
    ------
    ConfigError
        The recipe of the released code, which has neither kernels nor joint models.
    """
    if settings.selection == AS_RELEASED:
        raise ConfigError(
            "`ridge: selection:` in the config",
            "kfold, loo or gcv for fits to inner products: layers of the U-Net, joint models, encode/pca",
            "as_released, the recipe of a study that had none of them",
            "choose another selection, or leave these models out (encode/grid/unique: false)",
        )
    return CrossValidatedRidge(
        settings.alphas,
        cv=settings.folds,
        standardize=standardize,
        selection=settings.selection,
        device=settings.device,
        random_state=settings.seed % 2**32,
        max_memory_gb=settings.max_memory_gb,
        threads=settings.threads,
    )


@dataclass(frozen=True)
class Regression:
    """What is fitted in one partition, and the rows that the fit then predicts.

    Attributes
    ----------
    predictors, targets : (n, p) and (n, t) arrays, or PerTrial of n training trials
    groups : (n,) array
        Inner folds never separate the rows of a group.
    new, measured : (s, p) and (s, t) arrays, held out
        Means over the trials of each test stimulus.
    stimuli : (s,) array of str, ascending
    """

    predictors: np.ndarray | PerTrial
    targets: np.ndarray | PerTrial
    groups: np.ndarray
    new: HeldOut[np.ndarray]
    measured: HeldOut[np.ndarray]
    stimuli: np.ndarray


def regression_of(
    predictors: PerTrial,
    targets: PerTrial,
    trials: Trials,
    partition: Partition,
    average_repeats: Sequence[str],
) -> Regression:
    """Return the regression of a partition; ConfigError as in :func:`predict_test_trials`."""
    X, Y = (of_trials(side, partition.train) for side in (predictors, targets))
    groups, stimuli = trials.groups[partition.train], trials.stimulus[partition.test]
    test, train = Repeats.of(stimuli), Repeats.of(trials.stimulus[partition.train])
    check_averaged(test, average_repeats)
    new, measured = (held_out_means(test, side, partition) for side in (predictors, targets))
    if "train" in average_repeats:
        means = average(train, X), average(train, Y)
        return Regression(*means, groups[train.first], new, measured, test.used)
    return Regression(in_order(X), Y, groups, new, measured, test.used)


def held_out_means(test: Repeats, source: PerTrial, partition: Partition) -> HeldOut[np.ndarray]:
    """Return the mean rows over the trials of each test stimulus, given the repeats of these, held out."""
    return HeldOut(average(test, of_trials(source, partition.test)), len(test.used), named(test.used))


def fit_weights(posed: Regression, settings: RidgeSettings) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit a regression and return weights (p, t), intercepts (t,) and penalties (t,).

    Raises
    ------
    ConfigError
        `selection` is "as_released", whose weights belong to predictors in other units.
    """
    if settings.selection == AS_RELEASED:
        fix = "choose another selection in a config for this target"
        expected = f"one of {', '.join(cross_validated.SELECTIONS)}, since weights are needed"
        raise ConfigError("ridge/selection", expected, settings.selection, fix)
    model = ridge_of(settings, standardize=True)
    model.fit(posed.predictors, posed.targets, groups=posed.groups)
    return model.coef_, np.atleast_1d(model.intercept_), model.alpha_


def _by_row(side: np.ndarray | PerTrial | Averaged) -> np.ndarray:
    """Return one row per trial; a fit as released never takes means over trials of a stimulus alone."""
    assert not isinstance(side, Averaged)
    return side.matrix[side.row] if isinstance(side, PerTrial) else side


def _predict(posed: Regression, settings: RidgeSettings) -> Predictions:
    """Fit one partition and predict its test stimuli."""
    (block,) = fit_blocks(posed.predictors, [posed.targets], posed.new, posed.groups, settings)
    return Predictions(block.predicted, posed.measured.open(block), posed.stimuli, block.alpha)


def in_order(rows: PerTrial) -> np.ndarray | PerTrial:
    """Return the matrix itself if every trial has a row of its own, in their order."""
    own = len(rows.matrix) == len(rows.row) and bool((np.diff(rows.row) == 1).all())
    return rows.matrix if own else rows


def check_averaged(test: Repeats, average_repeats: Sequence[str]) -> None:
    """Raise :class:`ConfigError` if test stimuli have repeats that are not averaged."""
    repeats = len(test.member) - len(test.used)
    if repeats and "test" not in average_repeats:
        raise ConfigError(
            "`standardise: average_repeats:` in the config",
            "test among the splits, since results are one row per test stimulus",
            f"{repeats} repeats of test stimuli that are not averaged",
            "add test",
        )
