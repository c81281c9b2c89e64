"""Matrices to MNI152: read, and refused where they cannot be those of the subject."""

import numpy as np
import pytest
from nibabel.affines import from_matvec
from nibabel.eulerangles import euler2mat
from nilearn.datasets import load_mni152_brain_mask

from cortex2image.data.mni_matrix import matrix_to_mni, read_matrix, require_in_brain
from cortex2image.errors import DataError
from cortex2image.study.data_settings import Dataset, Rois, Split

PLAUSIBLE = from_matvec(euler2mat(0.05, 0.02, -0.03) @ np.diag([1.1, 1.05, 1.15]), [3, -20, 12])


@pytest.fixture(scope="module")
def brain():
    mask = load_mni152_brain_mask(resolution=4)
    ijk = np.argwhere(np.asarray(mask.dataobj) > 0)
    return ijk @ mask.affine[:3, :3].T + mask.affine[:3, 3]


def dataset(space):
    return Dataset(reader="bids", space=space, rois=Rois(), split=Split())


def write(path, matrix):
    np.savetxt(path, matrix, header="subject space to MNI152, mm")
    return str(path)


def own_space(brain):
    """Return the brain in the space that PLAUSIBLE takes to the template."""
    inverse = np.linalg.inv(PLAUSIBLE)
    return brain @ inverse[:3, :3].T + inverse[:3, 3]


def test_the_matrix_of_a_file_takes_the_subject_to_the_template(tmp_path, brain):
    path = write(tmp_path / "sub-01.txt", PLAUSIBLE)
    matrix = matrix_to_mni([path], dataset("T1w"), "sub-01", own_space(brain))
    np.testing.assert_allclose(matrix, PLAUSIBLE, atol=1e-12)


def test_data_in_the_template_need_no_matrix_and_other_data_have_none(brain):
    np.testing.assert_array_equal(matrix_to_mni([], dataset("MNI152NLin6Asym"), "sub-01", brain), np.eye(4))
    assert matrix_to_mni([], dataset("T1w"), "sub-01", brain) is None


@pytest.mark.parametrize("name", ["sub-02.txt", "sub-02/to-mni.txt", "sub-01/sub-02_to-mni.txt"])
def test_a_file_that_names_another_subject_is_refused(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    with pytest.raises(DataError, match=r"the matrix of sub-01\n.*the file of sub-02"):
        read_matrix(write(tmp_path / name, PLAUSIBLE), "sub-01")


@pytest.mark.parametrize(
    ("matrix", "found"),
    [
        (np.eye(3), "shape"),
        (np.full((4, 4), np.nan), "shape"),
        (PLAUSIBLE.T, "shape"),
        (np.diag([-1, 1, 1, 1]), "determinant of -1"),
        (np.diag([0.1, 0.1, 0.1, 1]), "determinant of 0.001"),
        (np.diag([10, 10, 10, 1]), "determinant of 1e"),
    ],
)
def test_what_no_brain_needs_is_refused(tmp_path, matrix, found):
    with pytest.raises(DataError, match=found):
        read_matrix(write(tmp_path / "a.txt", matrix), "sub-01")


@pytest.mark.filterwarnings("ignore:loadtxt")
@pytest.mark.parametrize("text", ["", "1 0 0\n1 0", "a b c d"])
def test_a_file_that_is_no_matrix_is_named(tmp_path, text):
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(DataError, match=r"a\.txt"):
        read_matrix(path, "sub-01")
    with pytest.raises(DataError, match="4x4 matrix as text"):
        read_matrix(tmp_path / "missing.txt", "sub-01")


@pytest.mark.parametrize(
    "wrong",
    [
        np.linalg.inv(from_matvec(np.eye(3), [0, -60, 40])),
        from_matvec(np.eye(3)[[1, 0, 2]] * [[1], [-1], [1]], [0, -60, 0]),
        from_matvec(np.eye(3), [100, 0, 0]),
    ],
    ids=["other direction", "swapped axes", "far away"],
)
def test_a_brain_that_lands_outside_the_template_is_refused(tmp_path, brain, wrong):
    path = write(tmp_path / "sub-01.txt", wrong)
    with pytest.raises(DataError, match=r"sub-01\.txt(.|\n)*75% of the voxels in the brain of MNI152"):
        matrix_to_mni([path], dataset("T1w"), "sub-01", brain)


def test_a_region_of_the_brain_lies_in_the_template(brain):
    require_in_brain(brain[brain[:, 1] < -60], "voxels")
    with pytest.raises(DataError, match="voxels of sub-01 in MNI152"):
        matrix_to_mni([], dataset("MNI152NLin6Asym"), "sub-01", brain + np.array([0, 0, 90]))
