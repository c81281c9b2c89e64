"""Picture files that Pillow does not write: bytes of PNG and TIFF files, and colour profiles."""

import io
import struct
import zlib
from collections.abc import Sequence
from itertools import product

import numpy as np
from PIL import ImageCms

GREY, RGB, GREY_ALPHA = 0, 2, 4
D50 = [round(value * 65536) for value in (0.9642, 1.0, 0.8249)]
"""White of profiles, XYZ in units of 1/65536."""


def png_file(
    rows: Sequence[bytes],
    size: tuple[int, int],
    depth: int = 8,
    colour: int = RGB,
    chunks: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """Return a PNG file of (width, height) `size` from its rows of pixels, with further chunks."""
    head = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = [(b"IHDR", head), *chunks, (b"IDAT", data), (b"IEND", b"")]
    packed = [
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def png_16(values: np.ndarray, chunks: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """Return a PNG file of 16 bits from (height, width) grey or (height, width, 3) colour values."""
    colour = GREY if values.ndim == 2 else RGB
    size = (values.shape[1], values.shape[0])
    return png_file([row.astype(">u2").tobytes() for row in values], size, 16, colour, chunks)


def tiff_file(data: bytes, size: tuple[int, int], bits: int, white_is_zero: bool = False) -> bytes:
    """Return an uncompressed little-endian TIFF file of one channel from its packed pixels."""
    entries = [
        (256, 3, size[0]),
        (257, 3, size[1]),
        (258, 3, bits),
        (259, 3, 1),
        (262, 3, 0 if white_is_zero else 1),
        (273, 4, 8),  # the pixels lie behind the header
        (277, 3, 1),
        (278, 3, size[1]),
        (279, 4, len(data)),
    ]
    padded = data + b"\0" * (len(data) % 2)
    directory = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    head = b"II*\0" + struct.pack("<I", 8 + len(padded))
    return head + padded + struct.pack("<H", len(entries)) + directory + struct.pack("<I", 0)


def srgb_profile() -> bytes:
    """Return a profile of sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def swapped_profile() -> bytes:
    """Return a profile in which red and blue have changed places: it shows (r, g, b) as sRGB (b, g, r)."""
    swapped = srgb_profile().replace(b"rXYZ", b"none").replace(b"bXYZ", b"rXYZ").replace(b"none", b"bXYZ")
    assert ImageCms.ImageCmsProfile(io.BytesIO(swapped))
    return swapped


def nearly_srgb_profile() -> bytes:
    """Return a profile of sRGB whose red is off by half a thousandth, as other programs may round it."""
    profile = bytearray(srgb_profile())
    place = profile.index(b"rXYZ")
    red = struct.unpack_from(">I", profile, place + 4)[0] + 8
    struct.pack_into(">i", profile, red, struct.unpack_from(">i", profile, red)[0] + 30)
    return bytes(profile)


def linear_grey_profile() -> bytes:
    """Return a profile of grey values that are proportional to light."""
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 256) + b"\0\0"  # an exponent of 1
    return _profile(b"mntr", b"GRAY", b"XYZ ", (b"kTRC", curve))


def black_ink_is_grey_profile() -> bytes:
    """Return a profile of four inks: the black one alone gives L* = 50, all others give black, none white."""
    lightness = [0 if c or m or y else (50 if k else 100) for c, m, y, k in product((0, 1), repeat=4)]
    colours = b"".join(bytes([round(level * 255 / 100), 128, 128]) for level in lightness)
    matrix = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix
    return _profile(
        b"prtr", b"CMYK", b"Lab ", (b"A2B0", lut + bytes(range(256)) * 4 + colours + bytes(range(256)) * 3)
    )


def _profile(kind: bytes, colours: bytes, between: bytes, tag: tuple[bytes, bytes]) -> bytes:
    """Return an ICC profile (version 2) of one tag beside those that every profile has."""
    white = b"XYZ \0\0\0\0" + struct.pack(">iii", *D50)
    words = b"made for a test"
    name = b"desc\0\0\0\0" + struct.pack(">I", len(words) + 1) + words + b"\0" * 79
    tags = [(b"desc", name), (b"wtpt", white), tag]
    offset, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for key, content in tags:
        content += b"\0" * (-len(content) % 4)
        table += key + struct.pack(">II", offset + len(body), len(content))
        body += content
    size = offset + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02100000, kind, colours, between)
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28 + struct.pack(">iii", *D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
