import numpy as np
import pytest

from cortex2image.plots.preferred import Preferred, preferred_sheet, rounded, synthesised_sheet, worded

PICTURES = {f"s{i}": np.full((8, 8, 3), 10 * i, np.uint8) for i in range(5)}
RANKED = Preferred(
    "early, by z", 0.31, [f"s{i}" for i in range(5)], [2.0, 1.0, 0.0, -1.0, -2.0], [1.5, np.nan, 0, 0, -1]
)


def greys(figure):
    return [int(axes.images[0].get_array()[0, 0, 0]) for axes in figure.axes]


def test_both_ends_of_a_ranking_are_shown_outermost_first():
    figure = preferred_sheet([RANKED], PICTURES, 2)
    assert greys(figure) == [0, 10, 40, 30]
    assert [axes.get_xlabel() for axes in figure.axes] == ["2.0 (1.5)", "1.0", "-2.0 (-1.0)", "-1.0 (0.0)"]


def test_rows_say_region_space_end_and_accuracy():
    labels = [text.get_text().replace("\n", " ") for text in preferred_sheet([RANKED], PICTURES, 2).texts]
    assert labels == ["early, by z: strongest (r=0.31)", "early, by z: weakest (r=0.31)"]


def test_short_rankings_are_shown_whole():
    assert greys(preferred_sheet([RANKED], PICTURES, 8)) == [0, 10, 20, 30, 40, 40, 30, 20, 10, 0]


def test_a_way_is_a_row():
    figure = synthesised_sheet({"early": {"0": PICTURES["s1"], "9": PICTURES["s2"]}})
    assert greys(figure) == [10, 20]
    assert [axes.get_xlabel() for axes in figure.axes] == ["0", "9"]


def test_words_stand_on_a_square():
    picture = worded("scrambled pictures")
    assert picture.shape == (96, 96, 3)
    assert picture.min() < 30 < 200 < picture.max()
    assert not np.array_equal(picture, worded("cat"))


@pytest.mark.parametrize(("value", "said"), [(-0.04, "0.0"), (0.26, "0.3"), (-1.0, "-1.0")])
def test_zero_has_no_sign(value, said):
    assert rounded(value) == said
