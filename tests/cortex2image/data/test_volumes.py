"""Volumes: order of the voxels against plain indexing, and every way a file can be unusable."""

from contextlib import suppress
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from cortex2image.data.volumes import (
    load_bold,
    load_mask,
    load_masked,
    load_volume,
    read_bold_header,
    read_grid,
)
from cortex2image.errors import DataError

SHAPE = (5, 4, 3)
AFFINE = np.diag([2.0, 3.0, 4.0, 1.0])


def save(values: np.ndarray, path: Path, tr: float = 1.5, unit: str = "sec") -> Path:
    image = nib.Nifti1Image(values, AFFINE)
    image.header.set_xyzt_units("mm", unit)
    if values.ndim == 4:
        image.header.set_zooms((2.0, 3.0, 4.0, tr))
    nib.save(image, path)
    return path


@pytest.fixture
def mask() -> np.ndarray:
    return np.random.default_rng(0).random(SHAPE) < 0.5


@pytest.fixture
def values() -> np.ndarray:
    return np.random.default_rng(1).normal(1000, 10, (*SHAPE, 70)).astype(np.float32)


@pytest.mark.parametrize("name", ["bold.nii.gz", "bold.nii"])
@pytest.mark.parametrize("volumes", [None, (0, 32), (31, 67)])
def test_voxels_come_in_the_order_of_argwhere(tmp_path, mask, values, name, volumes):
    path = save(values, tmp_path / name)
    first, last = volumes or (0, 70)
    expected = np.stack([values[i, j, k, first:last] for i, j, k in np.argwhere(mask)], axis=1)
    bold = load_bold(path, mask, volumes)
    assert bold.dtype == np.float32
    np.testing.assert_array_equal(bold, expected)


def test_scaled_integers_are_rescaled(tmp_path, mask):
    raw = np.random.default_rng(2).integers(0, 1000, (*SHAPE, 3)).astype(np.int16)
    image = nib.Nifti1Image(raw, AFFINE)
    image.header.set_slope_inter(0.5, 7)
    nib.save(image, tmp_path / "bold.nii.gz")
    expected = nib.load(tmp_path / "bold.nii.gz").get_fdata()[mask].T
    np.testing.assert_allclose(load_bold(tmp_path / "bold.nii.gz", mask), expected, rtol=1e-6)


@pytest.mark.parametrize(("tr", "unit"), [(1.5, "sec"), (1500.0, "msec"), (1.5, "unknown")])
def test_header_gives_seconds(tmp_path, values, tr, unit):
    header = read_bold_header(save(values, tmp_path / "bold.nii.gz", tr, unit))
    assert header.volumes == 70
    assert header.tr == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("tr", "unit", "stated"),
    [(1.0, "unknown", 0.0), (1.0, "sec", 1.0), (0.0, "sec", 0.0), (np.nan, "sec", 0.0), (1.0, "hz", 0.0)],
)
def test_headers_that_state_no_repetition_time(tmp_path, values, tr, unit, stated):
    path = save(values, tmp_path / "bold.nii")
    image = nib.load(path)
    image.header.set_xyzt_units("mm", unit)
    image.header["pixdim"][4] = tr
    nib.save(image, tmp_path / "other.nii")
    assert read_bold_header(tmp_path / "other.nii").tr == stated


def test_mask_and_affine(tmp_path, mask):
    loaded, affine = load_mask(save(mask.astype(np.uint8), tmp_path / "mask.nii.gz"))
    assert loaded.dtype == bool
    np.testing.assert_array_equal(loaded, mask)
    np.testing.assert_array_equal(affine, AFFINE)


@pytest.mark.parametrize("name", ["bold.nii.gz", "bold.nii"])
def test_truncated_recording(tmp_path, mask, values, name):
    path = save(values, tmp_path / name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=rf"{name}(.|\n)*whole NIfTI(.|\n)*again"):
        load_bold(path, mask)


@pytest.mark.parametrize("content", [b"", b"no image", b"\x1f\x8b\x08junk"])
def test_not_an_image(tmp_path, content):
    path = tmp_path / "bold.nii.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="whole NIfTI"):
        read_bold_header(path)


def test_missing_file(tmp_path, mask):
    with pytest.raises(DataError, match=r"nowhere\.nii\.gz(.|\n)*missing"):
        load_bold(tmp_path / "nowhere.nii.gz", mask)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_inside_the_mask(tmp_path, mask, values, bad):
    i, j, k = np.argwhere(mask)[3]
    values[i, j, k, 40:42] = bad
    path = save(values, tmp_path / "bold.nii.gz")
    with pytest.raises(DataError, match=r"bold\.nii\.gz(.|\n)*2 samples of 1 voxels, first in volume 40"):
        load_bold(path, mask, (10, 60))


def test_not_finite_outside_the_mask_does_no_harm(tmp_path, mask, values):
    i, j, k = np.argwhere(~mask)[0]
    values[i, j, k] = np.nan
    assert np.isfinite(load_bold(save(values, tmp_path / "bold.nii.gz"), mask)).all()


