"""The reader as the steps use it, on trees with known truth."""

import pickle

import numpy as np
import pytest
from tests.support.nsd_files import write_volume
from tests.support.nsd_plan import EARLY, VENTRAL, signals
from tests.support.studies import DATASET, some_study

from cortex2image.data.nsd.reader import NsdDataset, check_study
from cortex2image.data.prepared import BetaSession
from cortex2image.errors import ConfigError, DataError

SUBJECT = "sub-01"


@pytest.fixture
def dataset(tree):
    return NsdDataset(tree.layout.root, atlas="streams")


def rows_of(dataset, subject):
    """Return the stimulus of every row of a subject."""
    return [event.stimulus_id for run in dataset.runs(subject) for event in run.events]


def betas_of(dataset, subject):
    voxels = dataset.voxels(subject)
    return np.concatenate([dataset.read(session, voxels) for session in dataset.sessions(subject)]), voxels


def test_subjects(tree, tmp_path):
    assert NsdDataset(tree.layout.root).subjects() == ["sub-01", "sub-02"]
    assert NsdDataset(tree.layout.root, betas="betas_assumehrf").subjects() == []
    assert NsdDataset(tmp_path).subjects() == []


def test_trials_of_sessions_and_runs_agree(dataset, tree):
    for subject, brain in tree.brains.items():
        sessions = dataset.sessions(subject)
        assert [(s.session, s.trials) for s in sessions] == [
            (f"ses-{n:02d}", 750) for n in range(1, len(brain.stored) + 1)
        ]
        assert rows_of(dataset, subject) == [f"nsd-{number - 1:05d}" for number in brain.shown.ravel()]


def correlations(betas, expected):
    """Return the correlation of each column; the row with the saturated value is left out."""
    keep = np.arange(len(betas)) != 6
    columns = zip(betas[keep].T, expected[keep].T, strict=True)
    return np.array([np.corrcoef(a, b)[0, 1] for a, b in columns])


@pytest.mark.parametrize("kind", ["volume", "surface"])
def test_the_plant_is_found_in_the_rows_of_its_pictures(kind, tree, surface_tree):
    planted = tree if kind == "volume" else surface_tree
    subject = next(iter(planted.brains))
    dataset = NsdDataset(planted.layout.root, planted.layout.space, mask="atlas", atlas="streams")
    betas, voxels = betas_of(dataset, subject)
    codes = planted.brains[subject].codes[tuple(voxels.indices.T)]
    evoked = signals(planted.scenes, planted.pictures, codes, int(subject[-2:]))
    expected = np.stack([evoked[int(row.removeprefix("nsd-")) + 1] for row in rows_of(dataset, subject)])
    told = np.isin(codes, (EARLY, VENTRAL)) & np.isfinite(betas).all(axis=0)
    assert told.sum() > 0.9 * np.isin(codes, (EARLY, VENTRAL)).sum()
    assert (correlations(betas[:, told], expected[:, told]) > 0.5).all()
    assert (np.abs(correlations(betas[:, told], np.roll(expected[:, told], 1, axis=0))) < 0.2).all()


def test_special_drops_the_rows_of_what_is_left_out(tree, dataset):
    special = NsdDataset(tree.layout.root, atlas="streams", test_images="special515")
    every = betas_of(dataset, SUBJECT)[0]
    kept = np.isin(rows_of(dataset, SUBJECT), [s.stimulus_id for s in special.stimuli([SUBJECT])])
    assert 0 < kept.sum() < len(kept)
    assert rows_of(special, SUBJECT) == np.array(rows_of(dataset, SUBJECT))[kept].tolist()
    np.testing.assert_array_equal(betas_of(special, SUBJECT)[0], every[kept])
    assert sum(session.trials for session in special.sessions(SUBJECT)) == kept.sum()


def test_fewer_sessions(tree, dataset):
    first = NsdDataset(tree.layout.root, sessions=1)
    assert len(first.sessions(SUBJECT)) == 1
    assert rows_of(first, SUBJECT) == rows_of(dataset, SUBJECT)[:750]
    assert len(first.stimuli([SUBJECT])) < len(dataset.stimuli([SUBJECT]))


