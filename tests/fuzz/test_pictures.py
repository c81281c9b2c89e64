"""Picture files of every format that is read: damaged ones, and small ones that claim to be huge."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.support.fuzzing import FUZZ, bounded, damaged, read_or_refused
from tests.support.odd_pictures import png_16, png_file, srgb_profile, tiff_file

from cortex2image.errors import DataError
from cortex2image.pictures import LARGEST, read_picture

PIXELS = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)


def saved(form: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(PIXELS).convert(mode).save(file, form, **options)
    return file.getvalue()


SRGB = srgb_profile()
SIXTEEN = png_16(PIXELS.astype(np.uint16) * 257)
WHOLE = {
    "png": [saved("PNG"), saved("PNG", "P"), saved("PNG", "LA", icc_profile=SRGB), SIXTEEN],
    "jpg": [saved("JPEG"), saved("JPEG", "CMYK"), saved("JPEG", progressive=True, icc_profile=SRGB)],
    "tif": [saved("TIFF"), saved("TIFF", compression="tiff_lzw"), tiff_file(bytes(32), (4, 4), 16)],
    "gif": [saved("GIF", "P")],
    "bmp": [saved("BMP")],
    "webp": [saved("WEBP", lossless=True)],
    "ppm": [saved("PPM"), b"P3 2 1 255 1 2 3 4 5 6"],
}


@FUZZ
@given(st.data(), st.sampled_from(sorted(WHOLE)))
def test_damaged_files(tmp_path, data, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(data.draw(st.sampled_from(WHOLE[suffix]).flatmap(damaged)))
    picture = read_or_refused(read_picture, path)
    if picture is not None:
        assert picture.dtype == np.uint8
        assert picture.shape[2:] == (3,)
        assert 0 < picture.shape[0] * picture.shape[1] <= LARGEST


def zeros(length: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(length >> 20)), packer.flush()])


def huge_png() -> bytes:
    """Return a whole PNG file of 30,000 x 30,000 pixels of one bit, in 110 kB."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zeros(30_000 * 3751 + 2**20)), (b"IEND", b"")]
    packed = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


HUGE = {
    "png": huge_png,
    "bmp": lambda: WHOLE["bmp"][0][:18] + struct.pack("<ii", 30_000, 30_000) + WHOLE["bmp"][0][26:],
    "gif": lambda: b"GIF89a" + struct.pack("<HH", 30_000, 30_000) + WHOLE["gif"][0][10:],
    "ppm": lambda: b"P6 30000 30000 255\n" + bytes(99),
    "tif": lambda: tiff_file(bytes(32), (30_000, 30_000), 1),
}


@pytest.mark.parametrize("suffix", HUGE)
def test_a_picture_of_nine_hundred_million_pixels(tmp_path, suffix):
    (tmp_path / f"a.{suffix}").write_bytes(HUGE[suffix]())
    with bounded(5, 2**28), pytest.raises(DataError, match="at most 67 million pixels"):
        read_picture(tmp_path / f"a.{suffix}")


@pytest.mark.parametrize("name", [b"zTXt", b"iCCP", b"iTXt"])
def test_texts_without_end_in_a_picture(tmp_path, name):
    bomb = zeros(2**28)
    bodies = {b"zTXt": b"a\0\0" + bomb, b"iCCP": b"a\0\0" + bomb, b"iTXt": b"a\0\1\0\0\0" + bomb}
    rows = [PIXELS[:, :, 0].tobytes()[:7]] * 9
    (tmp_path / "a.png").write_bytes(png_file(rows, (7, 9), colour=0, chunks=[(name, bodies[name])]))
    with bounded(10, 2**27):
        read_or_refused(read_picture, tmp_path / "a.png")
