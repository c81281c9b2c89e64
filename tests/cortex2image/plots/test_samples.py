import pandas as pd

from cortex2image.plots.samples import MARKERS, samples_chart

NAMES = {use: f"words for {use}" for use in MARKERS}


def rows(*uses: str) -> pd.DataFrame:
    frame = pd.DataFrame([(m, u, v + i / 10) for i, m in enumerate(("zc", "c")) for v, u in enumerate(uses)])
    frame.columns = ["method", "use", "value"]
    return frame.assign(ci_low=frame["value"] - 0.3, ci_high=frame["value"] + 0.2)


def test_markers_and_intervals_stand_at_their_values_in_the_row_of_the_method():
    figure = samples_chart({"pixel correlation": rows("mean", "by_truth")}, NAMES)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["c", "zc"]
    found = {
        (line.get_marker(), round(float(line.get_xdata()[0]), 3)): line.get_ydata()[0] for line in axes.lines
    }
    mean, truth = MARKERS["mean"][0], MARKERS["by_truth"][0]
    assert set(found) == {(mean, 0.0), (truth, 1.0), (mean, 0.1), (truth, 1.1)}
    assert abs(found[mean, 0.0] - 1) < 0.5 > abs(found[mean, 0.1] - 0)
    assert found[mean, 0.0] > found[truth, 1.0] > 0.5
    ends = sorted((s[0][0], s[1][0]) for c in axes.collections for s in c.get_segments())
    assert [(round(a, 3), round(b, 3)) for a, b in ends] == [(-0.3, 0.2), (-0.2, 0.3), (0.7, 1.2), (0.8, 1.3)]


def test_the_legend_names_what_is_drawn_and_nothing_else():
    figure = samples_chart({"a": rows("mean", "one_sample"), "b": rows("worst")}, NAMES)
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == [NAMES["one_sample"], NAMES["mean"], NAMES["worst"]]
    assert [axes.get_xlabel() for axes in figure.axes] == ["a", "b"]
