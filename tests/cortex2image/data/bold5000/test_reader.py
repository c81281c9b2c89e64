"""The BOLD5000 reader on a small folder of the true layout: what it gives, and what it refuses."""

import math
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from tests.support.bold5000_tree import AFFINE, GRID, LENGTHS, REPEATED, write_bold5000

from cortex2image.data.bold5000.reader import Bold5000Dataset
from cortex2image.errors import ConfigError, DataError

SUBJECT = "sub-CSI1"


@pytest.fixture
def tree(tmp_path):
    return write_bold5000(tmp_path / "bold5000")


def all_betas(dataset: Bold5000Dataset) -> np.ndarray:
    voxels = dataset.voxels(SUBJECT)
    return np.concatenate([dataset.read(session, voxels) for session in dataset.sessions(SUBJECT)])


def shown(dataset: Bold5000Dataset) -> list[str]:
    return [event.stimulus_id for run in dataset.runs(SUBJECT) for event in run.events]


def test_betas_come_with_their_pictures(tree):
    dataset = Bold5000Dataset(tree.root)
    assert dataset.subjects() == [SUBJECT]
    assert shown(dataset) == tree.order
    np.testing.assert_array_equal(all_betas(dataset), tree.betas[:, tree.mask])


def test_sessions_and_runs(tree):
    dataset = Bold5000Dataset(tree.root)
    assert [(s.session, s.trials) for s in dataset.sessions(SUBJECT)] == [("ses-01", 74), ("ses-02", 37)]
    runs = dataset.runs(SUBJECT)
    labels = [("ses-01", "run-01"), ("ses-01", "run-02"), ("ses-02", "run-01")]
    assert [(run.session, run.run) for run in runs] == labels
    assert [len(run.events) for run in runs] == [37, 37, 37]


def test_repeated_pictures_are_for_testing(tree):
    stimuli = Bold5000Dataset(tree.root).stimuli([SUBJECT])
    assert [s.stimulus_id for s in stimuli] == sorted(set(tree.order))
    assert {s.stimulus_id for s in stimuli if s.split == "test"} == set(REPEATED)
    assert stimuli[0].captions == ("a thing", "one thing")
    assert Path(stimuli[0].image_path).is_file()


def test_a_picture_is_for_testing_if_anybody_saw_it_repeatedly(tree):
    other = write_bold5000(tree.root, "CSI2", seed=1)
    once = next(name for name in other.names if not name.startswith("rep_"))
    other.write_names([once if name == "rep_airport3.jpg" else name for name in other.names])
    stimuli = {s.stimulus_id: s for s in Bold5000Dataset(tree.root).stimuli([SUBJECT, "sub-CSI2"])}
    assert stimuli["airport3"].split == "test"
    assert stimuli[once.removesuffix(".JPEG")].split == "test"


def test_the_first_sessions(tree):
    dataset = Bold5000Dataset(tree.root, sessions=1)
    assert shown(dataset) == tree.order[: LENGTHS[0]]
    assert len(all_betas(dataset)) == LENGTHS[0]
    stimuli = dataset.stimuli([SUBJECT])
    assert {s.stimulus_id for s in stimuli} == set(tree.order[: LENGTHS[0]])
    # The split is that of all sessions, however many are taken.
    assert {s.stimulus_id for s in stimuli if s.split == "test"} <= set(REPEATED)
    assert dataset.problems(SUBJECT) == [f"{tree.volume(2).name}: left out by dataset/sessions"]
    assert tree.volume(2) not in dataset.subject_files(SUBJECT)


def test_files_of_a_subject(tree):
    atlas = tree.write_atlas(np.ones(GRID))
    dataset = Bold5000Dataset(tree.root, atlas="{root}/{subject}_atlas.nii.gz", labels={"visual": 1})
    mask = tree.root / "CSI1_brainmask.nii.gz"
    assert dataset.subject_files(SUBJECT) == [tree.names_file, mask, atlas, tree.volume(1), tree.volume(2)]
    assert dataset.problems(SUBJECT) == []


def test_regions_of_an_atlas(tree):
    codes = np.random.default_rng(1).integers(-1, 3, GRID)
    tree.write_atlas(codes)
    settings = {"atlas": "{root}/{subject}_atlas.nii.gz", "labels": {"early": 1, "late": 2}}
    voxels = Bold5000Dataset(tree.root, **settings).voxels(SUBJECT)
    names = {1: "early", 2: "late"}
    expected = [names.get(codes[i, j, k], "unlabelled") for i, j, k in np.argwhere(tree.mask)]
    assert voxels.roi == expected
    assert voxels.shape == GRID
    np.testing.assert_array_equal(voxels.affine, AFFINE)
    sides = ["left" if 2 * i - 3 < 0 else "right" for i, _, _ in np.argwhere(tree.mask)]
    assert voxels.hemisphere == sides
    only = Bold5000Dataset(tree.root, mask="atlas", **settings)
    inside = tree.mask & (codes > 0)
    np.testing.assert_array_equal(only.voxels(SUBJECT).indices, np.argwhere(inside))
    np.testing.assert_array_equal(all_betas(only), tree.betas[:, inside])


