import numpy as np
import pytest

from cortex2image.simulation.anatomy import EARLY, build_anatomy, traits_of
from cortex2image.simulation.receptive_fields import (
    CHANNELS,
    ReceptiveFields,
    draw_receptive_fields,
    gabor,
    visual_channels,
    visual_drive,
)


def _random_images(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 64, 64, 3), dtype=np.uint8)


def _fields(**values: float) -> ReceptiveFields:
    one = {"x": 0.5, "y": 0.5, "size": 0.05, "exponent": 1.0, **values}
    weights = np.zeros((1, len(CHANNELS)))
    weights[0, 0] = 1
    return ReceptiveFields(weights=weights, **{key: np.array([value]) for key, value in one.items()})


def test_gabor_ignores_uniform_light():
    assert abs(gabor(8.0, 45.0).sum()) < 1e-12


@pytest.mark.parametrize(("channel", "pixel"), [("red", (200, 40, 40)), ("blue", (40, 40, 200))])
def test_a_uniform_picture_drives_its_colour_and_no_contour(channel, pixel):
    maps = visual_channels(np.full((1, 64, 64, 3), pixel, np.uint8))[0].mean((1, 2))
    opposite = {"red": "green", "blue": "yellow"}[channel]
    assert maps[CHANNELS.index(channel)] > 0.3
    assert maps[CHANNELS.index(opposite)] == 0
    assert maps[6:].max() < 0.02


def test_stripes_drive_the_gabor_of_their_orientation_and_width():
    rows = np.arange(64)[:, None, None]
    stripes = np.broadcast_to(127 + 120 * np.cos(2 * np.pi * rows / 8), (64, 64, 3)).astype(np.uint8)
    energy = visual_channels(stripes[None])[0].mean((1, 2))
    assert CHANNELS[np.argmax(energy)] == "gabor 8 px 0 deg"


def test_gabor_energy_is_the_modulus_of_a_direct_convolution():
    image = _random_images(1)
    maps = visual_channels(image)[0, CHANNELS.index("gabor 4 px 45 deg")]
    light = np.pad(image[0].mean(-1) / 255 - 0.5, 24, mode="reflect")
    kernel = gabor(4.0, 45.0)[::-1, ::-1]
    half = kernel.shape[0] // 2

    def energy(row: int, column: int) -> float:
        patch = light[
            row + 24 - half : row + 25 + half,
            column + 24 - half : column + 25 + half,
        ]
        return float(np.sqrt(abs((patch * kernel).sum())))

    for row, column in ((0, 0), (10, 21), (31, 31)):
        block = [energy(2 * row + i, 2 * column + j) for i in (0, 1) for j in (0, 1)]
        assert maps[row, column] == pytest.approx(np.mean(block), rel=1e-3)


def test_drive_is_the_weighted_pooled_and_compressed_sum_computed_the_slow_way():
    anatomy = build_anatomy(traits_of(3, "sub-01"))
    fields = draw_receptive_fields(anatomy, np.random.default_rng(3)).subset(np.arange(5))
    channels = visual_channels(_random_images(3))
    fast = visual_drive(fields, channels)
    for image in range(3):
        for voxel in range(5):
            pooled = total = 0.0
            for row in range(32):
                for column in range(32):
                    dy, dx = (row + 0.5) / 32 - fields.y[voxel], (column + 0.5) / 32 - fields.x[voxel]
                    gain = np.exp(-(dx**2 + dy**2) / (2 * fields.size[voxel] ** 2))
                    total += gain
                    pooled += gain * float(fields.weights[voxel] @ channels[image, :, row, column])
            expected = (pooled / total) ** fields.exponent[voxel]
            assert fast[image, voxel] == pytest.approx(expected, rel=1e-4)


def test_a_voxel_sees_what_lies_in_its_field_and_nothing_far_away():
    picture = np.zeros((2, 64, 64, 3), np.uint8)
    picture[1, :16, 48:] = 255
    upper_right, lower_left = _fields(x=0.9, y=0.1), _fields(x=0.1, y=0.9)
    channels = visual_channels(picture)
    assert np.diff(visual_drive(upper_right, channels)[:, 0]) > 0.3
    assert abs(np.diff(visual_drive(lower_left, channels)[:, 0])) < 1e-6


def test_drawn_fields_are_contralateral_and_cover_the_picture():
    anatomy = build_anatomy(traits_of(3, "sub-02"))
    fields = draw_receptive_fields(anatomy, np.random.default_rng(0))
    early = anatomy.labels == EARLY
    right = anatomy.position[:, 0] > 0.1
    assert fields.x[early & right].mean() < 0.4 < 0.6 < fields.x[early & ~right].mean()
    counts = np.histogram2d(fields.x[early], fields.y[early], bins=4, range=[[0, 1], [0, 1]])[0]
    assert counts.min() >= 10
    np.testing.assert_allclose(fields.weights.sum(1), 1)
    assert (fields.weights >= 0).all()
