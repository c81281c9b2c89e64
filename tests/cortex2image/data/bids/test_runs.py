"""Recordings found with their companions in every spelling, and what is missing or surplus."""

import pytest

from cortex2image.data.bids.runs import find_runs, subject_folders
from cortex2image.errors import ConfigError, DataError


def find(tree, subject="sub-01", task=None, space=None, **entities):
    return find_runs(tree.root, tree.fmriprep, subject, task, space, entities)


@pytest.mark.parametrize(
    ("events", "bold", "space", "confounds"),
    [
        ("sub-01_task-x_run-1", "sub-01_task-x_run-01", "_space-T1w", "desc-confounds_timeseries"),
        ("sub-01_task-x_run-01", "sub-01_task-x_run-1", "_space-T1w", "desc-confounds_regressors"),
        ("sub-01_task-x_run-1", "sub-01_task-x_run-1", "", "desc-confounds_timeseries"),
        ("sub-01_run-1_task-x", "sub-1_space-T1w_task-x_run-1", "", "desc-confounds_timeseries"),
        ("sub-01_task-x", "sub-01_task-x_run-01", "_space-MNI_res-2", "bold_confounds"),
        ("sub-01_task-x_acq-a_run-1", "sub-01_task-x_acq-a_run-1", "_space-T1w", "bold_confounds"),
        ("sub-01_task-x_run-1", "sub-01_task-x_run-1_echo-2", "_space-T1w", "desc-confounds_regressors"),
    ],
)
def test_spellings(bids_tree, events, bold, space, confounds):
    expected_events = bids_tree.add_events("sub-01", events, "a.png")
    expected_bold = bids_tree.add_bold("sub-01", bold, space, RepetitionTime=2)
    without_space = bold.replace("space-T1w_", "")
    expected_confounds = bids_tree.add_confounds("sub-01", without_space, confounds)
    (run,), problems = find(bids_tree)
    assert (run.bold, run.events, run.confounds) == (expected_bold, expected_events, expected_confounds)
    assert run.mask is not None
    assert run.mask.name.endswith("_desc-brain_mask.nii.gz")
    assert [path.suffix for path in run.sidecars] == [".json"]
    assert problems == []


def test_names_of_the_first_fmriprep_versions(bids_tree):
    bids_tree.add_events("sub-01", "sub-01_task-x", "a.png")
    bold = bids_tree.add_bold("sub-01", "sub-01_task-x", "_space-T1w")
    old = bold.rename(bold.with_name("sub-01_task-x_bold_space-T1w_preproc.nii.gz"))
    mask = bold.with_name("sub-01_task-x_space-T1w_desc-brain_mask.nii.gz")
    old_mask = mask.rename(mask.with_name("sub-01_task-x_bold_space-T1w_brainmask.nii.gz"))
    (run,), _ = find(bids_tree)
    assert (run.bold, run.mask) == (old, old_mask)


def test_order_of_sessions_and_runs(bids_tree):
    for session in ("ses-10", "ses-2"):
        for number in (10, 9):
            stem = f"sub-01_{session}_task-x_run-{number}"
            bids_tree.add_run(f"sub-01/{session}", stem, "a.png")
    labels = [(run.session, run.run) for run in find(bids_tree)[0]]
    assert labels == [("ses-2", "run-9"), ("ses-2", "run-10"), ("ses-10", "run-9"), ("ses-10", "run-10")]


def test_labels_without_session_and_run(bids_tree):
    bids_tree.add_run("sub-01", "sub-01_task-x", "a.png")
    (run,), _ = find(bids_tree)
    assert (run.session, run.run) == ("ses-1", "run-1")


def test_subject_label_in_other_padding(small_study):
    assert [run.bold for run in find(small_study, "sub-1")[0]] == [run.bold for run in find(small_study)[0]]


