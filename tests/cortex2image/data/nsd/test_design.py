"""The design of NSD: every field against the plan, damaged files, and which pictures test."""

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from cortex2image.data.nsd.design import load_design, split_pictures
from cortex2image.errors import ConfigError, DataError


@pytest.fixture
def fields(tree):
    return {
        name: values for name, values in loadmat(tree.layout.design()).items() if not name.startswith("_")
    }


def written(tmp_path, fields):
    savemat(tmp_path / "nsd_expdesign.mat", fields)
    return tmp_path / "nsd_expdesign.mat"


def test_pictures_of_each_trial(tree):
    design = load_design(tree.layout.design())
    for number, sessions in ((1, 3), (2, 2), (8, 40)):
        shown = design.shown(number, sessions)
        assert (shown.shape, shown.dtype) == ((sessions, 750), np.int64)
        trials = tree.plan.ordering[: sessions * 750]
        expected = [tree.plan.pictures[number - 1][picture - 1] - 1 for picture in trials.tolist()]
        assert shown.ravel().tolist() == expected


def test_ids_are_wider_than_in_the_file(tree, fields):
    assert fields["masterordering"].dtype == np.uint16
    assert load_design(tree.layout.design()).shown(1, 40).max() > np.iinfo(np.uint16).max


def test_shared_and_special(tree):
    design = load_design(tree.layout.design())
    np.testing.assert_array_equal(design.shared(), tree.plan.pictures[4, :1000] - 1)
    assert set((design.special() + 1).tolist()) == tree.plan.special
    assert len(tree.plan.special) == 12


def test_times(tree):
    design = load_design(tree.layout.design())
    runs, onsets = design.times(3)
    counts = np.bincount(runs)
    assert counts.tolist() == [0, *([63, 62] * 6)]
    for run in (1, 12):
        slots = np.flatnonzero(tree.plan.slots[2, run - 1])
        np.testing.assert_array_equal(onsets[runs == run], 4.0 * slots)


@pytest.mark.parametrize(
    ("name", "place", "value", "match"),
    [
        ("masterordering", (0, 5), 10_001, "whole numbers from 1 to 10000 in masterordering"),
        ("masterordering", (0, 5), 0, "whole numbers from 1 to 10000 in masterordering"),
        ("subjectim", (7, 9999), 73_001, "whole numbers from 1 to 73000 in subjectim"),
        ("subjectim", (3, 10), 5, "same shared pictures"),
        ("stimpattern", (2, 0), 0, "750 trials(.|\n)*687 in session 3"),
    ],
)
def test_impossible_designs(tmp_path, fields, name, place, value, match):
    fields[name][place] = value
    with pytest.raises(DataError, match=rf"nsd_expdesign\.mat(.|\n)*{match}"):
        load_design(written(tmp_path, fields))


def test_fields_of_another_size(tmp_path, fields):
    fields["subjectim"] = fields["subjectim"][:4]
    with pytest.raises(DataError, match=r"subjectim of shape \(8, 10000\)(.|\n)*shape \(4, 10000\)"):
        load_design(written(tmp_path, fields))
    del fields["subjectim"]
    with pytest.raises(DataError, match="no such field"):
        load_design(written(tmp_path, fields))


def test_missing_or_damaged(tree, tmp_path, copied):
    with pytest.raises(DataError, match="download nsd_expdesign"):
        load_design(tmp_path / "nsd_expdesign.mat")
    path = copied(tree.layout.design())
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(DataError, match="experimental design"):
        load_design(path)


@pytest.fixture(scope="module")
def design(tree):
    return load_design(tree.layout.design())


def test_shared(tree, design):
    split = split_pictures(design, "shared")
    assert (split.test + 1).tolist() == tree.plan.pictures[0, :1000].tolist()
    assert split.kept(design.shown(1, 3)).all()


def test_special_leaves_the_training_set_as_it_is(tree, design):
    split = split_pictures(design, "special515")
    shown = design.shown(2, 3)
    kept = split.kept(shown)
    assert set((split.test + 1).tolist()) == tree.plan.special
    is_shared = np.isin(shown, design.shared())
    assert kept[~is_shared].all()
    assert set(shown[kept & is_shared].tolist()) == set(split.test.tolist())
    assert (~kept).any()


def test_unknown(design):
    with pytest.raises(ConfigError, match=r"dataset/test_images(.|\n)*shared, special515(.|\n)*'all'"):
        split_pictures(design, "all")
