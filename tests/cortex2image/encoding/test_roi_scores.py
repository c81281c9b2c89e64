"""Scores of regions of interest."""

import numpy as np
import pytest

from cortex2image.encoding.roi_scores import score_rois


def test_regions_and_all_voxels_are_summarised():
    rois = np.array(["v1", "v1", "it", "v1"])
    normalised = np.array([0.5, np.nan, np.nan, 0.7])
    r, q = np.array([0.4, 0.1, 0.3, 0.4]), np.array([0.01, 0.5, 0.05, 0.02])
    got = score_rois(rois, r, normalised, q, 0.05)
    assert [(s.roi, s.voxels) for s in got] == [("all", 4), ("it", 1), ("v1", 3)]
    everything, it, v1 = got
    assert (everything.mean_r, everything.fraction_significant) == (pytest.approx(0.3), 0.5)
    assert (v1.mean_r, v1.mean_r_ceiling_normalised) == (pytest.approx(0.3), pytest.approx(0.6))
    assert v1.fraction_significant == pytest.approx(2 / 3)
    assert (it.mean_r_ceiling_normalised, it.fraction_significant) == (None, 0)
