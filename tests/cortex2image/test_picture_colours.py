"""Colours that a file names without a profile: those of sRGB are read, others are refused."""

import struct

import numpy as np
import pytest
import tifffile
from PIL import ExifTags, Image
from tests.support.odd_pictures import png_file, srgb_profile

from cortex2image.errors import DataError
from cortex2image.pictures import read_picture

SRGB = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
DISPLAY_P3 = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
PIXEL = (16, 128, 240)


def read_png(folder, *chunks):
    (folder / "a.png").write_bytes(png_file([bytes(PIXEL)], (1, 1), chunks=chunks))
    return read_picture(folder / "a.png")


def primaries(values):
    return b"cHRM", struct.pack(">8I", *values)


def gamma(value):
    return b"gAMA", struct.pack(">I", value)


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [gamma(45455), primaries(SRGB)],
        [primaries([value + 400 for value in SRGB])],
        [(b"cICP", bytes([1, 13, 0, 1]))],
        [(b"sRGB", b"\0"), gamma(100000), primaries(DISPLAY_P3)],
        [(b"cICP", bytes([1, 1, 0, 1])), primaries(DISPLAY_P3)],
    ],
)
def test_png_files_in_srgb_are_returned_as_stored(tmp_path, chunks):
    assert read_png(tmp_path, *chunks).tolist() == [[list(PIXEL)]]


@pytest.mark.parametrize(
    ("chunks", "found"),
    [
        ([gamma(45455), primaries(DISPLAY_P3)], "primaries 0.3127, 0.329, 0.68"),
        ([primaries(DISPLAY_P3)], "primaries"),
        ([gamma(55556)], "gamma 0.55556"),
        ([(b"cICP", bytes([9, 16, 0, 1]))], r"cICP 9, 16"),
        ([(b"cICP", bytes([12, 13, 0, 1])), (b"sRGB", b"\0")], r"cICP 12, 13"),
    ],
)
def test_png_files_in_other_colours_are_refused(tmp_path, chunks, found):
    with pytest.raises(DataError, match=rf"pixels of known colours\n.*{found}(.|\n)*sRGB PNG"):
        read_png(tmp_path, *chunks)


def photograph(folder, space, index=None, **options):
    """Write a photograph as a camera does, with its colour space in EXIF, and read it."""
    exif = Image.Exif()
    of_camera = exif.get_ifd(ExifTags.IFD.Exif)
    of_camera[ExifTags.Base.ColorSpace] = space
    if index:
        of_camera[ExifTags.IFD.Interop] = {1: index}
    Image.new("RGB", (16, 16), PIXEL).save(folder / "a.jpg", exif=exif, **options)
    return read_picture(folder / "a.jpg")


@pytest.mark.parametrize(("space", "index"), [(1, "R98"), (1, None), (0xFFFF, None)])
def test_photographs_in_srgb_are_read(tmp_path, space, index):
    np.testing.assert_allclose(photograph(tmp_path, space, index)[0, 0].astype(int), PIXEL, atol=3)


@pytest.mark.parametrize(("space", "index"), [(0xFFFF, "R03"), (2, None)])
def test_photographs_in_adobe_rgb_need_their_profile(tmp_path, space, index):
    with pytest.raises(DataError, match="Adobe RGB without its profile"):
        photograph(tmp_path, space, index)
    photograph(tmp_path, space, index, icc_profile=srgb_profile())


@pytest.mark.parametrize("dtype", [np.int8, np.int16])
def test_signed_grey_is_refused(tmp_path, dtype):
    tifffile.imwrite(tmp_path / "a.tif", np.ones((4, 4), dtype), photometric="minisblack")
    with pytest.raises(DataError, match="known colours"):
        read_picture(tmp_path / "a.tif")
    tifffile.imwrite(tmp_path / "a.tif", np.ones((4, 4), np.uint8), photometric="minisblack")
    assert read_picture(tmp_path / "a.tif").max() == 1
