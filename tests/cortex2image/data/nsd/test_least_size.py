"""A file that was cut short is told by what its own beginning says."""

import h5py
import numpy as np
import pytest

from cortex2image.data.nsd.manifest import least_bytes


def sessions(tree):
    return [path for (path,) in tree.layout.session_candidates("sub-01", 1)]


def test_whole_hdf5_files_are_as_large_as_they_say(tree):
    hdf5, mat, _ = sessions(tree)
    for path in (hdf5, mat, tree.layout.stimuli()):
        assert 0 < least_bytes(path) <= path.stat().st_size
    assert least_bytes(hdf5) > np.prod(tree.brains["sub-01"].codes.shape) * 750 * 2


@pytest.mark.parametrize("container", [0, 1])
def test_a_hdf5_file_that_lacks_its_last_bytes(tree, copied, container):
    path = copied(sessions(tree)[container])
    path.write_bytes(path.read_bytes()[:-1])
    assert least_bytes(path) > path.stat().st_size


@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_every_version_of_the_superblock(tmp_path, version):
    path = tmp_path / "a.hdf5"
    with h5py.File(path, "w", libver=version) as file:
        file["betas"] = np.arange(1000)
    assert least_bytes(path) == path.stat().st_size


def test_surfaces(surface_tree, tmp_path):
    whole = surface_tree.layout.session_files("sub-03", 1)[0]
    assert 30 * 750 * 4 < least_bytes(whole) <= whole.stat().st_size
    cut = tmp_path / whole.name
    cut.write_bytes(whole.read_bytes()[: 284 + 30 * 750 * 4 - 1])
    assert least_bytes(cut) > cut.stat().st_size


@pytest.mark.parametrize("name", ["a.hdf5", "a.mgh"])
def test_nothing_is_too_little(tmp_path, name):
    (tmp_path / name).touch()
    assert least_bytes(tmp_path / name) > 0


def test_other_files_do_not_say(tree):
    assert least_bytes(sessions(tree)[2]) == 0
    assert least_bytes(tree.layout.design()) == 0