def test_stimuli_of_several_subjects(tree, dataset):
    both = dataset.stimuli(["sub-02", "sub-01"])
    assert [s.stimulus_id for s in both] == sorted({*rows_of(dataset, "sub-01"), *rows_of(dataset, "sub-02")})
    shared = [s for s in both if s.split == "test"]
    assert {s.stimulus_id for s in shared} >= {f"nsd-{number - 1:05d}" for number in tree.plan.special}
    with pytest.raises(ConfigError, match="one subject"):
        dataset.stimuli(["sub-01", "sub-1"])


def test_short_subject_saw_shared_pictures_less_often(tree, dataset):
    rows = rows_of(dataset, "sub-02")
    shared = [f"nsd-{number - 1:05d}" for number in tree.plan.pictures[0, :1000]]
    counts = np.array([rows.count(stimulus) for stimulus in shared])
    assert {int(count) for count in counts} == {0, 1, 2, 3}


def test_pictures(tree, dataset):
    wanted = [s.stimulus_id for s in dataset.stimuli([SUBJECT])][:5]
    for stimulus, picture in dataset.pictures(wanted):
        np.testing.assert_array_equal(picture, tree.pictures[int(stimulus.removeprefix("nsd-")) + 1])
    assert [stimulus for stimulus, _ in dataset.pictures(wanted[::-1])] == wanted


def test_valid_mask_of_the_session(tree, own_root):
    """What the session's own mask leaves out is NaN in this session, whatever the betas say."""
    dataset = NsdDataset(own_root, mask="atlas", atlas="streams")
    voxels = dataset.voxels(SUBJECT)
    valid = np.ones(voxels.shape, np.uint8)
    valid[tuple(voxels.indices[10])] = 0
    write_volume(dataset.layout.valid(SUBJECT, 1), valid, "func1pt8mm")
    before = NsdDataset(tree.layout.root, mask="atlas", atlas="streams").sessions(SUBJECT)
    first, second = (dataset.read(session, voxels)[:, 10] for session in dataset.sessions(SUBJECT)[:2])
    assert np.isfinite(NsdDataset(tree.layout.root).read(before[0], voxels)[:, 10]).all()
    assert np.isnan(first).all()
    assert np.isfinite(second).all()
    dataset.layout.valid(SUBJECT, 1).unlink()
    assert np.isfinite(dataset.read(dataset.sessions(SUBJECT)[0], voxels)[:, 10]).all()


def test_files_are_named_before_they_are_there(tmp_path):
    files = NsdDataset(tmp_path, sessions=2, atlas="streams").subject_files("sub-05")
    names = [file.relative_to(tmp_path).as_posix() for file in files]
    betas = "nsddata_betas/ppdata/subj05/func1pt8mm/betas_fithrf_GLMdenoise_RR"
    assert names[-2:] == [f"{betas}/betas_session01.hdf5", f"{betas}/betas_session02.hdf5"]
    assert "nsddata/ppdata/subj05/func1pt8mm/roi/streams.nii.gz" in names
    assert "nsddata/ppdata/subj05/func1pt8mm/brainmask.nii.gz" in names
    assert len(names) == 10


