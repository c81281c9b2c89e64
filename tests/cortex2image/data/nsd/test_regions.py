"""Which voxels of NSD a study takes, and their regions and hemispheres."""

import numpy as np
import pytest

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.regions import (
    check_nsd_regions,
    chosen_labels,
    read_ctab,
    released_ncsnr,
    surface_vertices,
    volume_voxels,
)
from cortex2image.errors import ConfigError, DataError

LABELS = {"early": 1, "ventral": 5}
NAMES = {1: "early", 5: "ventral", 7: "parietal"}


@pytest.fixture(scope="module")
def codes(tree):
    return tree.brains["sub-01"].codes


@pytest.fixture
def ctab(tree):
    return tree.layout.ctab("sub-01", "streams")


def test_brain_mask(tree, codes):
    voxels = volume_voxels(tree.layout, "sub-01", "brain", "streams", {})
    assert len(voxels.indices) > np.count_nonzero(codes >= 0) > 0
    assert voxels.shape == codes.shape
    expected = [NAMES.get(int(codes[tuple(voxel)]), "unlabelled") for voxel in voxels.indices]
    assert voxels.roi == expected
    in_c_order = np.ravel_multi_index(tuple(voxels.indices.T), codes.shape)
    assert (np.diff(in_c_order) > 0).all()


def test_atlas_mask_takes_positive_codes_only(tree, codes):
    voxels = volume_voxels(tree.layout, "sub-01", "atlas", "streams", {})
    np.testing.assert_array_equal(voxels.indices, np.argwhere(codes > 0))
    assert set(voxels.roi) == set(NAMES.values())


def test_chosen_labels_only(tree, codes):
    voxels = volume_voxels(tree.layout, "sub-01", "atlas", "streams", LABELS)
    np.testing.assert_array_equal(voxels.indices, np.argwhere(np.isin(codes, (1, 5))))
    brain = volume_voxels(tree.layout, "sub-01", "brain", "streams", LABELS)
    assert set(brain.roi) == {"early", "ventral", "unlabelled"}


def test_without_atlas(tree):
    voxels = volume_voxels(tree.layout, "sub-01", "brain", None, {})
    assert set(voxels.roi) == {"unlabelled"}
    left = voxels.indices @ voxels.affine[0, :3] + voxels.affine[0, 3] < 0
    assert voxels.hemisphere == np.where(left, "left", "right").tolist()


def test_hemisphere_comes_from_its_own_atlas(tree, own_root):
    """Voxels right of the grid's middle that the left atlas covers are left; the affine merely centres."""
    layout = Layout(own_root)
    left, right = (layout.hemisphere_atlas("sub-01", side, "streams") for side in ("lh", "rh"))
    straight = volume_voxels(layout, "sub-01", "atlas", "streams", {}).hemisphere
    left.rename(left.with_name("swap"))
    right.rename(left)
    left.with_name("swap").rename(right)
    swapped = volume_voxels(layout, "sub-01", "atlas", "streams", {}).hemisphere
    assert set(straight) == {"left", "right"}
    assert [{"left": "right", "right": "left"}[side] for side in swapped] == straight


def test_table(ctab):
    table = read_ctab(ctab)
    assert list(table) == [
        *("Unknown", "early", "midventral", "midlateral", "midparietal", "ventral", "lateral", "parietal")
    ]
    assert list(table.values()) == list(range(8))


def test_labels_are_checked_against_the_table(ctab, tmp_path):
    assert chosen_labels(ctab, LABELS) == LABELS
    assert chosen_labels(ctab, {}) == {name: code for name, code in read_ctab(ctab).items() if code}
    for wrong in ({"early": 2}, {"V1": 1}):
        with pytest.raises(ConfigError, match=r"early: 1, midventral: 2(.|\n)*codes of streams"):
            chosen_labels(ctab, wrong)
    assert chosen_labels(tmp_path / "absent.ctab", LABELS) == LABELS
    with pytest.raises(DataError, match=r"absent\.ctab"):
        chosen_labels(tmp_path / "absent.ctab", {})