def test_mask_of_another_shape(tmp_path, values):
    path = save(values, tmp_path / "bold.nii.gz")
    with pytest.raises(DataError, match=r"bold\.nii\.gz(.|\n)*\(5, 4, 4\)(.|\n)*\(5, 4, 3\)"):
        load_bold(path, np.ones((5, 4, 4), bool))


def test_volumes_past_the_end(tmp_path, mask, values):
    with pytest.raises(DataError, match=r"volumes 60 to 79(.|\n)*70 volumes"):
        load_bold(save(values, tmp_path / "bold.nii.gz"), mask, (60, 80))


def test_single_volume_is_no_recording(tmp_path, mask, values):
    with pytest.raises(DataError, match="4-D"):
        load_bold(save(values[..., 0], tmp_path / "bold.nii.gz"), mask)


@pytest.mark.parametrize(("fill", "match"), [(0.0, "at least one voxel"), (np.nan, "NaN or Inf")])
def test_useless_masks(tmp_path, fill, match):
    with pytest.raises(DataError, match=match):
        load_mask(save(np.full(SHAPE, fill, np.float32), tmp_path / "mask.nii.gz"))


def test_mask_with_too_many_dimensions(tmp_path, values):
    with pytest.raises(DataError, match="3-D"):
        load_mask(save(values, tmp_path / "mask.nii.gz"))


def test_masked_values_are_not_judged(tmp_path, mask, values):
    i, j, k = np.argwhere(mask)[3]
    values[i, j, k, 40] = np.nan
    np.testing.assert_array_equal(load_masked(save(values, tmp_path / "b.nii.gz"), mask), values[mask].T)


def test_a_single_volume(tmp_path, values):
    loaded, affine = load_volume(save(values[..., :1], tmp_path / "atlas.nii.gz"))
    np.testing.assert_array_equal(loaded, values[..., 0])
    np.testing.assert_array_equal(affine, AFFINE)


@pytest.mark.parametrize("inside", [1, 255])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_masks_of_zeros_and_one_value(tmp_path, mask, inside, dtype):
    loaded, _ = load_mask(save((mask * inside).astype(dtype), tmp_path / "mask.nii.gz"))
    np.testing.assert_array_equal(loaded, mask)


def test_a_mask_that_a_header_scales_to_one(tmp_path, mask):
    image = nib.Nifti1Image(mask.astype(np.int16) * 32767, AFFINE)
    image.header.set_slope_inter(1 / 32767, 0)
    nib.save(image, tmp_path / "mask.nii.gz")
    assert nib.load(tmp_path / "mask.nii.gz").get_fdata().max() != 1
    np.testing.assert_array_equal(load_mask(tmp_path / "mask.nii.gz")[0], mask)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda mask: np.where(mask, 0.98, 1e-4),
        lambda mask: np.where(mask, 1, 1e-4),
        lambda mask: np.where(mask, 0.5, 0),
        lambda mask: np.where(mask, 2, 0),
        lambda mask: mask * np.arange(60).reshape(SHAPE),
        lambda mask: np.where(mask, -1, 0),
        lambda mask: np.where(mask, 1, -1),
    ],
    ids=["interpolated", "overshoot", "probability", "label", "intensities", "negative", "signed"],
)
def test_masks_that_are_not_binary_are_refused(tmp_path, mask, spoil):
    path = save(spoil(mask).astype(np.float32), tmp_path / "mask.nii.gz")
    with pytest.raises(
        DataError, match=r"mask\.nii\.gz(.|\n)*zeros and ones(.|\n)*values from(.|\n)*above 0.5"
    ):
        load_mask(path)


def test_a_grid_is_read_from_the_header(tmp_path, values):
    for name, array in (("bold.nii.gz", values), ("atlas.nii.gz", values[..., 0])):
        grid = read_grid(save(array, tmp_path / name))
        assert grid.shape == SHAPE
        np.testing.assert_array_equal(grid.affine, AFFINE)
        assert grid.source.endswith(name)
    with pytest.raises(DataError, match="a volume"):
        read_grid(save(values[0, 0], tmp_path / "table.nii.gz"))


@pytest.mark.parametrize("volumes", [None, (0, 32)])
def test_flipped_bits_of_a_compressed_file_are_refused(tmp_path, values, mask, volumes):
    """Nibabel stops reading before the checksum, and takes most of them for a recording."""
    path = save(values, tmp_path / "bold.nii.gz")
    content, unseen = path.read_bytes(), 0
    rng = np.random.default_rng(5)
    for bit in rng.integers(8 * 2000, 8 * len(content), 20):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with suppress(Exception):
            unseen += not np.array_equal(np.asarray(nib.load(path).dataobj), values)
        with pytest.raises(DataError, match=r"bold\.nii\.gz\n.*a whole NIfTI file"):
            load_masked(path, mask, volumes)
    assert unseen > 10


def test_a_flipped_bit_of_a_compressed_atlas_is_refused(tmp_path, values):
    path = save(values[..., 0], tmp_path / "atlas.nii.gz")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"atlas\.nii\.gz"):
        load_volume(path)
