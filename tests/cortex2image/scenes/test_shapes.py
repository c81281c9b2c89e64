import numpy as np
import pytest

from cortex2image.scenes.shapes import SHAPES, ellipse, ring
from cortex2image.scenes.vocabulary import CATEGORIES


def area(points):
    """Signed area of a polygon by the shoelace formula."""
    x, y = points.T
    return 0.5 * abs(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def test_every_category_but_the_scrambled_one_has_a_shape():
    assert set(SHAPES) == set(CATEGORIES) - {"scrambledpix"}


@pytest.mark.parametrize("category", SHAPES)
def test_shapes_fill_the_unit_box_and_show_the_colour_of_the_object(category):
    points = np.concatenate([part.points for part in SHAPES[category]])
    assert np.abs(points).max() <= 1
    assert np.ptp(points, axis=0).max() > 1.4
    assert any(part.paint == "base" for part in SHAPES[category])


def test_areas_are_those_of_geometry():
    assert area(ellipse(0.1, 0.2, 0.5, 0.3)) == pytest.approx(np.pi * 0.15, rel=0.02)
    assert area(ring(0, 0, 0.5, 0.5, 0.2)) == pytest.approx(np.pi * (0.25 - 0.09), rel=0.02)
