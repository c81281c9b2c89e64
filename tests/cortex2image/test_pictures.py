"""Picture files of every kind: as a person sees them, or refused."""

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms
from tests.support.odd_pictures import (
    GREY,
    black_ink_is_grey_profile,
    linear_grey_profile,
    nearly_srgb_profile,
    png_16,
    png_file,
    srgb_profile,
    swapped_profile,
    tiff_file,
)

from cortex2image.errors import DataError
from cortex2image.pictures import LARGEST, read_picture

ORIENTATION = 0x0112
SHOWN = {
    1: lambda stored: stored,
    2: np.fliplr,
    3: lambda stored: stored[::-1, ::-1],
    4: np.flipud,
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: np.rot90(stored, 1),
}
"""How a viewer shows stored pixels, by the EXIF orientation (CIPA DC-008, 4.6.4)."""


@pytest.fixture
def pixels(rng):
    return rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)


@pytest.fixture
def smooth():
    """Colours that JPEG and WebP keep to a few levels."""
    rows, columns = np.mgrid[0:32, 0:48]
    return np.stack([rows * 7, columns * 5, 255 - rows * 7], axis=-1).astype(np.uint8)


def read_bytes(folder, content, name="odd.png"):
    (folder / name).write_bytes(content)
    return read_picture(folder / name)


def read_saved(folder, image, name, **options):
    image.save(folder / name, **options)
    return read_picture(folder / name)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.ppm", "a.tif"])
def test_plain_colours_are_returned_as_they_are_stored(tmp_path, pixels, name):
    np.testing.assert_array_equal(read_saved(tmp_path, Image.fromarray(pixels), name), pixels)


@pytest.mark.parametrize("profile", [None, srgb_profile()], ids=["plain", "sRGB"])
@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.png", "a.tif"])
def test_pictures_in_srgb_are_what_pillow_decodes(tmp_path, smooth, name, profile):
    read = read_saved(tmp_path, Image.fromarray(smooth), name, icc_profile=profile)
    with Image.open(tmp_path / name) as image:
        np.testing.assert_array_equal(read, np.asarray(image.convert("RGB")))


def test_the_suffix_does_not_matter(tmp_path, pixels):
    np.testing.assert_array_equal(
        read_saved(tmp_path, Image.fromarray(pixels), "a.JPEG", format="PNG"), pixels
    )


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_is_grey(tmp_path, pixels, mode):
    grey = Image.fromarray(pixels[:, :, 0]).convert(mode)
    expected = np.asarray(grey.convert("L"))
    np.testing.assert_array_equal(read_saved(tmp_path, grey, "a.png"), np.stack([expected] * 3, axis=-1))


def test_a_palette_is_looked_up(tmp_path):
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    read = read_saved(tmp_path, image, "a.png")
    np.testing.assert_array_equal(read, [[[10, 20, 30], [40, 50, 60], [70, 80, 90]]])


@pytest.mark.parametrize("name", ["a.tif", "a.jpg"])
def test_inks_become_colours(tmp_path, name):
    inks = np.tile(np.array([0, 100, 200, 50], np.uint8), (16, 16, 1))
    read = read_saved(tmp_path, Image.fromarray(inks, "CMYK"), name)
    expected = [(255 - ink) * (255 - 50) / 255 for ink in (0, 100, 200)]
    np.testing.assert_allclose(read, np.tile(np.array(expected), (16, 16, 1)), atol=3)


def on_white(pixels, alpha):
    share = alpha[..., None] / 255
    return pixels * share + 255 * (1 - share)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_transparent_pixels_show_white(tmp_path, pixels, rng, name):
    alpha = rng.integers(0, 256, pixels.shape[:2], dtype=np.uint8)
    alpha[0] = 0
    read = read_saved(tmp_path, Image.fromarray(np.dstack([pixels, alpha])), name)
    np.testing.assert_allclose(read, on_white(pixels, alpha), atol=1)
    assert (read[0] == 255).all()


