"""Files of NSD that do not belong together are found from their heads, and the wrong one is named."""

import gzip
import shutil

import h5py
import nibabel as nib
import numpy as np
import pytest
from tests.support.nsd_files import write_responses, write_surface
from tests.support.studies import DATASET, some_study

from cortex2image.data.nsd.contents import Choice, check_contents, examined_manifest, shared_faults
from cortex2image.data.nsd.layout import Layout
from cortex2image.errors import DataError

SUBJECT, BOTH = "sub-01", ("sub-01", "sub-02")


@pytest.fixture
def choice(own_root):
    for file in [*own_root.rglob("betas_session*.mat"), *own_root.rglob("betas_session*.nii.gz")]:
        file.unlink()
    return Choice(Layout(own_root), atlas="streams", ncsnr=True)


def session(choice, number=2):
    return choice.layout.session_files(SUBJECT, number)[0]


def rewrite(path, change):
    """Write a volume anew with values changed by a function."""
    image = nib.load(path)
    values = change(np.asarray(image.dataobj))
    nib.save(nib.Nifti1Image(values, image.affine), path)


def refused(choice, sharing=()):
    with pytest.raises(DataError) as error:
        check_contents(choice, SUBJECT, sharing)
    return error.value


def test_whole_copies_pass(choice, surface_tree, tree):
    check_contents(choice, SUBJECT, BOTH)
    check_contents(choice, "sub-02", BOTH)
    check_contents(Choice(tree.layout, atlas="streams"), SUBJECT)
    check_contents(Choice(surface_tree.layout, atlas="streams", ncsnr=True), "sub-03", ["sub-03"])


def test_nothing_of_a_folder_without_files_is_wrong(tmp_path):
    check_contents(Choice(Layout(tmp_path), atlas="streams"), SUBJECT, BOTH)


def test_a_renamed_dataset_is_named_with_what_is_there(choice):
    with h5py.File(session(choice), "r+") as file:
        file.move("betas", "beta")
    error = refused(choice)
    assert error.where == str(session(choice))
    assert (error.expected, error.found) == ("a dataset betas", "beta")


@pytest.mark.parametrize("shape", [(749, 7, 11, 9), (750, 7, 11, 8)])
def test_a_session_of_other_trials_or_another_grid_is_named(choice, shape):
    with h5py.File(session(choice), "w") as file:
        file.create_dataset("betas", shape, "<i2")
    error = refused(choice)
    assert error.where == str(session(choice))
    assert ("749" if shape[0] == 749 else "(8, 11, 7)") in error.found


@pytest.mark.parametrize("name", ["brainmask", "atlas", "lh", "ncsnr", "valid"])
def test_of_all_volumes_the_odd_one_is_named(choice, name):
    layout = choice.layout
    path = {
        "brainmask": layout.brainmask(SUBJECT),
        "atlas": layout.atlas(SUBJECT, "streams"),
        "lh": layout.hemisphere_atlas(SUBJECT, "lh", "streams"),
        "ncsnr": layout.ncsnr(SUBJECT)[0],
        "valid": layout.valid(SUBJECT, 3),
    }[name]
    rewrite(path, lambda values: values[1:])
    error = refused(choice)
    assert error.where == str(path)
    assert error.found == "grid (8, 11, 7)"
    assert "the other" in error.expected


def test_betas_in_a_packed_volume_are_counted_and_must_be_whole(choice, tree):
    own = session(choice)
    (packed,) = (f for (f,) in tree.layout.session_candidates(SUBJECT, 2) if f.name.endswith(".nii.gz"))
    own.unlink()
    path = own.with_name(packed.name)
    shutil.copy(packed, path)
    check_contents(choice, SUBJECT)
    rewrite(path, lambda values: values[..., :700])
    assert "700" in refused(choice).found
    path.write_bytes(packed.read_bytes()[:-1000])
    error = refused(choice)
    assert error.where == str(path)
    assert "bytes unpacked" in error.expected


def test_an_atlas_that_was_cut_short_is_named(choice):
    path = choice.layout.atlas(SUBJECT, "streams")
    whole = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(whole[:-8]))
    assert refused(choice).where == str(path)


def test_responses_of_another_subject_are_named_before_anything_else(choice, tree):
    path = choice.layout.responses(SUBJECT)
    write_responses(path, tree.plan, 2, 3)
    error = refused(choice)
    assert error.where == str(path)
    assert "73KID" in error.expected


def test_pictures_and_tables_are_tested_with_the_subjects_that_share_them(choice):
    with h5py.File(choice.layout.stimuli(), "w") as file:
        file.create_dataset("images", (73000, 16, 16, 3), "u1")
    check_contents(choice, SUBJECT)
    assert refused(choice, BOTH).where == str(choice.layout.stimuli())
    info = choice.layout.stim_info()
    info.write_text(info.read_text().replace("shared1000", "shared"))
    assert [error.where for error in shared_faults(choice, BOTH)] == [
        str(info),
        str(choice.layout.stimuli()),
    ]


def test_several_faults_are_listed_together(choice):
    for number in (1, 2):
        with h5py.File(session(choice, number), "r+") as file:
            file.move("betas", "beta")
    error = refused(choice)
    assert error.found.startswith("2 that do not")
    assert error.found.count("a dataset betas") == 2
    assert "nsd_manifest" in error.fix


def test_the_odd_hemisphere_of_a_surface_is_named(surface_tree, tmp_path):
    root = shutil.copytree(surface_tree.layout.root, tmp_path / "nsd")
    layout = Layout(root, space="fsaverage")
    path = layout.hemisphere_atlas("sub-03", "rh", "streams")
    write_surface(path, np.zeros(29, np.float32))
    with pytest.raises(DataError) as error:
        check_contents(Choice(layout, atlas="streams"), "sub-03")
    assert (error.value.where, error.value.found) == (str(path), "grid (29,)")


def test_the_list_of_a_study_holds_the_faults_and_says_which_file_is_read(choice, tree):
    with h5py.File(session(choice), "r+") as file:
        file.move("betas", "beta")
    reads = ("subjects", *DATASET, "standardise/ncsnr_from")
    dataset = {"reader": "nsd", "root": str(choice.layout.root), "rois": {"atlas": "streams"}}
    files, notes = examined_manifest(some_study(reads, subjects=[SUBJECT], dataset=dataset))
    (wrong,) = [file for file in files if file.fault]
    assert wrong.key.endswith("session02.hdf5")
    assert wrong.fault.startswith("beta; expected a dataset betas")
    assert notes == []
    dataset["root"] = str(tree.layout.root)
    _, notes = examined_manifest(some_study(reads, subjects=[SUBJECT], dataset=dataset))
    assert "3 of 3 sessions are there in several files; .hdf5 is read" in notes[0]
