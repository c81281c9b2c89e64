import nibabel as nib
import numpy as np
import pytest

from cortex2image.simulation.anatomy import EARLY, NOT_CORTEX, PARIETAL, VENTRAL, build_anatomy, traits_of


@pytest.fixture(params=["sub-01", "sub-02", "sub-05"])
def anatomy(request):
    return build_anatomy(traits_of(7, request.param))


def test_voxels_stand_in_c_order_of_the_mask(anatomy):
    mask = anatomy.volume(np.ones(len(anatomy.ijk), bool))
    np.testing.assert_array_equal(np.argwhere(mask), anatomy.ijk)
    assert not mask[[0, -1]].any()
    assert 1400 < mask.sum() < 2200


def test_volume_puts_every_value_where_its_voxel_is(anatomy):
    values = np.arange(2 * len(anatomy.ijk)).reshape(-1, 2)
    volume = anatomy.volume(values, fill=-1)
    np.testing.assert_array_equal(volume[tuple(anatomy.ijk.T)], values)
    assert (volume == -1).sum() == volume.size - values.size


def test_world_coordinates_agree_with_the_place_in_the_head(anatomy):
    world = nib.affines.apply_affine(anatomy.affine, anatomy.ijk)
    for axis in range(3):
        assert np.corrcoef(world[:, axis], anatomy.position[:, axis])[0, 1] > 0.9
    np.testing.assert_allclose(nib.affines.voxel_sizes(anatomy.affine), 3.0)


def test_every_code_is_there_and_every_stream_is_in_both_hemispheres(anatomy):
    world_x = nib.affines.apply_affine(anatomy.affine, anatomy.ijk)[:, 0]
    assert set(np.unique(anatomy.labels)) == set(range(NOT_CORTEX, PARIETAL + 1))
    for label in range(EARLY, PARIETAL + 1):
        left = (world_x[anatomy.labels == label] < 0).mean()
        assert 0.3 < left < 0.7


def test_early_is_posterior_and_ventral_is_below_parietal(anatomy):
    def mean(label, axis):
        return anatomy.position[anatomy.labels == label, axis].mean()

    assert mean(EARLY, 1) == min(mean(label, 1) for label in range(EARLY, PARIETAL + 1))
    assert mean(VENTRAL, 2) < mean(PARIETAL, 2)
    assert (anatomy.labels == EARLY).sum() > 400
    assert (anatomy.labels == VENTRAL).sum() > 400


def test_every_grid_has_three_different_sides():
    for subject in ("sub-01", "sub-02", *(f"sub-{number:02d}" for number in range(3, 40))):
        assert len(set(traits_of(1, subject).shape)) == 3


def test_default_subjects_differ_in_grid_orientation_and_timing():
    first, second = traits_of(1, "sub-01"), traits_of(1, "sub-02")
    assert first.shape != second.shape
    assert first.tr != second.tr
    assert first.radiological != second.radiological


def test_further_subjects_come_from_seed_and_label_alone():
    assert traits_of(1, "sub-03") == traits_of(1, "sub-03")
    assert traits_of(1, "sub-03") != traits_of(2, "sub-03")
    assert traits_of(1, "sub-03") != traits_of(1, "sub-04")