def test_grey_below_alpha(tmp_path, pixels):
    grey, alpha = pixels[:, :, 0], pixels[:, :, 1]
    read = read_saved(tmp_path, Image.fromarray(np.dstack([grey, alpha]), "LA"), "a.png")
    np.testing.assert_allclose(read, on_white(np.stack([grey] * 3, axis=-1), alpha), atol=1)


def test_one_transparent_entry_of_a_palette(tmp_path):
    image = Image.fromarray(np.array([[0, 1, 2]], np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    for name, transparency in (("one.png", 1), ("each.png", b"\xff\x00\xff"), ("one.gif", 1)):
        read = read_saved(tmp_path, image, name, transparency=transparency)
        np.testing.assert_array_equal(read, [[[10, 20, 30], [255, 255, 255], [70, 80, 90]]])


def test_one_transparent_colour(tmp_path, pixels):
    pixels[0, 0] = (1, 2, 3)
    read = read_saved(tmp_path, Image.fromarray(pixels), "a.png", transparency=(1, 2, 3))
    assert (read[0, 0] == 255).all()
    np.testing.assert_array_equal(read[1:], pixels[1:])
    grey = read_saved(tmp_path, Image.fromarray(pixels[:, :, 0]), "g.png", transparency=int(pixels[2, 2, 0]))
    assert (grey[2, 2] == 255).all()


@pytest.mark.parametrize(("depth", "packed"), [(2, b"\x1b"), (4, b"\x01\x23")])
@pytest.mark.parametrize("key", range(4))
def test_a_transparent_grey_of_few_bits(tmp_path, depth, packed, key):
    content = png_file([packed], (4, 1), depth, GREY, chunks=[(b"tRNS", struct.pack(">H", key))])
    shown = [number * 255 // (2**depth - 1) for number in range(4)]
    shown[key] = 255
    assert read_bytes(tmp_path, content)[0, :, 0].tolist() == shown


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.tif"])
def test_a_picture_of_which_nothing_shows_is_refused(tmp_path, pixels, name):
    hidden = np.dstack([pixels, np.zeros(pixels.shape[:2], np.uint8)])
    with pytest.raises(DataError, match=r"something to be seen\n.*transparent throughout"):
        read_saved(tmp_path, Image.fromarray(hidden), name)
    hidden[0, 0, 3] = 255
    assert read_saved(tmp_path, Image.fromarray(hidden), name)[0, 1].tolist() == [255, 255, 255]


def test_sixteen_bits_are_scaled_not_clipped(tmp_path, pixels):
    sixteen = pixels.astype(np.uint16) * 257
    np.testing.assert_array_equal(read_bytes(tmp_path, png_16(sixteen)), pixels)
    grey = np.stack([pixels[:, :, 0]] * 3, axis=-1)
    np.testing.assert_array_equal(read_bytes(tmp_path, png_16(sixteen[:, :, 0])), grey)
    for order, name in (("<", "little.tif"), (">", "big.tif")):
        tifffile.imwrite(tmp_path / name, sixteen[:, :, 0], byteorder=order, photometric="minisblack")
        np.testing.assert_array_equal(read_picture(tmp_path / name), grey)
        tifffile.imwrite(tmp_path / name, sixteen, byteorder=order, photometric="rgb")
        np.testing.assert_array_equal(read_picture(tmp_path / name), pixels)
    portable = b"P5 9 6 65535\n" + sixteen[:, :, 0].astype(">u2").tobytes()
    np.testing.assert_array_equal(read_bytes(tmp_path, portable, "a.pgm"), grey)


def test_a_transparent_grey_of_sixteen_bits(tmp_path):
    values = np.array([[0, 257, 65535, 256]], np.uint16)
    read = read_bytes(tmp_path, png_16(values, [(b"tRNS", struct.pack(">H", 257))]))
    assert read[0, :, 0].tolist() == [0, 255, 255, 1]
    colours = np.stack([values] * 3, axis=-1)
    with pytest.raises(DataError, match="transparent colour of 16 bits"):
        read_bytes(tmp_path, png_16(colours, [(b"tRNS", struct.pack(">3H", 257, 257, 257))]))


def test_twelve_bits_are_scaled(tmp_path):
    first, second = 0xFFF, 0x800
    packed = bytes([first >> 4, (first & 15) << 4 | second >> 8, second & 255])
    read = read_bytes(tmp_path, tiff_file(packed, (2, 1), 12), "a.tif")
    np.testing.assert_array_equal(read[0], [[255] * 3, [128] * 3])


@pytest.mark.parametrize("orientation", SHOWN)
@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp"])
def test_pictures_stand_upright(tmp_path, pixels, name, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"lossless": True} if name == "a.webp" else {}
    read = read_saved(tmp_path, Image.fromarray(pixels), name, exif=exif, **options)
    np.testing.assert_array_equal(read, SHOWN[orientation](pixels))


@pytest.mark.parametrize("orientation", SHOWN)
@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK", "I;16"])
def test_plain_tiffs_of_every_mode_stand_upright(tmp_path, smooth, mode, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    grey = smooth[:, :, 0]
    if mode == "I;16":
        drawn = Image.fromarray(grey.astype(np.uint16) * 257)
    else:
        drawn = Image.fromarray(grey).convert("RGB" if mode in ("RGBA", "CMYK") else "L").convert(mode)
    read = read_saved(tmp_path, drawn, "a.tif", exif=exif)
    np.testing.assert_allclose(read[:, :, 0], SHOWN[orientation](grey).astype(int), atol=2)


@pytest.mark.parametrize("orientation", SHOWN)
def test_photographs_grey_and_transparent_pictures_stand_upright(tmp_path, smooth, orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    read = read_saved(tmp_path, Image.fromarray(smooth), "a.jpg", exif=exif, quality=100, subsampling=0)
    np.testing.assert_allclose(read, SHOWN[orientation](smooth).astype(int), atol=4)
    sixteen = Image.fromarray(smooth[:, :, 0].astype(np.uint16) * 257)
    read = read_saved(tmp_path, sixteen, "a.png", exif=exif)
    np.testing.assert_array_equal(read[:, :, 0], SHOWN[orientation](smooth[:, :, 0]))
    alpha = Image.fromarray(np.dstack([smooth, smooth[:, :, 1]]))
    read = read_saved(tmp_path, alpha, "b.png", exif=exif)
    np.testing.assert_allclose(read, SHOWN[orientation](on_white(smooth, smooth[:, :, 1])), atol=1)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg"])
def test_colours_of_a_profile_are_taken_to_srgb(tmp_path, smooth, name):
    options = {"quality": 100, "subsampling": 0} if name == "a.jpg" else {}
    read = read_saved(tmp_path, Image.fromarray(smooth), name, icc_profile=swapped_profile(), **options)
    np.testing.assert_allclose(read.astype(int), smooth[:, :, ::-1].astype(int), atol=6)


def test_another_rounding_of_srgb_changes_nothing(tmp_path, pixels):
    profile = nearly_srgb_profile()
    converted = ImageCms.profileToProfile(
        Image.fromarray(pixels), ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
    )
    assert 0 < np.abs(np.asarray(converted).astype(int) - pixels).max() <= 2
    np.testing.assert_array_equal(
        read_saved(tmp_path, Image.fromarray(pixels), "a.png", icc_profile=profile), pixels
    )


def test_profiles_of_palettes_grey_and_transparent_pictures(tmp_path, smooth):
    profile = swapped_profile()
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([200, 20, 30, 40, 50, 160])
    read = read_saved(tmp_path, image, "p.png", icc_profile=profile)
    np.testing.assert_allclose(read.astype(int), [[[30, 20, 200], [160, 50, 40]]], atol=3)
    alpha = np.full(smooth.shape[:2], 255, np.uint8)
    alpha[:, :10] = 0
    read = read_saved(tmp_path, Image.fromarray(np.dstack([smooth, alpha])), "a.png", icc_profile=profile)
    assert (read[:, :10] == 255).all()
    np.testing.assert_allclose(read[:, 10:].astype(int), smooth[:, 10:, ::-1].astype(int), atol=6)
    read = read_saved(tmp_path, Image.fromarray(smooth[:, :, 0]), "g.png", icc_profile=profile)
    np.testing.assert_allclose(read.astype(int), np.stack([smooth[:, :, 0]] * 3, axis=-1).astype(int), atol=3)


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_grey_values_of_light_become_brighter(tmp_path, mode):
    values = np.arange(256, dtype=np.uint8)[None]
    light = values / 255
    expected = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    stored = {
        "L": Image.fromarray(values),
        "LA": Image.fromarray(np.dstack([values, np.full_like(values, 255)]), "LA"),
        "I;16": Image.fromarray(values.astype(np.uint16) * 257),
    }[mode]
    read = read_saved(tmp_path, stored, "a.png", icc_profile=linear_grey_profile())
    np.testing.assert_allclose(read[0, :, 1], expected[0], atol=2)


@pytest.mark.parametrize("name", ["a.tif", "a.jpg"])
def test_a_profile_of_inks_goes_before_the_plain_formula(tmp_path, name):
    inks = np.zeros((16, 32, 4), np.uint8)
    inks[:, 16:, 3] = 255
    profile = black_ink_is_grey_profile()
    read = read_saved(tmp_path, Image.fromarray(inks, "CMYK"), name, icc_profile=profile).astype(int)
    np.testing.assert_allclose(read[:, :16], 255, atol=1)
    np.testing.assert_allclose(read[:, 16:], 119, atol=2)  # L* = 50; the plain formula would give 0


def broken_profile_chunk():
    return b"iCCP", b"name\0\0" + b"no zlib stream"


@pytest.mark.parametrize("profile", [b"no profile", srgb_profile()[:200], linear_grey_profile()])
def test_profiles_that_are_broken_or_of_other_pictures_are_refused(tmp_path, pixels, profile):
    with pytest.raises(DataError, match=r"a\.png\n.*colour profile"):
        read_saved(tmp_path, Image.fromarray(pixels), "a.png", icc_profile=profile)


def test_profiles_that_cannot_be_unpacked_and_of_inks_are_refused(tmp_path, pixels):
    rows = [row.tobytes() for row in pixels]
    with pytest.raises(DataError, match="damaged colour profile"):
        read_bytes(tmp_path, png_file(rows, (9, 6), chunks=[broken_profile_chunk()]))
    inks = Image.fromarray(pixels).convert("CMYK")
    with pytest.raises(DataError, match="profile of RGB in a picture of CMYK"):
        read_saved(tmp_path, inks, "a.tif", icc_profile=swapped_profile())


@pytest.mark.parametrize(("gamma", "refused"), [(45455, False), (100000, True)])
def test_an_unusual_gamma_is_refused(tmp_path, pixels, gamma, refused):
    content = png_file(
        [row.tobytes() for row in pixels], (9, 6), chunks=[(b"gAMA", struct.pack(">I", gamma))]
    )
    if refused:
        with pytest.raises(DataError, match=r"gamma 1 \(sRGB"):
            read_bytes(tmp_path, content)
    else:
        np.testing.assert_array_equal(read_bytes(tmp_path, content), pixels)


@pytest.mark.parametrize("name", ["a.gif", "a.tif", "a.png", "a.webp"])
def test_several_frames_are_refused(tmp_path, pixels, name):
    frames = [Image.fromarray(frame) for frame in (pixels, 255 - pixels)]
    with pytest.raises(DataError, match=r"single picture\n.*2 frames"):
        read_saved(tmp_path, frames[0], name, save_all=True, append_images=frames[1:])


def test_a_photograph_with_a_preview_is_the_photograph(tmp_path, smooth):
    frames = [Image.fromarray(frame) for frame in (smooth, 255 - smooth)]
    options = {"format": "MPO", "save_all": True, "append_images": frames[1:], "quality": 95}
    read = read_saved(tmp_path, frames[0], "a.jpg", **options)
    np.testing.assert_allclose(read, smooth.astype(int), atol=12)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.gif", "a.bmp", "a.tif", "a.webp", "a.ppm"])
def test_a_file_that_was_cut_short_is_refused(tmp_path, rng, name):
    noise = Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))
    noise.save(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    assert read_picture(tmp_path / name).shape == (64, 64, 3)
    with pytest.raises(DataError, match=rf"{name}\n(.|\n)*restore the file"):
        read_bytes(tmp_path, content[: len(content) // 2], name)


def test_no_flipped_bit_of_a_png_changes_what_is_seen(tmp_path, rng):
    """Without checksums, Pillow shows some flipped bits near the end of a file as other colours."""
    seen = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    seen[:32] = 7
    Image.fromarray(seen).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    bits = 8 * len(content)
    unseen, refused = 0, 0
    for bit in (*range(0, bits - 400, 97), *range(bits - 400, bits)):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        (tmp_path / "b.png").write_bytes(damaged)
        with suppress(Exception), Image.open(tmp_path / "b.png") as image:
            unseen += not np.array_equal(np.asarray(image), seen)
        try:
            np.testing.assert_array_equal(read_picture(tmp_path / "b.png"), seen, f"bit {bit}")
        except DataError:
            refused += 1
    assert 0 < unseen < refused


@pytest.mark.parametrize("size", [(30_000, 30_000), (9_000, 9_000)])
def test_bombs_are_refused_by_their_head(tmp_path, size):
    assert size[0] * size[1] > LARGEST
    content = png_file([b""], size)
    with pytest.raises(DataError, match=r"at most 67 million pixels(.|\n)*smaller"):
        read_bytes(tmp_path, content)


def test_values_of_unknown_range_or_colours_are_refused(tmp_path, pixels):
    refused = {
        "float.tif": Image.fromarray(pixels[:, :, 0].astype(np.float32)),
        "integers.tif": Image.fromarray(pixels[:, :, 0].astype(np.int32)),
        "lab.tif": Image.fromarray(pixels, "LAB"),
    }
    for name, image in refused.items():
        with pytest.raises(DataError, match=r"known colours\n.*pixels of mode(.|\n)*8-bit sRGB PNG"):
            read_saved(tmp_path, image, name)
    content = tiff_file(b"\0\1\2\3", (2, 1), 16, white_is_zero=True)
    with pytest.raises(DataError, match="0 is white"):
        read_bytes(tmp_path, content, "white.tif")


def test_what_is_no_picture_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"a picture \(BMP(.|\n)*no such file(.|\n)*repair it"):
        read_picture(tmp_path / "gone.png", "repair it")
    with pytest.raises(DataError, match="none of these formats"):
        read_bytes(tmp_path, b"a text")
    with pytest.raises(DataError, match="none of these formats"):
        read_bytes(tmp_path, b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "a.eps")
    with pytest.raises(DataError, match="none of these formats"):
        read_saved(tmp_path, Image.new("RGB", (9, 6)), "a.jp2")
    with pytest.raises(DataError, match="a picture"):
        read_picture(tmp_path)
    buffer = io.BytesIO()
    Image.new("RGB", (9, 6)).save(buffer, "PNG")
    damaged = buffer.getvalue().replace(b"IDAT", b"IDAX")
    with pytest.raises(DataError, match=r"odd\.png"):
        read_bytes(tmp_path, damaged)
    with pytest.raises(DataError, match=r"odd\.png"):
        read_bytes(tmp_path, png_file([zlib.compress(b"")], (9, 6)))
