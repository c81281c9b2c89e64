"""Volumes of NSD: the same betas from every container, and damaged files."""

from functools import partial

import h5py
import nibabel as nib
import numpy as np
import pytest
from tests.support.nsd_files import write_hdf5, write_mat, write_volume

from cortex2image.data.nsd import volumes
from cortex2image.data.nsd.volumes import read_volume, read_volume_betas
from cortex2image.errors import DataError

WRITERS = {
    "betas_session02.hdf5": write_hdf5,
    "betas_session02.mat": write_mat,
    "betas_session02.nii.gz": partial(write_volume, space="func1pt8mm"),
}


@pytest.fixture(scope="module")
def brain(tree):
    return tree.brains["sub-01"]


@pytest.fixture(scope="module")
def indices(brain):
    """Voxels scattered over the volume, in C order."""
    inside = brain.stored[0].any(axis=3)
    return np.argwhere(inside & (np.random.default_rng(0).random(inside.shape) < 0.6))


def session_files(tree):
    return [files[0] for files in tree.layout.session_candidates("sub-01", 2)]


def test_every_container_gives_the_same_to_the_bit(tree, brain, indices):
    stored = brain.stored[1]
    expected = np.array([[int(stored[x, y, z, t]) for x, y, z in indices] for t in range(750)])
    expected = expected.astype(np.float32) / np.float32(300)
    expected[:, ~expected.any(axis=0)] = np.nan
    assert [path.name for path in session_files(tree)] == list(WRITERS)
    for path in session_files(tree):
        betas = read_volume_betas(path, indices, stored.shape[:3])
        assert betas.dtype == np.float32
        assert betas.tobytes() == expected.tobytes()


def test_order_is_that_of_masking_the_nifti_array(tree, brain):
    inside = brain.codes > 0
    nifti, hdf5 = session_files(tree)[2], session_files(tree)[0]
    masked = nib.load(nifti).get_fdata()[inside].T
    with h5py.File(hdf5) as file:
        naive = file["betas"][:][:, inside.T]
    betas = read_volume_betas(hdf5, np.argwhere(inside), inside.shape)
    np.testing.assert_array_equal(np.rint(np.nan_to_num(betas) * 300), masked)
    assert (naive != masked).any()


@pytest.mark.parametrize("container", range(3))
def test_invalid_in_this_session(tree, brain, container):
    """A voxel that is zero throughout the session is NaN, in the other sessions it is not."""
    where = np.array([brain.once_invalid])
    first, second = (
        read_volume_betas(tree.layout.session_candidates("sub-01", n)[container][0], where, brain.codes.shape)
        for n in (1, 2)
    )
    assert np.isfinite(first).all()
    assert np.isnan(second).all()


def test_saturated(tree, brain):
    where = np.array([brain.saturated])
    path = tree.layout.session_files("sub-01", 1)[0]
    assert read_volume_betas(path, where, brain.codes.shape)[6, 0] == np.float32(32767 / 300)


@pytest.mark.parametrize("chunks", [None, (1, 7, 11, 9), (300, 3, 4, 5), (750, 1, 1, 2), (100, 7, 1, 1)])
@pytest.mark.parametrize("room", [1, 2**26])
def test_other_chunks(brain, indices, tmp_path, monkeypatch, chunks, room):
    """Files that were written anew, with any chunks, are read in boxes: the same, whatever their size."""
    monkeypatch.setattr(volumes, "BLOCK_BYTES", room)
    stored = brain.stored[0]
    with h5py.File(tmp_path / "betas_session01.hdf5", "w") as file:
        file.create_dataset("betas", data=stored.transpose(3, 2, 1, 0), chunks=chunks)
    betas = read_volume_betas(tmp_path / "betas_session01.hdf5", indices, stored.shape[:3])
    np.testing.assert_array_equal(np.rint(np.nan_to_num(betas) * 300), stored[tuple(indices.T)].T)


