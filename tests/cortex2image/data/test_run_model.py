"""Models of runs: what is tested before a recording is read, and what is said of trials recorded in part."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.support.studies import some_study

from cortex2image.data.recording import Run, Sources
from cortex2image.data.run_model import RunModel, Shown, check_models
from cortex2image.errors import DataError

TR, VOLUMES = 2.0, 60
SOURCES = Sources(Path("sub-1_events.tsv"), Path("sub-1_confounds.tsv"), "RepetitionTime of own.json")


def model(onsets: Sequence[float], table: pd.DataFrame | None = None, **glm: object) -> RunModel:
    """Return the model of a run of 120 s in which each trial lasts 2 s."""
    run = Run("sub-1", "ses-1", "run-2", Path("bold.nii.gz"), (0, VOLUMES), TR, 0.0, None, (), table, SOURCES)
    shown = Shown(
        tuple(f"trial-{n:03d}" for n in range(len(onsets))), np.array(onsets), np.full(len(onsets), 2.0)
    )
    return RunModel(run, shown, some_study(("glm",), glm=glm).glm)


def test_planted_responses_come_back(rng: np.random.Generator) -> None:
    planted = model([10.0, 40.0, 70.0], model="lsa", drift="none")
    weights = rng.normal(2, 1, (3, 5))
    change = planted.regressors()[:, 0].T @ weights
    bold = 500 * (1 + (change - change.mean(axis=0)) / 100)
    np.testing.assert_allclose(planted.betas(bold.astype(np.float32)), weights, atol=1e-3)


def test_whole_responses_are_no_problem() -> None:
    assert check_models([model([-1.0, 10.0, 40.0, 108.0])]) == []


@pytest.mark.parametrize("onset", [-60.0, 116.0, 119.0, 130.0, 4000.0])
def test_a_trial_whose_response_was_not_recorded_is_named(onset: float) -> None:
    with pytest.raises(DataError, match=r"no response of 1 of 3 trials: trial-001 at") as error:
        check_models([model([10.0, 40.0]), model([10.0, onset, 40.0])])
    assert error.value.where == "sub-1 ses-1 run-2 (sub-1_events.tsv)"
    assert "120 s (60 volumes, repetition time 2 s, RepetitionTime of own.json)" in error.value.expected
    assert "glm/onset_shift_s" in error.value.fix


def test_trials_recorded_in_part_are_reported_together() -> None:
    (problem,) = check_models([model([10.0, 113.5]), model([10.0, 40.0, 113.6])])
    words = "2 of 5 trials have less than half of their response in volumes that are kept"
    assert problem == f"{words}: trial-001 at 113.5 s, trial-002 at 113.6 s"


def test_scrubbed_responses_are_missing_too() -> None:
    spikes = pd.DataFrame({"spike": (np.arange(VOLUMES) >= 20) & (np.arange(VOLUMES) < 28)})
    with pytest.raises(DataError, match="no response of 1 of 2 trials: trial-001 at 40 s"):
        check_models([model([10.0, 40.0], spikes, scrub=["spike"])])


def test_many_trials_are_counted() -> None:
    with pytest.raises(DataError, match=r"12 of 13 trials: trial-001 at .*trial-008 at 1000 s and 4 more\n"):
        check_models([model([10.0, *[300.0 + 100 * n for n in range(12)]])])


def test_twins_are_refused_with_the_events_of_their_run() -> None:
    with pytest.raises(DataError, match="trial-001 and trial-002") as error:
        check_models([model([10.0, 50.0, 50.1, 90.0])])
    assert error.value.where == "sub-1 ses-1 run-2 (sub-1_events.tsv)"


def test_text_among_the_confounds_is_refused_with_their_file() -> None:
    confounds = pd.DataFrame({"x": ["fast"] * VOLUMES})
    assert check_models([model([10.0], confounds)]) == []
    with pytest.raises(DataError, match="'fast' in row 2") as error:
        check_models([model([10.0], confounds, confounds=["x"])])
    assert error.value.where == "sub-1 ses-1 run-2 (sub-1_confounds.tsv)"
