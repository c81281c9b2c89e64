"""Headers of maps, as nibabel and nilearn read them."""

import nibabel as nib
import numpy as np
import pytest
from nilearn.image import coord_transform, load_img
from nilearn.masking import apply_mask

from cortex2image.encoding.map_images import MNI152, SCANNER, UNKNOWN, gifti_map, nifti_map

STRAIGHT = np.array([[-3.0, 0, 0, 30], [0, 2, 0.5, -20], [0, -0.5, 2, 10], [0, 0, 0, 1]])
SHEARED = np.array([[3.0, 0.9, 0, 0], [0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]])
VOLUME = np.full((5, 4, 3), np.nan, np.float32)
VOLUME[1:4, 1:3, 1] = np.linspace(-0.2, 0.7, 6).reshape(3, 2)


def saved(tmp_path, image, name="map.nii.gz"):
    nib.save(image, tmp_path / name)
    return tmp_path / name


def test_a_reader_finds_values_place_space_and_meaning(tmp_path):
    path = saved(tmp_path, nifti_map(VOLUME, STRAIGHT, SCANNER, "Pearson r", "Pearson r, model z"))
    image = load_img(path)
    header = image.header
    np.testing.assert_array_equal(image.get_fdata(dtype=np.float32), VOLUME)
    assert image.get_data_dtype() == np.float32
    for affine, code in (image.get_sform(coded=True), image.get_qform(coded=True)):
        np.testing.assert_allclose(affine, STRAIGHT, atol=1e-5)
        assert code == SCANNER
    assert header.get_xyzt_units()[0] == "mm"
    assert header.get_intent() == ("estimate", (), "Pearson r")
    assert header["descrip"].item() == b"Pearson r, model z"
    assert (header["cal_min"], header["cal_max"]) == (0, np.float32(0.7))
    np.testing.assert_allclose(
        coord_transform(2, 1, 1, image.affine), (STRAIGHT @ [2, 1, 1, 1])[:3], atol=1e-5
    )


def test_nilearn_reads_the_voxels_of_a_mask(tmp_path):
    path = saved(tmp_path, nifti_map(VOLUME, STRAIGHT, MNI152, "Pearson r", ""))
    mask = nib.Nifti1Image(np.isfinite(VOLUME).astype(np.uint8), STRAIGHT)
    np.testing.assert_allclose(apply_mask(path, mask), VOLUME[np.isfinite(VOLUME)])
    assert int(nib.load(path).header["sform_code"]) == 4


def test_a_sheared_affine_has_no_quaternion_that_would_mislead(tmp_path):
    image = nib.load(saved(tmp_path, nifti_map(VOLUME, SHEARED, SCANNER, "r", "")))
    assert int(image.header["qform_code"]) == UNKNOWN
    np.testing.assert_allclose(image.affine, SHEARED, atol=1e-5)


@pytest.mark.parametrize(("length", "kind"), [(32767, nib.Nifti1Image), (32768, nib.Nifti2Image)])
def test_a_row_of_vertices_claims_no_place(tmp_path, length, kind):
    row = np.zeros((length, 1, 1), np.float32)
    image = nib.load(saved(tmp_path, nifti_map(row, np.eye(4), UNKNOWN, "r", "x" * 200)))
    assert type(image) is kind
    assert (image.header["sform_code"], image.header["qform_code"]) == (0, 0)
    assert image.header.get_xyzt_units()[0] == "unknown"
    assert len(image.header["descrip"].item()) == 79


@pytest.mark.parametrize(("side", "structure"), [("left", "CortexLeft"), ("right", "CortexRight")])
def test_a_hemisphere_is_named_in_its_file(tmp_path, side, structure):
    values = np.array([0.5, np.nan, -0.25])
    path = saved(tmp_path, gifti_map(values, side, {"Name": "Pearson r, z", "Model": "z"}), "a.func.gii")
    image = nib.load(path)
    assert image.meta["AnatomicalStructurePrimary"] == structure
    assert image.meta["Model"] == "z"
    (array,) = image.darrays
    assert array.meta["Name"] == "Pearson r, z"
    assert array.data.dtype == np.float32
    np.testing.assert_array_equal(image.agg_data(), values.astype(np.float32))
