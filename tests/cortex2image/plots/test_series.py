import io

import numpy as np
import pytest
from PIL import Image

from cortex2image.plots.series import SeriesPictures, series_page, trade_off_chart
from cortex2image.plots.sheets import LARGE, Heading

STRENGTHS = (0.2, 0.8)
CURVES = {5: np.array([0.9, 0.4]), 20: np.array([0.8, 0.1])}


def flat(blue):
    return np.broadcast_to(np.array([3, 3, blue], np.uint8), (2, 8, 8, 3))


@pytest.mark.parametrize("own", [(20, 0.8), (50, 0.8)])
def test_cells_stand_by_steps_and_strength(own):
    keys = [(steps, strength) for steps in (5, 20) for strength in STRENGTHS]
    cells = {key: flat(100 + key[0] + int(10 * key[1])) for key in keys}
    drawn = SeriesPictures(["a", "b"], {"seen": flat(90), "coarse": flat(91)}, cells, own)
    page = series_page(Heading("t", "x"), drawn, trade_off_chart(STRENGTHS, CURVES, None))
    with Image.open(io.BytesIO(page)) as image:
        pixels = np.asarray(image)
    is_tile = (pixels[..., :2] == 3).all(axis=2) & (pixels[..., 2] >= 90)
    left, top = np.flatnonzero(is_tile.any(axis=0))[0], np.flatnonzero(is_tile.any(axis=1))[0]
    step = LARGE + 2
    first = [pixels[top + 10 + step * row, left + 10 + step * j, 2] for row in (0, 1) for j in range(4)]
    assert first == [90, 91, 107, 113] * 2
    below = np.flatnonzero(is_tile[top + 2 * step :].any(axis=1))[0] + top + 2 * step
    assert [pixels[below + 10, left + 10 + step * j, 2] for j in range(4)] == [90, 91, 122, 128]


def test_the_chart_shows_a_curve_per_number_of_steps():
    (alone,) = trade_off_chart(STRENGTHS, CURVES, None).axes
    assert [line.get_label() for line in alone.lines] == ["5 steps", "20 steps"]
    for line, values in zip(alone.lines, CURVES.values(), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), STRENGTHS)
        np.testing.assert_array_equal(line.get_ydata(), values)


def test_what_was_seen_has_a_panel_of_its_own():
    seen = {steps: values / 2 for steps, values in CURVES.items()}
    coarse, other = trade_off_chart(STRENGTHS, CURVES, seen).axes
    assert "coarse" in coarse.get_ylabel()
    assert "seen" in other.get_ylabel()
    np.testing.assert_array_equal(other.lines[1].get_ydata(), seen[20])