def test_raw_sidecars_are_inherited_before_the_derivatives(bids_tree):
    bids_tree.add_run("sub-01", "sub-01_task-x_run-1", "a.png")
    above = bids_tree.root / "task-x_bold.json"
    other = bids_tree.root / "task-y_bold.json"
    above.write_text("{}")
    other.write_text("{}")
    (run,), _ = find(bids_tree)
    assert run.sidecars[0] == above
    assert len(run.sidecars) == 2
    assert set(run.paths()) >= {run.bold, run.events, run.mask, run.confounds, above}


def test_each_space_has_its_own_mask(bids_tree):
    bids_tree.add_events("sub-01", "sub-01_task-x", "a.png")
    spaces = {
        "T1w": "_space-T1w",
        "MNI152NLin2009cAsym:res-2": "_space-MNI152NLin2009cAsym_res-2",
        "MNI152NLin2009cAsym:res-01": "_space-MNI152NLin2009cAsym_res-1",
        "func": "",
    }
    for space in spaces.values():
        bids_tree.add_bold("sub-01", "sub-01_task-x", space)
    for asked, space in spaces.items():
        (run,), _ = find(bids_tree, space=asked)
        assert run.bold.name == f"sub-01_task-x{space}_desc-preproc_bold.nii.gz"
        assert run.mask is not None
        assert run.mask.name == f"sub-01_task-x{space}_desc-brain_mask.nii.gz"
    with pytest.raises(
        ConfigError, match=r"MNI152NLin2009cAsym:res-1, MNI152NLin2009cAsym:res-2(.|\n)*dataset/space"
    ):
        find(bids_tree)
    with pytest.raises(ConfigError, match=r"dataset/space"):
        find(bids_tree, space="MNI152NLin2009cAsym")


def test_several_tasks(bids_tree):
    for task in ("rest", "scenes"):
        bids_tree.add_run("sub-01", f"sub-01_task-{task}", "a.png")
    with pytest.raises(ConfigError, match=r"rest, scenes(.|\n)*dataset/task"):
        find(bids_tree)
    runs, problems = find(bids_tree, task="scenes")
    assert [run.bold.name.split("_")[1] for run in runs] == ["task-scenes"]
    assert problems == []


def test_single_echoes_beside_their_combination(bids_tree):
    bids_tree.add_run("sub-01", "sub-01_task-x_run-1", "a.png")
    for echo in (1, 2):
        bids_tree.add_bold("sub-01", f"sub-01_task-x_run-1_echo-{echo}")
    (run,), _ = find(bids_tree)
    assert "echo" not in run.bold.name
    (second,), _ = find(bids_tree, echo="2")
    assert "echo-2" in second.bold.name
    assert (second.events, second.confounds) == (run.events, run.confounds)
    run.bold.unlink()
    with pytest.raises(ConfigError, match=r'one recording per run(.|\n)*entities: echo: "1" or echo: "2"'):
        find(bids_tree)


def test_missing_and_surplus_files_are_listed(bids_tree):
    bids_tree.add_run("sub-01", "sub-01_task-x_run-1", "a.png")
    bids_tree.add_bold("sub-01", "sub-01_task-x_run-2")
    bids_tree.add_events("sub-01", "sub-01_task-x_run-3", "a.png")
    bids_tree.add_events("sub-01", "sub-01_task-x_run-4", "a.png")
    bold = bids_tree.add_bold("sub-01", "sub-01_task-x_run-4")
    bold.with_name(bold.name.replace("preproc_bold", "brain_mask")).unlink()
    runs, problems = find(bids_tree)
    assert [run.run for run in runs] == ["run-1", "run-4"]
    text = "\n".join(problems)
    assert "run-3_events.tsv: no preprocessed recording" in text
    assert "run-2_space-T1w_desc-preproc_bold.nii.gz: no events" in text
    assert "run-4_space-T1w_desc-preproc_bold.nii.gz: no brain mask" in text
    assert "run-4_space-T1w_desc-preproc_bold.nii.gz: no confounds" in text
    assert len(problems) == 4


def test_subject_without_runs(small_study):
    with pytest.raises(DataError, match=r"fmriprep(.|\n)*at least one run of sub-09(.|\n)*label"):
        find(small_study, "sub-09")
    with pytest.raises(DataError, match=r"dataset/task"):
        find(small_study, task="nothing")


