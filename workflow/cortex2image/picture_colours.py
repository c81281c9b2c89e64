"""What a picture file says of its colours beside a profile: gamma, primaries, signs, Adobe RGB."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image, ImageFile
from PIL.TiffImagePlugin import PHOTOMETRIC_INTERPRETATION, SAMPLEFORMAT

SRGB_GAMMA, GAMMA_TOLERANCE = 1 / 2.2, 0.02
SRGB_PRIMARIES = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
"""x and y of white, red, green and blue of sRGB (IEC 61966-2-1)."""
PRIMARIES_TOLERANCE = 0.01
ADOBE_RGB = 2  # colour space in EXIF as some cameras write it; others write an interoperability index
ADOBE_RGB_INDEX = "R03"
# Code points of a chunk cICP (ITU-T H.273): BT.709 primaries; transfer of BT.709, BT.601, sRGB or BT.2020.
SRGB_PRIMARIES_CODE, SRGB_TRANSFER_CODES = 1, (1, 6, 13, 14, 15)
PNG_HEAD = 8
GREY_16 = ("I;16", "I;16B", "I;16L", "I;16N")


def tags_of(image: Image.Image) -> Mapping[int, Any]:
    """Return the tags of a TIFF file; of another file, none."""
    tags: Mapping[int, Any] = getattr(image, "tag_v2", {})
    return tags


def other_colours(image: ImageFile.ImageFile, path: str | Path) -> str:
    """Return why the numbers of a picture are no sRGB although it has no profile; empty if nothing says so.

    A profile goes before everything else in the file, as in viewers.
    """
    if set(tags_of(image).get(SAMPLEFORMAT, (1,))) & {2, 3}:
        return "signed or real numbers, of which neither black nor white is known"
    if image.mode in GREY_16 and tags_of(image).get(PHOTOMETRIC_INTERPRETATION) == 0:
        return "16-bit grey values of which 0 is white"
    if image.info.get("icc_profile"):
        return ""
    if image.format == "PNG":
        return _of_png(image, path)
    return "Adobe RGB without its profile" if _adobe_rgb(image) else ""


def _of_png(image: ImageFile.ImageFile, path: str | Path) -> str:
    """Return what the chunks of a PNG file say; cICP goes before sRGB, and that before gAMA and cHRM."""
    codes = _png_chunk(path, b"cICP")
    if codes and (codes[0] != SRGB_PRIMARIES_CODE or codes[1] not in SRGB_TRANSFER_CODES):
        return f"colours of a wide or bright screen (cICP {codes[0]}, {codes[1]})"
    if codes or "srgb" in image.info:
        return ""
    gamma, primaries = image.info.get("gamma"), image.info.get("chromaticity")
    if gamma and abs(gamma - SRGB_GAMMA) > GAMMA_TOLERANCE:
        return f"gamma {gamma:g} (sRGB: {SRGB_GAMMA:.4f})"
    if primaries and max(map(abs, map(float.__sub__, primaries, SRGB_PRIMARIES))) > PRIMARIES_TOLERANCE:
        return f"primaries {', '.join(f'{value:g}' for value in primaries)} (red of sRGB: 0.64, 0.33)"
    return ""


def _png_chunk(path: str | Path, name: bytes) -> bytes:
    """Return the content of a chunk in front of the pixels of a PNG file; empty if there is none."""
    with open(path, "rb") as file:
        file.seek(PNG_HEAD)
        while len(head := file.read(8)) == 8:
            length, found = struct.unpack(">I4s", head)
            if found in (name, b"IDAT"):
                return file.read(min(length, 4)) if found == name else b""
            file.seek(length + 4, 1)
    return b""


def _adobe_rgb(image: Image.Image) -> bool:
    exif = image.getexif()
    index = exif.get_ifd(ExifTags.IFD.Interop).get(ExifTags.Interop.InteropIndex, "")
    space = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ColorSpace)
    return space == ADOBE_RGB or str(index).strip("\0 ") == ADOBE_RGB_INDEX
