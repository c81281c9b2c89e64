"""Claims of heads of NIfTI files: those of whole files hold, others are refused before anything is read."""

import gzip
import struct

import nibabel as nib
import numpy as np
import pytest

from cortex2image.data.nifti_heads import (
    DEFLATE_RATIO,
    LARGEST_VOLUME,
    require_bounded_extensions,
    require_plausible,
)

TEXTS = [b"short", b"a comment of a scanner" * 20]


@pytest.fixture(params=[nib.Nifti1Image, nib.Nifti2Image])
def content(request) -> bytes:
    image = request.param(np.zeros((2, 2, 2), np.int16), np.eye(4))
    for text in TEXTS:
        image.header.extensions.append(nib.nifti1.Nifti1Extension(6, text))
    return image.to_bytes()


@pytest.mark.parametrize("name", ["a.nii", "a.nii.gz"])
def test_whole_extensions(tmp_path, content, name):
    (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    require_bounded_extensions(tmp_path / name)


def test_other_byte_order(tmp_path):
    header = nib.Nifti1Header(endianness=">")
    header.extensions.append(nib.nifti1.Nifti1Extension(6, TEXTS[0]))
    image = nib.Nifti1Image(np.zeros((2, 2, 2), np.int16), np.eye(4), header)
    nib.save(image, tmp_path / "a.nii")
    assert (tmp_path / "a.nii").read_bytes()[:4] == struct.pack(">i", 348)
    require_bounded_extensions(tmp_path / "a.nii")
    wrong = bytearray((tmp_path / "a.nii").read_bytes())
    struct.pack_into(">i", wrong, 352, 7)
    (tmp_path / "a.nii").write_bytes(wrong)
    with pytest.raises(ValueError, match="an extension of 7 bytes"):
        require_bounded_extensions(tmp_path / "a.nii")


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("claimed", [0, 4, -8, 2**31 - 1])
def test_extensions_of_other_sizes(tmp_path, content, which, claimed):
    wrong = bytearray(content)
    first = struct.unpack_from("<i", content)[0] + 4
    place = first + which * struct.unpack_from("<i", content, first)[0]
    struct.pack_into("<i", wrong, place, claimed)
    (tmp_path / "a.nii").write_bytes(wrong)
    with pytest.raises(ValueError, match=f"an extension of {claimed} bytes"):
        require_bounded_extensions(tmp_path / "a.nii")


def test_other_files_have_no_extensions(tmp_path):
    for content in (b"", b"abc", b"\0" * 600, struct.pack("<i", 348)):
        (tmp_path / "a.nii").write_bytes(content)
        require_bounded_extensions(tmp_path / "a.nii")


@pytest.mark.parametrize(
    ("name", "ratio"), [("a.nii", 1), ("a.nii.gz", DEFLATE_RATIO), ("a.mgz", DEFLATE_RATIO)]
)
def test_what_a_file_can_hold(tmp_path, name, ratio):
    (tmp_path / name).write_bytes(bytes(1000))
    require_plausible(tmp_path / name, (10, 10), 1000 * ratio)
    with pytest.raises(ValueError, match="1000 bytes, too few"):
        require_plausible(tmp_path / name, (10, 10), 1000 * ratio + 1)


@pytest.mark.parametrize("shape", [(), (0, 3, 3), (-1, 3, 3), (LARGEST_VOLUME, 2, 1), (2**20, 2**20, 2**20)])
def test_shapes_of_no_brain(tmp_path, shape):
    (tmp_path / "a.nii").write_bytes(bytes(1000))
    with pytest.raises(ValueError, match="a shape of"):
        require_plausible(tmp_path / "a.nii", shape, 8)


def test_time_is_no_part_of_a_volume(tmp_path):
    (tmp_path / "a.nii").write_bytes(bytes(1000))
    require_plausible(tmp_path / "a.nii", (512, 512, 512, 100), 8)
