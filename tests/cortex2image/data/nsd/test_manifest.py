"""Which files of NSD a study needs, with their sizes, and copies that were cut short."""

from collections import Counter

import h5py
import numpy as np
import pytest
from tests.support.nsd_tree import write_nsd_tree

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import BUCKET, COCO, least_bytes, needed, session_bytes
from cortex2image.data.nsd.reader import NsdDataset


def suffixes(files):
    return Counter(file.key.rpartition("/")[2].partition(".")[2] for file in files)


def test_sessions_are_counted_as_they_were_released(tmp_path):
    files = needed(Layout(tmp_path), ["sub-01", "sub-03", "sub-08"], sessions=37)
    betas = Counter(file.key.split("/")[2] for file in files if file.key.startswith("nsddata_betas"))
    assert betas == {"subj01": 37, "subj03": 32, "subj08": 30}
    everything = needed(Layout(tmp_path), ["sub-01"])
    assert sum("/betas_session" in file.key for file in everything) == 40


def test_the_list_of_a_study_of_volumes_is_exact(tmp_path):
    keys = {f.key: f for f in needed(Layout(tmp_path), ["sub-05"], sessions=1, atlas="streams", mask="brain")}
    functional = "nsddata/ppdata/subj05/func1pt8mm"
    pictures = "nsddata_stimuli/stimuli/nsd"
    assert {key: file.required for key, file in keys.items()} == {
        "nsddata/experiments/nsd/nsd_expdesign.mat": True,
        "nsddata/experiments/nsd/nsd_stim_info_merged.csv": True,
        f"{pictures}/nsd_stimuli.hdf5": True,
        f"{pictures}/annotations/captions_train2017.json": True,
        f"{pictures}/annotations/captions_val2017.json": True,
        "nsddata/ppdata/subj05/behav/responses.tsv": True,
        "nsddata_betas/ppdata/subj05/func1pt8mm/betas_fithrf_GLMdenoise_RR/betas_session01.hdf5": True,
        f"{functional}/valid_session01.nii.gz": False,
        f"{functional}/brainmask.nii.gz": True,
        "nsddata/freesurfer/fsaverage/label/streams.mgz.ctab": False,
        f"{functional}/roi/streams.nii.gz": True,
        f"{functional}/roi/lh.streams.nii.gz": False,
        f"{functional}/roi/rh.streams.nii.gz": False,
    }
    assert {f.origin for key, f in keys.items() if "captions" in key} == {COCO}
    assert {f.origin for key, f in keys.items() if "captions" not in key} == {BUCKET}


def test_without_an_atlas_or_a_brain_mask_neither_is_asked_for(tmp_path):
    keys = [f.key for f in needed(Layout(tmp_path), ["sub-05"], sessions=1, mask="atlas")]
    assert not any("roi" in key or "label" in key or "brainmask" in key for key in keys)


def test_a_surface_needs_both_hemispheres_and_shares_its_labels(tmp_path):
    layout = Layout(tmp_path, space="fsaverage")
    files = needed(layout, ["sub-01", "sub-02"], sessions=2, atlas="nsdgeneral")
    assert suffixes(files)["betas_session01.mgh"] == 4
    labels = [file for file in files if "/label/" in file.key]
    assert len(labels) == 3
    assert [file.key for file in files if not file.required] == [labels[0].key]


@pytest.mark.parametrize(
    ("space", "subject", "size"),
    [
        ("func1pt8mm", "sub-01", 81 * 104 * 83 * 750 * 2),
        ("func1mm", "sub-06", 152 * 202 * 148 * 750 * 2),
        ("fsaverage", "sub-01", 491_526_000),
    ],
)
def test_the_size_of_a_session_follows_from_its_shape(tmp_path, space, subject, size):
    assert session_bytes(Layout(tmp_path, space=space), subject) == size


def test_what_is_there_is_listed_with_its_own_size_and_container(tmp_path):
    layout = Layout(tmp_path)
    nifti = layout.session_candidates("sub-01", 2)[-1][0]
    nifti.parent.mkdir(parents=True)
    nifti.write_bytes(b"12345")
    held = [f for f in needed(layout, ["sub-01"], sessions=3) if f.actual_bytes is not None]
    assert [(file.key.rpartition("/")[2], file.bytes) for file in held] == [("betas_session02.nii.gz", 5)]


@pytest.mark.parametrize(("space", "mask"), [("func1pt8mm", "brain"), ("fsaverage", "atlas")])
def test_the_list_is_what_the_reader_reads(tmp_path, space, mask):
    subjects = ("sub-01", "sub-03")
    layout = write_nsd_tree(tmp_path, subjects, sessions=(2, 1), space=space, vertices=20, side=8).layout
    reader = NsdDataset(tmp_path, space=space, mask=mask, atlas="streams")
    for subject in subjects:
        listed = needed(layout, [subject], atlas="streams", mask=mask)
        there = {tmp_path / file.key for file in listed if file.actual_bytes is not None}
        assert there == set(reader.subject_files(subject))
        assert not [file.key for file in listed if file.actual_bytes is None and file.required]


def sessions(tree):
    return [path for (path,) in tree.layout.session_candidates("sub-01", 1)]


def test_whole_hdf5_files_are_as_large_as_they_say(tree):
    hdf5, mat, _ = sessions(tree)
    for path in (hdf5, mat, tree.layout.stimuli()):
        assert 0 < least_bytes(path) <= path.stat().st_size
    assert least_bytes(hdf5) > np.prod(tree.brains["sub-01"].codes.shape) * 750 * 2


@pytest.mark.parametrize("container", [0, 1])
def test_a_hdf5_file_that_lacks_its_last_bytes(tree, copied, container):
    path = copied(sessions(tree)[container])
    path.write_bytes(path.read_bytes()[:-1])
    assert least_bytes(path) > path.stat().st_size


@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_every_version_of_the_superblock(tmp_path, version):
    path = tmp_path / "a.hdf5"
    with h5py.File(path, "w", libver=version) as file:
        file["betas"] = np.arange(1000)
    assert least_bytes(path) == path.stat().st_size


def test_surfaces(surface_tree, tmp_path):
    whole = surface_tree.layout.session_files("sub-03", 1)[0]
    assert 30 * 750 * 4 < least_bytes(whole) <= whole.stat().st_size
    cut = tmp_path / whole.name
    cut.write_bytes(whole.read_bytes()[: 284 + 30 * 750 * 4 - 1])
    assert least_bytes(cut) > cut.stat().st_size


@pytest.mark.parametrize("name", ["a.hdf5", "a.mgh"])
def test_nothing_is_too_little(tmp_path, name):
    (tmp_path / name).touch()
    assert least_bytes(tmp_path / name) > 0


def test_other_files_do_not_say(tree):
    assert least_bytes(sessions(tree)[2]) == 0
    assert least_bytes(tree.layout.design()) == 0
