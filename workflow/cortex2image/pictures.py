"""Picture files as people see them: the one reader of every picture that the workflow is given.

A picture is returned as an image viewer shows it, as 8-bit sRGB, or it is refused: nothing in between, such
as colours below alpha that nobody sees or a photograph that lies on its side. docs/pictures.md lists the
rules. An 8-bit RGB file without an unusual profile is returned as it is stored.
"""

import functools
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import BITSPERSAMPLE

from cortex2image.errors import DataError
from cortex2image.picture_colours import GREY_16, other_colours, tags_of

# Not JPEG 2000: its decoder shows half a file as a coarser picture, without a word.
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
LARGEST = 8192 * 8192
"""Most pixels of a picture: eight times those of a large screen; 200 MB of memory."""
BACKGROUND = "white"
"""What shows through transparent pixels: the paper of most viewers and of printed figures."""
UNCHANGED = 2
"""A profile that changes no colour by more levels of 255 than this is sRGB under another name."""

_A_PICTURE = f"a picture ({', '.join(FORMATS)})"
_SAVE_ANEW = "save the picture anew as 8-bit sRGB PNG, and check that it looks right"
_PLAIN = ("1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr")
_WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
# Formats whose pictures of mode I are 16-bit grey, from 0 to 65535; in others the range is unknown.
_GREY_16_AS_INTEGERS = ("PNG", "PPM")
_MODEL_OF_PROFILE = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}
_RESTORE = "restore the file, or correct the table that names it"


def read_picture(path: str | Path, fix: str = _RESTORE) -> np.ndarray:
    """Return a picture as a person sees it.

    Parameters
    ----------
    path : path of a picture file
    fix : str
        What to do if the file is missing, damaged or no picture.

    Returns
    -------
    (height, width, 3) uint8 array, sRGB

    Raises
    ------
    DataError
        The file is missing, damaged or cut short, is no picture, has several frames or more than 67 million
        pixels, or its colours are not known for certain.
    """
    try:
        # Given a path, Pillow maps uncompressed TIFFs into memory, in rows of the turned picture's length.
        with open(path, "rb") as file, Image.open(file, formats=FORMATS) as image:
            _refuse_unclear(image, path)
            if image.format == "PNG":
                _require_checksums(path)
            return np.asarray(_as_seen(image, path))
    except DataError:
        raise
    except UnidentifiedImageError:
        raise DataError(path, _A_PICTURE, "none of these formats", fix) from None
    except Image.DecompressionBombError as error:
        raise _too_large(path, str(error)) from None
    except FileNotFoundError:
        raise DataError(path, _A_PICTURE, "no such file", fix) from None
    except MemoryError:
        raise
    except Exception as error:  # Pillow raises errors of any kind on damaged files
        raise DataError(path, f"{_A_PICTURE}, whole", f"{error}" or repr(error), fix) from None


def _require_checksums(path: str | Path) -> None:
    """Compare all parts of a PNG file but the last with their checksums; to read pixels, Pillow does not."""
    with Image.open(path, formats=("PNG",)) as image:
        image.verify()


def _refuse_unclear(image: ImageFile.ImageFile, path: str | Path) -> None:
    """Refuse, from the head of the file alone, what cannot be shown as one picture of known colours."""
    if image.width * image.height > LARGEST:
        raise _too_large(path, f"{image.width} x {image.height} px")
    # Phones store previews behind a photograph (MPO); viewers show the first.
    frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    if frames > 1:
        fix = "save the frame that was seen as a file of its own"
        raise DataError(path, "a single picture", f"{frames} frames", fix)
    if unclear := _unclear_values(image) or other_colours(image, path):
        raise DataError(path, "pixels of known colours", unclear, _SAVE_ANEW)


def _too_large(path: str | Path, found: str) -> DataError:
    expected = f"at most {LARGEST / 1e6:.0f} million pixels"
    return DataError(path, expected, found, "save the picture smaller, as large as it was seen")


def _unclear_values(image: ImageFile.ImageFile) -> str:
    """Return why it is not known how pixel values look; empty if it is known."""
    info = image.info
    integers = image.mode == "I" and image.format in _GREY_16_AS_INTEGERS
    if image.mode not in (*_PLAIN, *_WITH_ALPHA, *GREY_16) and not integers:
        return f"pixels of mode {image.mode}, whose range or colours the file does not say"
    if "icc_profile" in info and not info["icc_profile"]:
        return "a damaged colour profile"
    sixteen = any("16" in str(tile.args) for tile in image.tile)
    if image.mode == "RGB" and sixteen and "transparency" in info:
        return "a transparent colour of 16 bits"
    return ""


