import numpy as np

from cortex2image.plots.novelty import Thirds, thirds_chart
from cortex2image.plots.style import svg


def thirds(first: float) -> Thirds:
    value = np.array([first, first - 0.1, first - 0.2])
    return Thirds(value, value - 0.05, value + 0.05)


def test_each_method_has_a_line_of_its_three_scores():
    figure = thirds_chart({"zc": thirds(0.9), "nearest": thirds(0.8)}, 60, "twoway_clip ↑")
    (axes,) = figure.axes
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    np.testing.assert_allclose(lines["zc"], [0.9, 0.8, 0.7])
    np.testing.assert_allclose(lines["nearest"], [0.8, 0.7, 0.6])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["zc", "nearest"]
    assert axes.get_ylabel() == "twoway_clip ↑"
    assert "60 test stimuli" in axes.get_xlabel()


def test_thirds_without_a_score_leave_a_gap():
    gap = Thirds(np.array([0.9, np.nan, 0.7]), np.full(3, np.nan), np.full(3, np.nan))
    assert svg(thirds_chart({"zc": gap}, 9, "x")).startswith(b"<?xml")


def test_the_same_numbers_give_the_same_bytes():
    one, two = (svg(thirds_chart({"zc": thirds(0.9)}, 9, "x")) for _ in range(2))
    assert one == two
