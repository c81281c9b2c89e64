"""Dots where the numbers of the tables say, with one interval each."""

import numpy as np
import pandas as pd

from cortex2image.plots.dots import region_dots, score_dots

TITLES = {"z": "z", "none": "a control with a long name"}


def scores(subject, shift=0.0):
    rows = {"method": list(TITLES), "value": [0.8 + shift, 0.5 + shift], "ci_low": [0.7, 0.4]}
    rows |= {"ci_high": [0.9, 0.6], "null_mean": [0.5, 0.5], "null_sd": [0.03, 0.02]}
    return pd.DataFrame(rows).assign(subject=subject)


def test_methods_have_their_score_their_interval_their_subjects_and_chance():
    single = pd.concat([scores("sub-01", 0.05), scores("sub-02", -0.05)])
    (axes,) = score_dots(scores("all"), single, TITLES, "two-way identification (n = 60 stimuli)").axes
    large = [line for line in axes.lines if line.get_markersize() == 7]
    assert [float(line.get_ydata()[0]) for line in large] == [0.8, 0.5]
    small = [line for line in axes.lines if line.get_markersize() == 3]
    np.testing.assert_allclose([line.get_ydata() for line in small], [[0.85, 0.75], [0.55, 0.45]])
    bands = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in axes.patches]
    np.testing.assert_allclose(bands, [(0.44, 0.56), (0.46, 0.54)])
    ends = [lines.get_segments()[0][:, 1].tolist() for lines in axes.collections]
    assert [0.7, 0.9] in ends
    assert "n = 60 stimuli" in axes.get_ylabel().replace("\n", " ")


def test_regions_have_a_dot_per_model_and_their_number_of_voxels():
    rows = pd.DataFrame(
        {
            "model": ["z", "z", "c"],
            "roi": ["early", "ventral", "early"],
            "voxels": [1200, 90, 1200],
            "mean_r": [0.4, 0.2, 0.1],
            "mean_r_low": [0.3, 0.1, 0.0],
            "mean_r_high": [0.5, 0.3, 0.2],
        }
    )
    (axes,) = region_dots(rows, ["z", "c"]).axes
    z, c = axes.lines[:2]
    np.testing.assert_array_equal(z.get_ydata(), [0.4, 0.2])
    np.testing.assert_array_equal(c.get_ydata(), [0.1, np.nan])  # a missing model leaves a gap
    assert (z.get_xdata() < c.get_xdata()).all()
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["early\n1,200", "ventral\n90"]
