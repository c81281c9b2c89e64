import json

import numpy as np
import pyarrow as pa
import pytest

from cortex2image.errors import ConfigError
from cortex2image.prediction.learning_curve import Scanning, cut_counts, cuts
from cortex2image.prediction.partitions import Trials

# Two trials per run and two runs per session; session 2 holds test trials alone.
SESSIONS = np.repeat(["ses-1", "ses-2", "ses-3", "ses-4"], 4)
RUNS = np.array([f"{session} run-{i // 2 % 2}" for i, session in enumerate(SESSIONS)])
SPLIT = np.array(["train", "test", "train", "train", *["test"] * 4, "test", "test", *["train"] * 6])


def trials_of(keep=slice(None)):
    stimuli = np.array([f"s{i}" for i in range(16)])
    return Trials(stimuli[keep], RUNS[keep], SPLIT[keep], None)


def table_of(keep=slice(None), seconds=None):
    metadata = {} if seconds is None else {"run_seconds": json.dumps(seconds)}
    return pa.table({"session": SESSIONS[keep].tolist()}).replace_schema_metadata(metadata | {"a": "b"})


def test_sessions_are_counted_in_order_if_they_hold_training_trials():
    scanning = Scanning.of(table_of(), trials_of())
    assert scanning.unit == "session"
    assert scanning.total == 3
    assert scanning.place.tolist() == [0, -1, 0, 0, *[-1] * 6, 1, 1, 2, 2, 2, 2]


def test_runs_are_counted_where_training_trials_lie_in_one_session():
    keep = slice(0, 8)
    scanning = Scanning.of(table_of(keep), trials_of(keep))
    assert (scanning.unit, scanning.total) == ("run", 2)
    assert scanning.place.tolist() == [0, -1, 1, 1, *[-1] * 4]


def test_hours_are_those_of_runs_with_training_trials():
    seconds = {run: 360.0 * (i + 1) for i, run in enumerate(dict.fromkeys(RUNS))}
    scanning = Scanning.of(table_of(seconds=seconds), trials_of())
    assert [scanning.hours(count) for count in (1, 2, 3)] == pytest.approx([0.3, 0.9, 2.4])
    del seconds["ses-4 run-1"]
    scanning = Scanning.of(table_of(seconds=seconds), trials_of())
    assert scanning.hours(2) == pytest.approx(0.9)
    assert scanning.hours(3) is None
    assert Scanning.of(table_of(), trials_of()).hours(1) is None


def test_cuts_are_nested_and_keep_all_test_trials():
    trials = trials_of()
    found = list(cuts(trials, Scanning.of(table_of(), trials), [1, 2, 3]))
    trained = [set(cut.trials.stimulus[cut.trials.split == "train"]) for cut in found]
    assert [len(names) for names in trained] == [3, 5, 9]
    assert trained[0] < trained[1] < trained[2]
    for cut in found:
        assert (cut.trials.split == "test").sum() == 7
        np.testing.assert_array_equal(cut.trials.stimulus, trials.stimulus[cut.kept])
        np.testing.assert_array_equal(cut.trials.run, trials.run[cut.kept])
    assert found[2].kept.tolist() == list(range(16))


@pytest.mark.parametrize(
    ("asked", "total", "counts"),
    [
        ((), 1, [1]),
        ((), 2, [1, 2]),
        ((), 37, [1, 2, 4, 8, 16, 32, 37]),
        ((), 40, [1, 2, 4, 8, 16, 32, 40]),
        ((5, 3, 50), 40, [3, 5]),
    ],
)
def test_where_it_is_cut(asked, total, counts):
    assert cut_counts(asked, total) == counts


def test_more_sessions_than_a_subject_has_are_refused():
    with pytest.raises(ConfigError, match=r"(?s)evaluate/learning_curve.*up to 4"):
        cut_counts((8, 16), 4)
