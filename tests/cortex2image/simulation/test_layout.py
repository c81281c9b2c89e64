import pytest

from cortex2image.errors import ConfigError
from cortex2image.simulation.layout import (
    SESSIONS,
    TRIALS_PER_RUN,
    Sizes,
    atlas_file,
    dataset_files,
    run_files,
    run_names,
    subject_files,
)

DEFAULT = Sizes(600, 60, 3)


def test_default_runs_hold_at_most_forty_trials_each_in_two_sessions():
    runs = run_names(DEFAULT)
    assert len({run.session for run in runs}) == SESSIONS
    assert len(runs) == len(set(runs)) == 20
    assert DEFAULT.trials / len(runs) <= TRIALS_PER_RUN


def test_files_follow_bids_and_fmriprep_names():
    files = run_files("bids", "sub-01", run_names(DEFAULT)[0])
    stem = "sub-01/ses-1/func/sub-01_ses-1_task-scenes_run-1"
    assert files["events"] == f"bids/{stem}_events.tsv"
    assert files["bold"] == f"bids/derivatives/fmriprep/{stem}_space-T1w_desc-preproc_bold.nii.gz"
    assert files["confounds"] == f"bids/derivatives/fmriprep/{stem}_desc-confounds_timeseries.tsv"


def test_a_pattern_of_file_names_fills_in_to_the_names_of_a_subject():
    patterns = subject_files("bids", "{subject}", DEFAULT)
    names = subject_files("bids", "sub-02", DEFAULT)
    assert [pattern.format(subject="sub-02") for pattern in patterns] == names
    assert len(set(names)) == len(names) == 20 * 6 + 1
    assert atlas_file("bids", "sub-02") in names


def test_no_file_of_a_subject_is_shared():
    first, second = (set(subject_files("bids", subject, DEFAULT)) for subject in ("sub-01", "sub-02"))
    assert not first & second
    assert not set(dataset_files("bids").values()) & (first | second)


@pytest.mark.parametrize("sizes", [(0, 60, 3), (600, 0, 3), (600, 60, 0)])
def test_a_study_without_stimuli_or_repeats_is_refused(sizes):
    with pytest.raises(ConfigError, match="simulation/"):
        Sizes(*sizes)