@pytest.mark.parametrize("kind", ["volume", "surface"])
def test_no_other_files_are_read(kind, tree, surface_tree, tmp_path):
    """A tree of nothing but the named files is enough."""
    source = tree if kind == "volume" else surface_tree
    subject, space = next(iter(source.brains)), source.layout.space
    for file in NsdDataset(source.layout.root, space, atlas="streams").subject_files(subject):
        target = tmp_path / file.relative_to(source.layout.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(file)
    alone = NsdDataset(tmp_path, space, atlas="streams")
    expected, voxels = betas_of(NsdDataset(source.layout.root, space, atlas="streams"), subject)
    found, same = betas_of(alone, subject)
    np.testing.assert_array_equal(found, expected)
    assert (same.roi, same.hemisphere) == (voxels.roi, voxels.hemisphere)
    stimuli = alone.stimuli([subject])
    assert len(list(alone.pictures([stimuli[0].stimulus_id]))) == 1


def test_sessions_in_several_files_are_said(dataset):
    (line,) = dataset.problems(SUBJECT)
    assert line == "sub-01: 3 of 3 sessions are there in several files; .hdf5 is read, .mat and .nii.gz not"


def test_problems(own_root):
    for file in [*own_root.rglob("betas_session*.mat"), *own_root.rglob("betas_session*.nii.gz")]:
        file.unlink()
    asked = NsdDataset(own_root, sessions=3, atlas="streams")
    assert asked.problems(SUBJECT) == []
    assert asked.problems("sub-02") == ["sub-02 took part in 2 of the 3 sessions asked for"]
    asked.layout.session_files(SUBJECT, 2)[0].unlink()
    asked.layout.ctab(SUBJECT, "streams").unlink()
    missing, codes = asked.problems(SUBJECT)
    assert missing.endswith("betas_session02.hdf5: missing")
    assert codes.startswith("nsddata/freesurfer")
    assert not any(str(own_root) in line for line in (missing, codes))


def test_missing_session(own_root):
    dataset = NsdDataset(own_root)
    for (file,) in dataset.layout.session_candidates(SUBJECT, 2):
        file.unlink()
    with pytest.raises(DataError, match=r"betas_session02\.hdf5(.|\n)*1 missing(.|\n)*dataset/sessions"):
        dataset.sessions(SUBJECT)
    assert len(NsdDataset(own_root, sessions=1).sessions(SUBJECT)) == 1


@pytest.mark.parametrize(
    ("settings", "match"),
    [
        ({"space": "MNI"}, "dataset/space"),
        ({"test_images": "all"}, "dataset/test_images"),
        ({"mask": "cortex"}, "dataset/mask"),
        ({"mask": "atlas"}, "name it in dataset/rois/atlas"),
        ({"space": "fsaverage", "atlas": "prf-visualrois"}, "drawn on each subject"),
    ],
)
def test_impossible_settings(tmp_path, settings, match):
    with pytest.raises(ConfigError, match=match):
        NsdDataset(tmp_path, **settings)


def test_a_session_can_be_read_in_another_process(dataset):
    session, voxels = dataset.sessions(SUBJECT)[1], dataset.voxels(SUBJECT)
    there, what, where = pickle.loads(pickle.dumps((dataset, session, voxels)))
    np.testing.assert_array_equal(there.read(what, where), dataset.read(session, voxels))


def test_sessions_of_another_reader(dataset):
    with pytest.raises(TypeError, match="no session of this reader"):
        dataset.read(BetaSession("ses-01", (), 750), dataset.voxels(SUBJECT))


def study_of(tree, **changes):
    """Return the settings that the checks before a run read."""
    reads = ("subjects", *DATASET, "standardise/ncsnr_from", "decode/rois")
    source = {"reader": "nsd", "root": tree.layout.root, "rois": {"atlas": "streams"}}
    values = {"decode": {"rois": {"z": ["early"], "c": ["all"]}}, "subjects": [SUBJECT, "sub-02"]}
    return some_study(reads, dataset=source, **values | changes)


def test_a_study_whose_files_and_regions_are_there_passes(tree):
    check_study(study_of(tree), SUBJECT)
    check_study(study_of(tree, standardise={"ncsnr_from": "released"}), SUBJECT)


def test_a_study_of_other_regions_or_subjects_is_refused(tree):
    with pytest.raises(ConfigError, match="decode/rois in the config"):
        check_study(study_of(tree, decode={"rois": {"z": ["early"], "c": ["V1"]}}), SUBJECT)
    with pytest.raises(DataError, match=r"missing 35 files(.|\n)*subj03"):
        check_study(study_of(tree, subjects=[SUBJECT, "sub-03"]), SUBJECT)


def test_released_noise_ceilings_have_files(dataset, tree):
    assert dataset.released_ncsnr_files(SUBJECT) == list(tree.layout.ncsnr(SUBJECT))
