"""The small tree against what is known of the true one, read without the reader."""

import json
from collections import Counter

import h5py
import nibabel as nib
import numpy as np
import pandas as pd
from scipy.io import loadmat
from tests.support.nsd_tree import write_nsd_tree


def test_tables(tree):
    layout = tree.layout
    info = pd.read_csv(layout.stim_info())
    assert info.shape == (73_000, 41)
    assert info["nsdId"].tolist() == list(range(73_000))
    assert info["cocoId"].is_unique
    for subject, sessions in (("sub-01", 3), ("sub-02", 2)):
        responses = pd.read_csv(layout.responses(subject), sep="\t")
        assert responses.shape == (750 * sessions, 19)
        assert (responses["73KID"].min() > 0, responses["RUN"].max()) == (True, 12)
        assert responses["BUTTON"].isna().any()


def test_design(tree):
    fields = loadmat(tree.layout.design())
    assert fields["masterordering"].shape == (1, 30_000)
    assert fields["masterordering"].max() <= 10_000
    assert sorted(set(fields["subjectim"].ravel().tolist())) == list(range(1, 73_001))
    assert (fields["subjectim"][:, :1000] == fields["sharedix"]).all()
    assert (fields["stimpattern"].sum(axis=2) == [63, 62] * 6).all()


def test_ids_match_across_files(tree):
    fields = {
        name: values.astype(int) for name, values in loadmat(tree.layout.design()).items() if "_" not in name
    }
    responses = pd.read_csv(tree.layout.responses("sub-02"), sep="\t")
    info = pd.read_csv(tree.layout.stim_info())
    ids = fields["subjectim"][1, fields["masterordering"][0, :1500] - 1]
    assert ids.tolist() == responses["73KID"].tolist()
    assert (info["subject2"].to_numpy()[ids - 1] == 1).all()


def test_a_subject_short_of_sessions_saw_some_pictures_less_often(tree):
    shared = tree.plan.pictures[0, :1000].tolist()
    long, short = (Counter(tree.brains[subject].shown.ravel().tolist()) for subject in ("sub-01", "sub-02"))
    seen = [(long[number], short[number]) for number in shared if long[number]]
    assert Counter(seen) == {(3, 3): 12, (2, 2): 4, (1, 1): 2, (1, 0): 2}


def test_betas(tree):
    brain = tree.brains["sub-01"]
    hdf5, mat, nifti = (files[0] for files in tree.layout.session_candidates("sub-01", 2))
    with h5py.File(hdf5) as file, h5py.File(mat) as old:
        assert file["betas"].shape == old["betas"].shape == (750, 7, 11, 9)
        assert (file["betas"].chunks, file["betas"].dtype) == ((750, 1, 1, 1), np.int16)
        assert mat.read_bytes()[:10] == b"MATLAB 7.3"
        image = nib.load(nifti)
        stored = np.asanyarray(image.dataobj)
        assert stored.dtype == np.int16
        np.testing.assert_array_equal(file["betas"][:], stored.T)
        np.testing.assert_array_equal(old["betas"][:], stored.T)
    np.testing.assert_allclose(image.header.get_zooms(), (1.8, 1.8, 1.8, 4 / 3))
    assert [bool(session[brain.once_invalid].any()) for session in brain.stored] == [True, False, True]
    assert not any(session[brain.never_valid].any() for session in brain.stored)
    assert brain.stored[0].max() == 32_767


def test_pictures_take_no_more_room_than_those_that_are_seen(tree):
    path = tree.layout.stimuli()
    with h5py.File(path) as file:
        assert file["imgBrick"].shape == (73_000, 16, 16, 3)
        assert file["imgBrick"].id.get_num_chunks() == len(tree.pictures)
    assert path.stat().st_size < 10e6


def test_captions(tree):
    texts = json.loads(tree.layout.captions("val2017").read_text())["annotations"]
    counts = Counter(annotation["image_id"] for annotation in texts)
    assert Counter(counts.values())[5] == len(counts) - 3


def test_surface(surface_tree):
    image = nib.load(surface_tree.layout.session_files("sub-03", 1)[1])
    assert (image.shape, image.get_data_dtype()) == ((30, 1, 1, 750), np.dtype(">f4"))
    assert np.isnan(image.get_fdata()).sum() == 0
    left = nib.load(surface_tree.layout.session_files("sub-03", 2)[0]).get_fdata()
    assert np.isnan(left).all(axis=3).sum() == 2


def test_same_seed_same_tree(tmp_path):
    settings = {"sessions": (1,), "space": "func1mm", "shape": (5, 7, 6), "train": 10, "shared": 5, "side": 8}
    one, two = (write_nsd_tree(tmp_path / name, ["sub-07"], **settings) for name in ("one", "two"))
    np.testing.assert_array_equal(one.brains["sub-07"].stored[0], two.brains["sub-07"].stored[0])
    assert one.layout.responses("sub-07").read_bytes() == two.layout.responses("sub-07").read_bytes()
