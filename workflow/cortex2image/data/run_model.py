"""The single-trial model of one run, and how much of the response to each trial the run holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cortex2image.data.recording import Run
from cortex2image.errors import DataError
from cortex2image.fmri.coverage import response_shares
from cortex2image.fmri.hrf import trial_regressors
from cortex2image.fmri.nuisance import confound_regressors, drift_regressors, kept_volumes
from cortex2image.fmri.single_trial import single_trial_betas, trial_estimator
from cortex2image.study.data_settings import Glm

# Shares of a response within its run, see coverage.py. Below the first, the standard deviation of a beta is
# more than 4.5 times that of a whole response; below the second, more than 1.4 times.
SMALLEST_SHARE, WHOLE_ENOUGH = 0.05, 0.5
NAMED = 8  # trials that a message names


@dataclass(frozen=True)
class Shown:
    """The trials of one run: names, and onsets (s, as modelled) and durations (s), (trials,) arrays."""

    names: tuple[str, ...]
    onsets: np.ndarray
    durations: np.ndarray


@dataclass(frozen=True)
class RunModel:
    """The single-trial model of a run.

    Parameters
    ----------
    run : Run
    shown : Shown
    glm : settings of the model
    """

    run: Run
    shown: Shown
    glm: Glm

    @property
    def volumes(self) -> int:
        """Return the number of volumes of the run."""
        return self.run.volumes[1] - self.run.volumes[0]

    def named(self, file: Path | None) -> str:
        """Return the run and one of its files, for errors; the recording if there is no such file."""
        return f"{self.run.subject} {self.run.session} {self.run.run} ({file or self.run.bold})"

    def keep(self) -> np.ndarray:
        """Return which volumes stay in the model, (volumes,) bool."""
        where = self.named(self.run.sources.confounds)
        return kept_volumes(self.run.confounds, self.glm.scrub, self.volumes, where)

    def shares(self) -> np.ndarray:
        """Return :func:`cortex2image.fmri.coverage.response_shares` of the trials, (trials,)."""
        tr, reference = self.run.tr, self.run.slice_time_reference
        return response_shares(
            self.keep(), tr, reference, self.shown.onsets, self.shown.durations, self.glm.hrf
        )

    def regressors(self) -> np.ndarray:
        """Return the (trials, functions, volumes) responses to the trials."""
        frames = np.arange(self.volumes) * self.run.tr + self.run.slice_time_reference
        onsets, durations = self.shown.onsets, self.shown.durations
        return trial_regressors(frames, onsets, durations, self.glm.hrf, self.glm.derivatives)

    def nuisance(self) -> np.ndarray:
        """Return drift and confounds, (volumes, regressors)."""
        drift = drift_regressors(self.volumes, self.run.tr, self.glm.drift, self.glm.high_pass_hz)
        where = self.named(self.run.sources.confounds)
        return np.hstack(
            [drift, confound_regressors(self.run.confounds, self.glm.confounds, self.keep(), where)]
        )

    def check(self) -> None:
        """Raise DataError unless the trials can be told apart; no volume is read."""
        keep, where = self.keep(), self.named(self.run.sources.events)
        trial_estimator(self.regressors()[:, :, keep], self.nuisance()[keep], self.glm.model, where)

    def betas(self, bold: np.ndarray) -> np.ndarray:
        """Return the (trials, voxels) float32 betas of `bold`, (volumes, voxels) float32."""
        where = self.named(None)
        return single_trial_betas(
            bold, self.regressors(), self.nuisance(), self.keep(), self.glm.model, where
        )


def check_models(models: Iterable[RunModel]) -> list[str]:
    """Test that every run can be modelled, before hours are spent on the first.

    Returns
    -------
    problems : list of str
        A line on the trials of which less than half the response was recorded; empty if there are none.

    Raises
    ------
    DataError
        The response to a trial lies outside its run, or cannot be told from another; or confounds are
        unusable.
    """
    partly: list[str] = []
    total = 0
    for model in models:
        shares = model.shares()
        _check_recorded(model, shares < SMALLEST_SHARE)
        model.check()
        partly += _places(model, shares < WHOLE_ENOUGH)
        total += len(shares)
    words = "have less than half of their response in volumes that are kept"
    return [f"{len(partly)} of {total} trials {words}: {_first(partly)}"] if partly else []


def _check_recorded(model: RunModel, lost: np.ndarray) -> None:
    if lost.any():
        run = model.run
        source = f", {run.sources.tr}" if run.sources.tr else ""
        expected = (
            f"trials whose responses lie within the run's {run.seconds:g} s "
            f"({model.volumes} volumes, repetition time {run.tr:g} s{source}), in volumes that are kept"
        )
        fix = (
            "check RepetitionTime, the unit of onsets and durations, glm/onset_shift_s, glm/scrub, and that "
            "the recording is whole; give trials without a recorded response stim_file (trial_type) n/a"
        )
        where, places = model.named(run.sources.events), _places(model, lost)
        found = f"no response of {len(places)} of {len(lost)} trials: {_first(places)}"
        raise DataError(where, expected, found, fix)


def _places(model: RunModel, chosen: np.ndarray) -> list[str]:
    """Return the chosen trials with their onsets as modelled."""
    return [f"{model.shown.names[n]} at {model.shown.onsets[n]:g} s" for n in np.flatnonzero(chosen)]


def _first(places: Sequence[str]) -> str:
    """Return the first few places, and how many more there are."""
    more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
    return ", ".join(places[:NAMED]) + more