def test_of_recordings_of_other_tasks_and_spaces_the_message_says_how_to_take_them(bids_tree):
    bids_tree.add_run("sub-01", "sub-01_task-look_run-1", "a.png")
    bids_tree.add_bold("sub-01", "sub-01_task-look_run-2", space="_space-MNIPediatricAsym_cohort-1")
    with pytest.raises(DataError, match=r"found: +none(.|\n)*set dataset/task: look\n"):
        find(bids_tree, task="nothing")
    with pytest.raises(DataError) as refused:
        find(bids_tree, task="look", space="fsnative")
    for space in ("MNIPediatricAsym:cohort-1", "T1w"):
        assert f"recordings of space {space}: to take them, set dataset/space: {space}\n" in str(
            refused.value
        )
    assert "dataset/task: look" not in str(refused.value)


def test_recordings_without_any_events_say_so(bids_tree):
    bids_tree.add_bold("sub-01", "sub-01_task-x_run-1")
    with pytest.raises(DataError, match=r"run-1_space-T1w_desc-preproc_bold\.nii\.gz: no events"):
        find(bids_tree)


@pytest.mark.parametrize("twin", ["sub-1_task-x_run-1", "sub-01_task-x_run-01"])
def test_one_run_twice(bids_tree, twin):
    bids_tree.add_events("sub-01", "sub-01_task-x", "a.png")
    bids_tree.add_bold("sub-01", "sub-01_task-x_run-1")
    bids_tree.add_bold("sub-01", twin)
    with pytest.raises(DataError, match=r"one recording per run(.|\n)*choose one"):
        find(bids_tree)


def test_two_folders_of_one_subject(small_study):
    (small_study.fmriprep / "sub-1").mkdir()
    with pytest.raises(DataError, match=r"sub-0?1 and sub-0?1 are one subject"):
        find(small_study)


def test_subjects_sort_by_number(bids_tree):
    for name in ("sub-10", "sub-9", "sub-b"):
        (bids_tree.fmriprep / name).mkdir()
    assert subject_folders(bids_tree.fmriprep) == ["sub-9", "sub-10", "sub-b"]


def copies(tree, words, template="sub-01_task-x_run-1{}"):
    """Add one run, and the recording of it under each of some names."""
    tree.add_run("sub-01", template.format(""), "a.png")
    (tree.fmriprep / "sub-01/func" / f"{template.format('')}_space-T1w_desc-preproc_bold.nii.gz").unlink()
    for word in words:
        tree.add_bold("sub-01", template.format(word))


@pytest.mark.parametrize(
    ("key", "labels"),
    [("part", ("mag", "phase")), ("acq", ("a", "b")), ("rec", ("norm", "orig")), ("dir", ("AP", "PA"))],
)
def test_several_recordings_of_one_run_are_chosen_by_an_entity(bids_tree, key, labels):
    copies(bids_tree, [f"_{key}-{label}" for label in labels])
    advice = rf'dataset/entities: {key}: "{labels[0]}" or {key}: "{labels[1]}"$'
    with pytest.raises(ConfigError, match=advice) as caught:
        find(bids_tree)
    assert "remove" not in str(caught.value)
    (run,), _ = find(bids_tree, **{key: labels[1]})
    assert f"_{key}-{labels[1]}_" in run.bold.name


def test_a_recording_beside_one_with_an_entity_more(bids_tree):
    copies(bids_tree, ["", "_rec-norm"])
    with pytest.raises(ConfigError, match=r'rec: "norm" or rec: "none"'):
        find(bids_tree)
    names = {label: find(bids_tree, rec=label)[0][0].bold.name for label in ("none", "norm")}
    assert ["rec" in name for name in names.values()] == [False, True]