def _as_seen(image: Image.Image, path: str | Path) -> Image.Image:
    """Return the picture as RGB: upright, its colours in sRGB, laid on the background."""
    bits = _grey_bits(image)
    _scale_transparent_grey(image)
    image = ImageOps.exif_transpose(image)
    if bits:
        image = _eight_bits(image, bits)
    if image.mode == "La":  # Pillow takes grey below alpha apart in two steps
        image = image.convert("LA")
    profile = image.info.get("icc_profile")
    if not image.has_transparency_data:
        return _in_srgb(image, profile, path)
    alpha = image.convert("RGBA").getchannel("A")
    if alpha.getextrema() == (0, 0):
        raise DataError(path, "something to be seen", "transparent throughout", _SAVE_ANEW)
    shown = Image.new("RGB", image.size, BACKGROUND)
    colours = image.getchannel("L") if image.mode == "LA" else image.convert("RGBA").convert("RGB")
    shown.paste(_in_srgb(colours, profile, path), mask=alpha)
    return shown


def _scale_transparent_grey(image: ImageFile.ImageFile | Image.Image) -> None:
    """Bring the transparent value of a grey PNG of 2 or 4 bits to 8, to which Pillow brings its pixels."""
    bits = {"L;2": 2, "L;4": 4}.get(next((str(tile.args) for tile in getattr(image, "tile", ())), ""))
    if bits and "transparency" in image.info:
        highest = 2**bits - 1
        image.info["transparency"] = (image.info["transparency"] & highest) * 255 // highest


def _grey_bits(image: Image.Image) -> int:
    """Return the bits of grey values that have more than 8; 0 for other pictures."""
    if image.mode not in (*GREY_16, "I"):
        return 0
    return int(tags_of(image).get(BITSPERSAMPLE, (16,))[0])


def _eight_bits(image: Image.Image, bits: int) -> Image.Image:
    """Return a grey picture in 8 bits: the highest ones, as Pillow takes from colours of 16 bits."""
    values = np.asarray(image)
    eight = Image.fromarray((values >> (bits - 8)).astype(np.uint8))
    transparent = image.info.get("transparency")
    if transparent is not None:
        eight.putalpha(Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8)))
    if "icc_profile" in image.info:
        eight.info["icc_profile"] = image.info["icc_profile"]
    return eight


def _in_srgb(image: Image.Image, profile: bytes | None, path: str | Path) -> Image.Image:
    """Return an opaque picture as RGB, taken from its profile to sRGB if it has one.

    Raises
    ------
    DataError
        The profile is damaged, or one of another kind of picture.
    """
    if not profile:
        return image.convert("RGB")
    try:
        mode, transform = _to_srgb(profile)
    except (ImageCms.PyCMSError, OSError, KeyError, ValueError) as error:
        raise DataError(path, "a whole colour profile", str(error), _SAVE_ANEW) from None
    grey = mode == "L" and image.mode in ("1", "L")
    plain = image if image.mode == "CMYK" else image.convert("L" if grey else "RGB")
    if plain.mode != mode:
        found = f"a profile of {mode} in a picture of {image.mode}"
        raise DataError(path, "a colour profile that belongs to the picture", found, _SAVE_ANEW)
    return plain.convert("RGB") if transform is None else _transformed(plain, transform)


def _transformed(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    assert converted is not None  # it is None only where the picture itself is changed
    return converted


@functools.lru_cache(maxsize=16)
def _to_srgb(profile: bytes) -> tuple[str, ImageCms.ImageCmsTransform | None]:
    """Return the mode of pictures with an ICC profile, and what takes them to sRGB; None where nothing must.

    Pictures with some profile of sRGB stay as they are: rounding through another one would change them.
    """
    given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = _MODEL_OF_PROFILE[given.profile.xcolor_space.strip()]
    # Optimised, LittleCMS interpolates between few levels: dark grey would be off by ten.
    exact, srgb = ImageCms.Flags.NOOPTIMIZE, ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(given, srgb, mode, "RGB", flags=exact)
    if mode == "CMYK":
        return mode, transform
    probe = _probe(mode)
    seen = np.asarray(_transformed(probe, transform)).astype(int)
    change = np.abs(seen - np.asarray(probe.convert("RGB")))
    return mode, None if change.max() <= UNCHANGED else transform


def _probe(mode: str) -> Image.Image:
    """Return every grey value, or colours all over the cube, as a picture of one row."""
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    levels = np.arange(0, 256, 15, dtype=np.uint8)
    return Image.fromarray(np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3))