@pytest.mark.parametrize("dtype", ["<i2", ">i2"])
@pytest.mark.parametrize("compression", [None, "gzip"])
def test_chunks_of_single_voxels_however_stored(brain, indices, tmp_path, dtype, compression):
    """Also without those that were never written because they are zero, and in the other byte order."""
    stored, shape = brain.stored[1], (750, 7, 11, 9)
    with h5py.File(tmp_path / "betas_session02.hdf5", "w") as file:
        chunks = (750, 1, 1, 1)
        betas = file.create_dataset("betas", shape, dtype, chunks=chunks, compression=compression)
        for x, y, z in np.argwhere(stored.any(axis=3)).tolist():
            betas[:, z, y, x] = stored[x, y, z]
    found = read_volume_betas(tmp_path / "betas_session02.hdf5", indices, brain.codes.shape)
    np.testing.assert_array_equal(np.rint(np.nan_to_num(found) * 300), stored[tuple(indices.T)].T)


@pytest.mark.parametrize("name", ["betas_session02.hdf5", "betas_session02.mat"])
def test_other_slices_are_not_touched(tree, brain, copied, name):
    """What is stored of other slices is overwritten with garbage; the wanted voxels read as before."""
    source = session_files(tree)[0].with_name(name)
    path, where = copied(source), np.array([[3, 4, 3], [4, 4, 3]])
    with h5py.File(source) as file:
        dataset, thickness = file["betas"], file["betas"].chunks[1]
        stored = [dataset.id.get_chunk_info(number) for number in range(dataset.id.get_num_chunks())]
    others = [chunk for chunk in stored if chunk.chunk_offset[1] // thickness != 3 // thickness]
    with open(path, "r+b") as file:
        for chunk in others:
            file.seek(chunk.byte_offset)
            file.write(b"\xff" * chunk.size)
    damaged = read_volume_betas(path, where, brain.codes.shape)
    np.testing.assert_array_equal(damaged, read_volume_betas(source, where, brain.codes.shape))
    with h5py.File(path) as file:
        raw = [file["betas"].id.read_direct_chunk(chunk.chunk_offset)[1] for chunk in others]
    assert raw
    assert all(set(chunk) == {0xFF} for chunk in raw)


@pytest.mark.parametrize("name", list(WRITERS))
def test_a_session_of_749_trials(brain, indices, tmp_path, name):
    WRITERS[name](tmp_path / name, brain.stored[1][..., :749])
    with pytest.raises(DataError, match=rf"{name}(.|\n)*750 trials(.|\n)*749"):
        read_volume_betas(tmp_path / name, indices, brain.codes.shape)


@pytest.mark.parametrize("container", range(3))
def test_voxels_of_another_subject(tree, indices, container):
    path = tree.layout.session_candidates("sub-02", 1)[container][0]
    with pytest.raises(DataError, match=r"\(9, 11, 7\)(.|\n)*\(8, 11, 7\)(.|\n)*to do"):
        read_volume_betas(path, indices, (9, 11, 7))


@pytest.mark.parametrize("container", range(3))
def test_truncated(tree, brain, indices, copied, container):
    path = copied(session_files(tree)[container])
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(DataError, match=rf"{path.name}(.|\n)*again"):
        read_volume_betas(path, indices, brain.codes.shape)


@pytest.mark.parametrize("name", list(WRITERS))
def test_missing(tmp_path, indices, name):
    with pytest.raises(DataError, match=rf"{name}(.|\n)*again"):
        read_volume_betas(tmp_path / name, indices, (9, 11, 7))


@pytest.mark.parametrize(
    ("key", "dtype", "shape", "match"),
    [
        ("data", "i2", (750, 7, 11, 9), "a dataset betas(.|\n)*data"),
        ("betas", "f4", (750, 7, 11, 9), "int16(.|\n)*float32"),
        ("betas", "i2", (750, 693), "int16 betas"),
        ("betas", "i2", (9, 11, 7, 750), "750 trials(.|\n)*9"),
    ],
)
def test_other_hdf5_files(tmp_path, indices, key, dtype, shape, match):
    with h5py.File(tmp_path / "betas_session01.hdf5", "w") as file:
        file.create_dataset(key, shape, dtype)
    with pytest.raises(DataError, match=match):
        read_volume_betas(tmp_path / "betas_session01.hdf5", indices, (9, 11, 7))


def test_a_group_of_the_right_name(tmp_path, brain, indices):
    with h5py.File(tmp_path / "betas_session01.hdf5", "w") as file:
        file.create_group("betas")
    with pytest.raises(DataError, match=r"betas_session01\.hdf5(.|\n)*a group betas"):
        read_volume_betas(tmp_path / "betas_session01.hdf5", indices, brain.codes.shape)


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
