"""NIfTI and MGH files: damaged heads, heads that claim a terabyte, and gzip files without end."""

import gzip
import struct
import zlib

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fuzzing import FUZZ, bounded, damaged, read_or_refused

from cortex2image.data.nsd.manifest import least_bytes
from cortex2image.data.nsd.surfaces import count_vertices, read_surface, stored_shape
from cortex2image.data.volumes import (
    load_bold,
    load_mask,
    load_volume,
    read_bold_header,
    read_grid,
    read_head,
)
from cortex2image.data.whole_files import whole_shape
from cortex2image.errors import DataError

SHAPE = (4, 3, 2)
BOLD = np.random.default_rng(0).normal(100, 1, (*SHAPE, 5)).astype(np.float32)
HEAD = 352
READERS = (read_bold_header, read_grid, read_head, load_volume, load_mask, whole_shape)


def nifti(values: np.ndarray, kind=nib.Nifti1Image, extension: bytes = b"") -> bytes:
    image = kind(values, np.diag([2.0, 2.0, 2.0, 1.0]))
    image.header.set_xyzt_units("mm", "sec")
    if extension:
        image.header.extensions.append(nib.nifti1.Nifti1Extension(6, extension))
    return image.to_bytes()


WHOLE = [
    nifti(BOLD),
    nifti(np.ones(SHAPE, np.uint8)),
    nifti(BOLD, nib.Nifti2Image),
    nifti(np.ones(SHAPE, np.int16), extension=b"made by a scanner"),
]
SURFACE = nib.MGHImage(np.arange(10, dtype=np.float32)[:, None, None], np.eye(4)).to_bytes()


def read_all(path):
    for reader in READERS:
        read_or_refused(reader, path)
    bold = read_or_refused(load_bold, path, np.ones(SHAPE, bool))
    assert bold is None or (bold.shape[1] == 24 and np.isfinite(bold).all())


@FUZZ
@given(st.sampled_from(WHOLE).flatmap(damaged))
def test_damaged_files(tmp_path, content):
    (tmp_path / "bold.nii").write_bytes(content)
    read_all(tmp_path / "bold.nii")


@FUZZ
@given(st.sampled_from(WHOLE).flatmap(damaged))
def test_damaged_before_they_were_compressed(tmp_path, content):
    (tmp_path / "bold.nii.gz").write_bytes(gzip.compress(content, 1))
    read_all(tmp_path / "bold.nii.gz")


@FUZZ
@given(st.sampled_from([gzip.compress(whole, 1) for whole in WHOLE]).flatmap(damaged))
def test_damaged_after_they_were_compressed(tmp_path, content):
    (tmp_path / "bold.nii.gz").write_bytes(content)
    read_all(tmp_path / "bold.nii.gz")


@FUZZ
@given(damaged(SURFACE, 90), st.booleans())
def test_surfaces(tmp_path, content, packed):
    path = tmp_path / ("lh.streams.mgz" if packed else "lh.streams.mgh")
    path.write_bytes(gzip.compress(content, 1) if packed else content)
    for reader in (read_surface, stored_shape, count_vertices, least_bytes):
        read_or_refused(reader, path)


def claiming(lengths: tuple[int, ...]) -> bytes:
    """Return the head of a NIfTI file of int16 with these lengths, and no values."""
    head = bytearray(WHOLE[0][:HEAD])
    struct.pack_into("<8h", head, 40, len(lengths), *lengths, *[1] * (7 - len(lengths)))
    struct.pack_into("<hh", head, 70, 4, 16)
    return bytes(head)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("lengths", [(10_000, 10_000, 5000), (500, 500, 500, 32_000), (32_000, 1, 1, 32_000)])
def test_a_head_that_claims_a_terabyte(tmp_path, packed, lengths):
    path = tmp_path / ("huge.nii.gz" if packed else "huge.nii")
    path.write_bytes(gzip.compress(claiming(lengths)) if packed else claiming(lengths))
    for read in (read_grid, read_head, load_volume, whole_shape):
        with bounded(5), pytest.raises(DataError, match="whole NIfTI"):
            read(path)


def endless(head: bytes) -> bytes:
    """Return a gzip file of a head and 256 megabytes of zeros, in 250 kB."""
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(head)]
    parts += [packer.compress(bytes(2**24)) for _ in range(16)]
    return b"".join([*parts, packer.flush()])


def test_a_small_volume_with_zeros_without_end_behind_it(tmp_path):
    path = tmp_path / "mask.nii.gz"
    path.write_bytes(endless(nifti(np.ones(SHAPE, np.uint8))))
    with bounded(room=2**27), pytest.raises(DataError, match="more than the 376 bytes that its head claims"):
        load_mask(path)


@pytest.mark.parametrize("claimed", [0, -16, 2**30])
def test_an_extension_with_zeros_without_end_behind_it(tmp_path, claimed):
    head = bytearray(nifti(np.ones(SHAPE, np.uint8), extension=b"made by a scanner")[:HEAD])
    struct.pack_into("<f", head, 108, 2.0**25)
    path = tmp_path / "mask.nii.gz"
    path.write_bytes(endless(bytes(head) + struct.pack("<ii", claimed, 6)))
    with bounded(room=2**27), pytest.raises(DataError, match=rf"an extension of {claimed} bytes"):
        read_grid(path)


def test_numbers_that_are_not_real(tmp_path):
    for name, kind in (("complex", np.complex64), ("colours", [("R", "u1"), ("G", "u1"), ("B", "u1")])):
        nib.save(nib.Nifti1Image(np.zeros(SHAPE, kind), np.eye(4)), tmp_path / f"{name}.nii")
        with pytest.raises(DataError, match="no real numbers"):
            load_mask(tmp_path / f"{name}.nii")


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_an_affine_that_is_no_matrix_to_mm(tmp_path, bad):
    head = bytearray(nifti(np.ones(SHAPE, np.uint8)))
    struct.pack_into("<hh", head, 252, 0, 2)
    struct.pack_into("<3f", head, 280, bad, bad, bad)
    (tmp_path / "mask.nii").write_bytes(head)
    for read in (read_grid, load_mask):
        with pytest.raises(DataError, match="affine"):
            read(tmp_path / "mask.nii")