def test_tables_of_regions(tree):
    dataset = Bold5000Dataset(tree.root, space="roi-tables")
    voxels = dataset.voxels(SUBJECT)
    assert voxels.shape == (20, 1, 1)
    assert voxels.roi[:4] == ["EarlyVis", "EarlyVis", "LOC", "LOC"]
    assert voxels.hemisphere == ["left"] * 10 + ["right"] * 10
    np.testing.assert_array_equal(all_betas(dataset), np.hstack(list(tree.tables.values())))
    assert [s.trials for s in dataset.sessions(SUBJECT)] == list(LENGTHS)


def test_some_tables_of_regions(tree):
    dataset = Bold5000Dataset(tree.root, space="roi-tables", mask="atlas", labels={"RSC": 2, "PPA": 1})
    expected = np.hstack([tree.tables[name] for name in ("LHPPA", "LHRSC", "RHPPA", "RHRSC")])
    np.testing.assert_array_equal(all_betas(dataset), expected)


def test_tables_without_volumes_are_one_session(tree):
    for session in (1, 2):
        tree.volume(session).unlink()
    dataset = Bold5000Dataset(tree.root, space="roi-tables")
    assert [s.trials for s in dataset.sessions(SUBJECT)] == [sum(LENGTHS)]
    assert "count as one session" in dataset.problems(SUBJECT)[0]
    with pytest.raises(DataError, match=r"ses-01\.nii\.gz(.|\n)*dataset/sessions"):
        Bold5000Dataset(tree.root, space="roi-tables", sessions=1).runs(SUBJECT)


def test_the_misspelt_preparation(tmp_path):
    tree = write_bold5000(tmp_path, betas="TYBEB-FITHRF")
    dataset = Bold5000Dataset(tmp_path, betas="TYPEB-FITHRF")
    np.testing.assert_array_equal(all_betas(dataset), tree.betas[:, tree.mask])
    assert Bold5000Dataset(tmp_path, space="roi-tables", betas="TYPEB-FITHRF").voxels(SUBJECT).shape[0] == 20


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0])
def test_a_voxel_invalid_in_one_session_is_nan_there(tree, value):
    image = nib.load(tree.volume(2))
    values = image.get_fdata(dtype=np.float32)
    i, j, k = np.argwhere(tree.mask)[3]
    values[i, j, k, :] = value
    values[~tree.mask] = np.nan
    nib.save(nib.Nifti1Image(values, AFFINE), tree.volume(2))
    dataset = Bold5000Dataset(tree.root)
    expected = tree.betas[:, tree.mask]
    expected[LENGTHS[0] :, 3] = np.nan
    np.testing.assert_array_equal(all_betas(dataset), expected)


def test_one_bad_trial_makes_a_voxel_invalid_throughout(tree):
    image = nib.load(tree.volume(1))
    values = image.get_fdata(dtype=np.float32)
    i, j, k = np.argwhere(tree.mask)[0]
    values[i, j, k, 5] = math.nan
    nib.save(nib.Nifti1Image(values, AFFINE), tree.volume(1))
    assert np.isnan(all_betas(Bold5000Dataset(tree.root))[: LENGTHS[0], 0]).all()


@pytest.mark.parametrize("change", [1, -1])
def test_names_of_another_length(tree, change):
    tree.write_names(tree.names[:change] if change < 0 else [*tree.names, "more.jpg"])
    with pytest.raises(DataError, match=rf"imgnames\.txt(.|\n)*{111 + change} names, 111 trials"):
        Bold5000Dataset(tree.root).sessions(SUBJECT)


def test_truncated_volume(tree):
    path = tree.volume(2)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"ses-02\.nii\.gz(.|\n)*whole NIfTI"):
        all_betas(Bold5000Dataset(tree.root))


def test_missing_session_between_others(tree):
    tree.volume(1).unlink()
    with pytest.raises(DataError, match="no session 1"):
        Bold5000Dataset(tree.root).subject_files(SUBJECT)


def test_mask_on_another_grid(tree):
    mask = nib.Nifti1Image(np.ones((4, 3, 3), np.uint8), AFFINE)
    nib.save(mask, tree.root / "CSI1_brainmask.nii.gz")
    with pytest.raises(DataError, match=r"ses-01\.nii\.gz(.|\n)*\(4, 3, 3\)(.|\n)*\(4, 3, 2\)"):
        all_betas(Bold5000Dataset(tree.root))


