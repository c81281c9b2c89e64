"""Voxel values as a volume."""

import numpy as np
import pytest

from cortex2image.encoding.volume import to_volume
from cortex2image.errors import DataError


def test_values_stand_at_their_voxels_and_nan_elsewhere():
    voxels = np.array([[0, 1, 2], [1, 0, 3]])
    volume = to_volume(np.array([0.5, -0.5]), voxels, (2, 3, 4))
    assert volume.dtype == np.float32
    assert (volume[0, 1, 2], volume[1, 0, 3]) == (0.5, -0.5)
    assert np.isnan(volume).sum() == 24 - 2


@pytest.mark.parametrize("voxel", [[2, 0, 0], [0, -1, 0]])
def test_voxels_outside_are_refused(voxel):
    with pytest.raises(DataError, match="1 voxels outside"):
        to_volume(np.zeros(1), np.array([voxel]), (2, 3, 4))
