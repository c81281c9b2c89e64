"""Betas and labels on fsaverage."""

import nibabel as nib
import numpy as np
import pytest
from tests.support.nsd_files import write_surface

from cortex2image.data.nsd.surfaces import count_vertices, read_surface, read_surface_betas
from cortex2image.errors import DataError


@pytest.fixture(scope="module")
def brain(surface_tree):
    return surface_tree.brains["sub-03"]


@pytest.fixture
def files(surface_tree):
    return surface_tree.layout.session_files("sub-03", 2)


def test_percent_as_stored(surface_tree, brain):
    files = surface_tree.layout.session_files("sub-03", 1)
    vertices = np.array([3, 5, 29, 30, 44, 59])
    betas = read_surface_betas(files, vertices, 60)
    assert betas.dtype == np.float32
    np.testing.assert_array_equal(betas, brain.stored[0][vertices, 0, 0].T)
    assert nib.load(files[0]).header.get_data_dtype() == np.dtype(">f4")


def test_invalid_in_this_session(brain, files):
    betas = read_surface_betas(files, np.arange(60), 60)
    invalid = {brain.once_invalid[0], brain.never_valid[0]}
    assert set(np.flatnonzero(np.isnan(betas).all(axis=0))) == invalid
    assert np.isnan(betas).any(axis=0).sum() == len(invalid)


@pytest.mark.parametrize("gap", [np.nan, 0.0])
def test_gaps_and_zeros(tmp_path, gap):
    """NaN in a single trial makes the vertex useless; zero in a single trial does not."""
    values = np.random.default_rng(0).normal(size=(10, 750))
    values[4, 11], values[7] = gap, 0
    paths = [tmp_path / "lh.betas_session01.mgh", tmp_path / "rh.betas_session01.mgh"]
    for path in paths:
        write_surface(path, values)
    betas = read_surface_betas(paths, np.arange(20), 20)
    invalid = [4, 7, 14, 17] if np.isnan(gap) else [7, 17]
    assert np.flatnonzero(np.isnan(betas).all(axis=0)).tolist() == invalid
    assert np.isnan(betas).any(axis=0).sum() == len(invalid)


def test_another_surface(files):
    with pytest.raises(DataError, match=r"62 vertices(.|\n)*60"):
        read_surface_betas(files, np.arange(60), 62)


def test_a_session_of_749_trials(tmp_path, files):
    write_surface(tmp_path / "rh.betas_session02.mgh", np.ones((30, 749)))
    with pytest.raises(DataError, match=r"rh\.betas_session02\.mgh(.|\n)*750 trials(.|\n)*749"):
        read_surface_betas([files[0], tmp_path / "rh.betas_session02.mgh"], np.arange(60), 60)


def test_truncated_or_missing(files, copied, tmp_path):
    path = copied(files[0])
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(DataError, match=r"lh\.betas_session02\.mgh(.|\n)*again"):
        read_surface_betas([path, files[1]], np.arange(60), 60)
    with pytest.raises(DataError, match=r"absent\.mgh"):
        read_surface_betas([tmp_path / "absent.mgh", files[1]], np.arange(60), 60)


def test_labels(surface_tree, brain, files):
    path = surface_tree.layout.hemisphere_atlas("sub-03", "rh", "streams")
    np.testing.assert_array_equal(read_surface(path), brain.codes[30:, 0, 0])
    assert count_vertices(path) == 30
    with pytest.raises(DataError, match="one value per vertex"):
        read_surface(files[0])


def test_a_flipped_bit_of_compressed_labels_is_refused(tmp_path):
    path = tmp_path / "rh.streams.mgz"
    codes = np.random.default_rng(3).integers(0, 8, (3000, 1, 1)).astype(np.int32)
    nib.save(nib.MGHImage(codes, np.eye(4)), path)
    np.testing.assert_array_equal(read_surface(path), codes[:, 0, 0])
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"rh\.streams\.mgz"):
        read_surface(path)