def test_atlas_on_another_grid(tree):
    atlas = tree.write_atlas(np.ones(GRID), AFFINE + np.eye(4))
    with pytest.raises(DataError, match=r"atlas\.nii\.gz(.|\n)*affine"):
        Bold5000Dataset(tree.root, atlas=atlas, labels={"visual": 1}).voxels(SUBJECT)


def test_label_that_no_voxel_carries(tree):
    atlas = tree.write_atlas(np.ones(GRID))
    with pytest.raises(DataError, match=r"atlas\.nii\.gz(.|\n)*no voxel of PPA \(7\)"):
        Bold5000Dataset(tree.root, atlas=atlas, labels={"visual": 1, "PPA": 7}).voxels(SUBJECT)


def test_betas_that_changed_after_the_sessions_were_listed(tree):
    dataset = Bold5000Dataset(tree.root)
    sessions = dataset.sessions(SUBJECT)
    nib.save(nib.Nifti1Image(np.ones((*GRID, 74), np.float32), AFFINE), tree.volume(2))
    with pytest.raises(DataError, match=r"37 trials(.|\n)*74 volumes"):
        dataset.read(sessions[1], dataset.voxels(SUBJECT))


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"space": "fsaverage"}, r"dataset/space(.|\n)*roi-tables(.|\n)*fsaverage"),
        ({"mask": "atlas"}, "without labels"),
        ({"mask": "atlas", "labels": {"PPA": 1}}, "without atlas"),
        ({"space": "roi-tables", "labels": {"FFA": 1}}, r"EarlyVis, LOC, OPA, PPA, RSC(.|\n)*FFA"),
    ],
)
def test_settings_that_contradict(tmp_path, settings, match):
    with pytest.raises(ConfigError, match=match):
        Bold5000Dataset(tmp_path, **settings)


def test_unknown_subject(tree):
    with pytest.raises(DataError, match=r"CSI9_imgnames\.txt(.|\n)*subjects there: sub-CSI1"):
        Bold5000Dataset(tree.root).runs("sub-CSI9")


def test_unknown_preparation(tree):
    with pytest.raises(DataError, match=r"CSI1_GLMbetas-TYPEX_ses-01(.|\n)*dataset/betas"):
        Bold5000Dataset(tree.root, betas="TYPEX").sessions(SUBJECT)


def test_pictures_are_files_of_their_own(tree):
    assert list(Bold5000Dataset(tree.root).pictures(["airport3"])) == []


def refused(tree, **settings):
    with pytest.raises(DataError) as error:
        Bold5000Dataset(tree.root, **settings).check(SUBJECT)
    return error.value


def resaved(path, change):
    image = nib.load(path)
    nib.save(nib.Nifti1Image(change(np.asarray(image.dataobj)), image.affine), path)


def test_files_that_belong_together_pass_before_the_first_job(tree):
    atlas = {"atlas": tree.write_atlas(np.ones(GRID)), "labels": {"visual": 1}}
    for settings in ({}, atlas, {"space": "roi-tables"}, {"sessions": 1}):
        Bold5000Dataset(tree.root, **settings).check(SUBJECT)


@pytest.mark.parametrize("name", ["session", "mask", "atlas"])
def test_of_all_volumes_the_one_on_another_grid_is_named(tree, name):
    atlas = tree.write_atlas(np.ones(GRID))
    mask = tree.root / "CSI1_brainmask.nii.gz"
    path = {"session": tree.volume(2), "mask": mask, "atlas": atlas}[name]
    resaved(path, lambda values: values[1:])
    error = refused(tree, atlas=atlas, labels={"visual": 1})
    assert (error.where, error.found) == (str(path), f"grid {(GRID[0] - 1, *GRID[1:])}")


def test_a_session_that_was_cut_short_is_named(tree):
    path = tree.volume(2)
    path.write_bytes(path.read_bytes()[:-20])
    assert refused(tree).where == str(path)


def test_a_table_of_other_trials_is_named(tree):
    np.save(tree.table("RHPPA"), np.zeros((110, 2), np.float32))
    error = refused(tree, space="roi-tables")
    assert error.where == str(tree.table("RHPPA"))
    assert "111 rows" in error.expected


def test_without_the_last_session_the_advice_is_how_many_there_are(tree):
    tree.volume(2).unlink()
    error = refused(tree)
    assert error.found.startswith("111 names, 74 trials")
    assert "dataset/sessions: 1" in error.fix
    Bold5000Dataset(tree.root, sessions=1).check(SUBJECT)


def test_more_trials_than_names_suggest_no_fewer_sessions(tree):
    tree.write_names(tree.names[:100])
    assert "dataset/sessions" not in refused(tree).fix


def test_a_session_beside_its_unpacked_copy_is_said(tree):
    copy = tree.volume(1).with_suffix("")
    copy.touch()
    assert Bold5000Dataset(tree.root).problems(SUBJECT) == [f"{copy.name}: not read, {copy.name}.gz is"]
