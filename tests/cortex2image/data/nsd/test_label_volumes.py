"""Volumes of one value per voxel."""

import nibabel as nib
import numpy as np
import pytest

from cortex2image.data.nsd.volumes import read_volume
from cortex2image.errors import DataError


def test_values_and_affine(tree):
    path = tree.layout.atlas("sub-01", "streams")
    values, affine = read_volume(path, (9, 11, 7))
    np.testing.assert_array_equal(values, tree.brains["sub-01"].codes)
    np.testing.assert_allclose(np.diag(affine), [1.8, 1.8, 1.8, 1])
    np.testing.assert_allclose(affine[:3, 3], [-4 * 1.8, -5 * 1.8, -3 * 1.8], rtol=1e-6)
    header = nib.load(path).header
    assert (int(header["sform_code"]), int(header["qform_code"])) == (1, 0)


def test_another_subject(tree):
    with pytest.raises(DataError, match=r"\(9, 11, 7\)(.|\n)*\(8, 11, 7\)(.|\n)*one subject"):
        read_volume(tree.layout.brainmask("sub-02"), (9, 11, 7))


def test_unusable(tree, copied, tmp_path):
    with pytest.raises(DataError, match="a 3-D volume"):
        read_volume(tree.layout.session_candidates("sub-01", 1)[2][0])
    path = copied(tree.layout.atlas("sub-01", "streams"))
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(DataError, match=r"streams\.nii\.gz(.|\n)*again"):
        read_volume(path)
    with pytest.raises(DataError, match=r"absent\.nii\.gz"):
        read_volume(tmp_path / "absent.nii.gz")