def test_events_of_all_subjects_may_hold_for_several_acquisitions_but_not_for_two_reconstructions(bids_tree):
    for word in ("_dir-AP", "_dir-PA"):
        bids_tree.add_bold("sub-01", f"sub-01_task-x{word}")
    own = bids_tree.add_events("sub-01", "sub-01_task-x", "a.png")
    own.rename(bids_tree.root / "task-x_events.tsv")
    assert [run.run for run in find(bids_tree)[0]] == ["dir-AP", "dir-PA"]
    bids_tree.add_bold("sub-01", "sub-01_task-x_rec-norm_dir-AP")
    with pytest.raises(ConfigError, match=r'rec: "none" or rec: "norm"'):
        find(bids_tree)


def test_runs_that_differ_in_their_events_too_are_all_taken(bids_tree):
    for word in ("acq-a", "acq-b"):
        bids_tree.add_run("sub-01", f"sub-01_task-x_{word}_run-1", "a.png")
    assert [run.run for run in find(bids_tree)[0]] == ["acq-a_run-1", "acq-b_run-1"]
    runs, problems = find(bids_tree, acq="b")
    assert [run.run for run in runs] == ["acq-b_run-1"]
    assert problems == []


def test_cohorts_of_a_template(bids_tree):
    bids_tree.add_events("sub-01", "sub-01_task-x", "a.png")
    for cohort in (1, 2):
        bids_tree.add_bold("sub-01", "sub-01_task-x", f"_space-MNIPediatricAsym_cohort-{cohort}")
    with pytest.raises(ConfigError, match="dataset/space: MNIPediatricAsym:cohort-2"):
        find(bids_tree)
    (run,), _ = find(bids_tree, space="MNIPediatricAsym:cohort-1")
    assert all("cohort-1" in path.name for path in (run.bold, run.mask))


def test_a_space_with_and_without_a_resolution(bids_tree):
    bids_tree.add_events("sub-01", "sub-01_task-x", "a.png")
    for resolution in ("", "_res-2"):
        bids_tree.add_bold("sub-01", "sub-01_task-x", f"_space-MNI{resolution}")
    with pytest.raises(
        ConfigError, match=r"space: MNI:res-2; for MNI alone also dataset/entities: \{res: none"
    ):
        find(bids_tree)
    (run,), _ = find(bids_tree, space="MNI", res="none")
    assert "res" not in run.bold.name


def test_a_mask_without_the_resolution_of_its_recording(bids_tree):
    bids_tree.add_events("sub-01", "sub-01_task-x", "a.png")
    bold = bids_tree.add_bold("sub-01", "sub-01_task-x", "_space-T1w_res-2")
    mask = bold.with_name("sub-01_task-x_space-T1w_res-2_desc-brain_mask.nii.gz")
    plain = mask.rename(bold.with_name("sub-01_task-x_space-T1w_desc-brain_mask.nii.gz"))
    assert find(bids_tree)[0][0].mask == plain
    plain.rename(bold.with_name("sub-01_task-x_desc-brain_mask.nii.gz"))
    assert find(bids_tree)[0][0].mask is None


def test_other_derivatives_than_fmriprep_makes_by_itself(bids_tree):
    bids_tree.add_run("sub-01", "sub-01_task-x_run-1", "a.png")
    preprocessed = find(bids_tree)[0][0].bold
    smoothed = preprocessed.with_name(preprocessed.name.replace("preproc", "smoothed"))
    preprocessed.rename(smoothed)
    with pytest.raises(DataError, match=r'dataset/entities: \{desc: "smoothed"\}'):
        find(bids_tree)
    assert find(bids_tree, desc="smoothed")[0][0].bold == smoothed


def test_two_tables_of_confounds_of_one_run(bids_tree):
    bids_tree.add_run("sub-01", "sub-01_task-x_run-1", "a.png")
    other = bids_tree.add_confounds("sub-01", "sub-01_task-x_run-1", "desc-confounds_regressors")
    assert find(bids_tree)[0][0].confounds is not None
    other.write_text(other.read_text().replace("1", "2"))
    with pytest.raises(DataError, match=r"differ in content(.|\n)*choose one"):
        find(bids_tree)
