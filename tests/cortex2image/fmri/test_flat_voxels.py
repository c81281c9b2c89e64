"""Voxels that are flat over a run, against values set by hand."""

import numpy as np

from cortex2image.fmri.flat_voxels import flat_voxels
from cortex2image.fmri.single_trial import percent_signal


def test_constant_and_empty_voxels_are_flat_and_others_are_not():
    bold = np.random.default_rng(0).normal(1000, 10, (50, 40)).astype(np.float32)
    bold[:, 3], bold[:, 7], bold[:, 9] = 0, 812.3, 0.01 * bold[:, 9]
    bold[:, 11] *= 1e-4
    bold[1:, 13] = bold[0, 13]
    bold[30, 13] += 1
    assert np.flatnonzero(flat_voxels(bold)).tolist() == [3, 7, 11]


def test_what_gets_no_response_is_flat():
    bold = np.random.default_rng(1).normal(500, 5, (30, 60)).astype(np.float32)
    bold[:, :20] *= np.logspace(-6, 0, 20, dtype=np.float32)
    silent = ~percent_signal(bold, "run").any(axis=0)
    assert 0 < silent.sum() < 20
    np.testing.assert_array_equal(flat_voxels(bold), silent)
