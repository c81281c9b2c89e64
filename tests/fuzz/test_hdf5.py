"""HDF5 files of bdpy and NSD: damaged ones, values that lie in other files, and sizes that no file has."""

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.bdpy_files import some_content, write_bdpy
from tests.support.fuzzing import FUZZ, bounded, damaged, read_or_refused
from tests.support.nsd_files import write_hdf5, write_mat

from cortex2image.data.bdpy.files import read_metadata, read_samples
from cortex2image.data.bdpy.samples import read_samples_of
from cortex2image.data.bdpy.voxels import study_voxels
from cortex2image.data.nsd.facts import PICTURES
from cortex2image.data.nsd.stimuli import read_pictures
from cortex2image.data.nsd.volumes import betas_shape, read_volume_betas
from cortex2image.errors import DataError

SHOWN = ["n01518878_5958", "n02950256_22949", "n01518878_5958"]
GRID = (3, 2, 2)
BETAS = np.random.default_rng(0).integers(-900, 900, (*GRID, 750)).astype(np.int16)
ALL = np.argwhere(np.ones(GRID, bool))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, bytes]:
    """Whole files of every kind."""
    folder = tmp_path_factory.mktemp("hdf5")
    content = some_content(SHOWN, DataType=[1, 1, 2], Session=[1, 1, 1], Run=[1, 2, 1])
    write_bdpy(folder / "new", content)
    write_bdpy(folder / "old", content, old=True)
    write_hdf5(folder / "hdf5", BETAS)
    write_mat(folder / "mat", BETAS)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def read_bdpy(path):
    metadata = read_metadata(path)
    read_samples_of(metadata, None)
    study_voxels(metadata, {"V1": 1}, False)
    return read_samples(path, [0, 2], metadata.columns("VoxelData"))


@FUZZ
@given(st.data(), st.sampled_from(["new", "old"]))
def test_bdpy(tmp_path, whole, data, kind):
    (tmp_path / "sub-01.h5").write_bytes(data.draw(damaged(whole[kind], 4096)))
    read_or_refused(read_bdpy, tmp_path / "sub-01.h5")


@FUZZ
@given(st.data(), st.sampled_from(["hdf5", "mat"]))
def test_nsd_betas(tmp_path, whole, data, kind):
    path = tmp_path / f"betas_session01.{kind}"
    path.write_bytes(data.draw(damaged(whole[kind], 4096)))
    read_or_refused(betas_shape, path)
    betas = read_or_refused(read_volume_betas, path, ALL, GRID)
    assert betas is None or betas.shape == (750, 12)


def write_links(path, secret):
    """Write a bdpy file whose table is not in it, in every way that HDF5 has for that."""
    with h5py.File(secret, "w") as file:
        file["dataset"] = np.arange(12.0).reshape(3, 4)
    shape, raw = (3, 4), [(str(secret), 0, 96)]
    layout = h5py.VirtualLayout(shape, "f8")
    layout[:] = h5py.VirtualSource(str(secret), "dataset", shape)
    writers = {
        "external link": lambda file: file.update({"dataset": h5py.ExternalLink(str(secret), "dataset")}),
        "soft link": lambda file: file.update(
            {"other": h5py.ExternalLink(str(secret), "dataset"), "dataset": h5py.SoftLink("/other")}
        ),
        "raw bytes": lambda file: file.create_dataset("dataset", shape, "f8", external=raw),
        "virtual": lambda file: file.create_virtual_dataset("dataset", layout),
    }
    for name, write in writers.items():
        with h5py.File(path / name, "w") as file:
            write(file)
            file["metadata/key"] = [b"VoxelData"]
            file["metadata/value"] = np.ones((1, 4))
    return [path / name for name in writers]


def test_values_in_another_file(tmp_path):
    (tmp_path / "data").mkdir()
    for path in write_links(tmp_path / "data", tmp_path / "secret"):
        with pytest.raises(DataError, match="a link to another file"):
            read_metadata(path)


@pytest.mark.parametrize("huge", ["dataset", "metadata/key", "metadata/value"])
def test_a_file_of_kilobytes_that_claims_terabytes(tmp_path, huge):
    path = write_bdpy(tmp_path / "sub-01.h5", some_content(SHOWN))
    with h5py.File(path, "a") as file:
        del file[huge]
        file.create_dataset(huge, (10**6, 10**6), "f8", chunks=(64, 64))
    with bounded(5), pytest.raises(DataError, match="which such a file can hold"):
        read_metadata(path)


def test_pictures_without_end(tmp_path):
    with h5py.File(tmp_path / "nsd_stimuli.hdf5", "w") as file:
        file.create_dataset("imgBrick", (PICTURES, 30_000, 30_000, 3), "u1", chunks=(1, 100, 100, 3))
    with bounded(5), pytest.raises(DataError, match="of at most 67108864 pixels"):
        next(read_pictures(tmp_path / "nsd_stimuli.hdf5", [0]))