@pytest.mark.parametrize("line", ["early 1", "1"])
def test_damaged_table(tmp_path, line):
    (tmp_path / "streams.mgz.ctab").write_text(f"0 Unknown\n\n{line}\n")
    with pytest.raises(DataError, match="lines of code and name"):
        read_ctab(tmp_path / "streams.mgz.ctab")


def test_no_voxel_left(tree):
    with pytest.raises(DataError, match=r"streams\.nii\.gz(.|\n)*at least one voxel"):
        volume_voxels(tree.layout, "sub-01", "atlas", "streams", {"lateral": 6})


@pytest.mark.parametrize("mask", ["brain", "atlas"])
def test_atlas_of_another_subject(tree, own_root, mask):
    layout = Layout(own_root)
    other = tree.layout.atlas("sub-02", "streams").read_bytes()
    layout.atlas("sub-01", "streams").write_bytes(other)
    with pytest.raises(DataError, match="take all files of one subject") as error:
        volume_voxels(layout, "sub-01", mask, "streams", {})
    assert error.value.where == str(layout.atlas("sub-01", "streams"))


@pytest.mark.parametrize("mask", ["brain", "atlas"])
@pytest.mark.parametrize("side", ["lh", "rh"])
def test_the_atlas_that_is_of_another_subject_is_named_and_no_other(tree, own_root, mask, side):
    layout = Layout(own_root)
    wrong = layout.hemisphere_atlas("sub-01", side, "streams")
    wrong.write_bytes(tree.layout.hemisphere_atlas("sub-02", side, "streams").read_bytes())
    with pytest.raises(DataError, match="and 2 other files") as error:
        volume_voxels(layout, "sub-01", mask, "streams", {})
    assert error.value.where == str(wrong)


def test_surface(surface_tree):
    codes = surface_tree.brains["sub-03"].codes[:, 0, 0]
    every = surface_vertices(surface_tree.layout, "sub-03", "brain", "streams", {})
    assert every.indices.tolist() == [[vertex, 0, 0] for vertex in range(60)]
    assert every.roi == [NAMES.get(int(code), "unlabelled") for code in codes]
    assert every.hemisphere == ["left"] * 30 + ["right"] * 30
    assert every.shape == (60, 1, 1)
    some = surface_vertices(surface_tree.layout, "sub-03", "atlas", "streams", LABELS)
    np.testing.assert_array_equal(some.indices[:, 0], np.flatnonzero(np.isin(codes, (1, 5))))
    assert some.hemisphere == np.where(some.indices[:, 0] < 30, "left", "right").tolist()


def test_surface_without_atlas(surface_tree):
    vertices = surface_vertices(surface_tree.layout, "sub-03", "brain", None, {})
    assert (len(vertices.indices), set(vertices.roi)) == (60, {"unlabelled"})


def test_released_ncsnr_in_the_order_of_the_voxels(tree, surface_tree):
    for found, find in ((tree, volume_voxels), (surface_tree, surface_vertices)):
        for subject, brain in found.brains.items():
            voxels = find(found.layout, subject, "brain", "streams", {})
            values = released_ncsnr(found.layout, subject, voxels)
            expected = [brain.ncsnr[tuple(voxel)] for voxel in voxels.indices]
            np.testing.assert_allclose(values, expected)
            assert np.isnan(values).sum() == 1


def test_regions_are_those_of_the_table(tree, tmp_path):
    check_nsd_regions(tree.layout, ["sub-01"], "streams", {}, {"all", "early"})
    check_nsd_regions(tree.layout, ["sub-01"], "streams", {"early": 1}, {"early"})
    check_nsd_regions(tree.layout, ["sub-01"], None, {}, {"all"})
    with pytest.raises(ConfigError, match=r"early, midventral(.|\n)*V1"):
        check_nsd_regions(tree.layout, ["sub-01", "sub-02"], "streams", {}, {"early", "V1"})
    with pytest.raises(ConfigError, match="early: 2"):
        check_nsd_regions(tree.layout, ["sub-01"], "streams", {"early": 2}, {"early"})
    with pytest.raises(DataError, match="ctab"):
        check_nsd_regions(Layout(tmp_path), ["sub-01"], "streams", {}, {"early"})
