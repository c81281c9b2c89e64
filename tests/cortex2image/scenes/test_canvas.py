import numpy as np
import pytest

from cortex2image.scenes.canvas import Canvas

LIGHT = (1.0, 1.0, 1.0)


@pytest.fixture
def canvas():
    return Canvas(32, np.random.default_rng(0))


def test_lengths_are_fractions_of_the_side(canvas):
    canvas.band(0.5, 1.0, (255, 0, 0))
    picture = canvas.finish(LIGHT)
    assert (picture[:15, :, 0] == 0).all()
    assert (picture[17:, :, 0] == 255).all()


def test_edges_are_smooth(canvas):
    canvas.disc(0.5, 0.5, 0.3, (200, 200, 200))
    picture = canvas.finish(LIGHT)[..., 0]
    assert set(np.unique(picture)) - {0, 200}, "between inside and outside there are mixed pixels"
    assert (picture / 200).sum() == pytest.approx(np.pi * (0.3 * 32) ** 2, rel=0.05)


def test_light_is_a_gain_per_channel_that_saturates(canvas):
    canvas.band(0.0, 1.0, (100, 100, 200))
    assert canvas.finish((0.5, 1.0, 2.0))[5, 5].tolist() == [50, 100, 255]


def test_a_gradient_runs_from_top_to_bottom(canvas):
    canvas.gradient((0, 0, 0), (200, 200, 200))
    column = canvas.finish(LIGHT)[:, 3, 1].astype(int)
    assert (np.diff(column) >= 0).all()
    assert column[-1] - column[0] > 120
