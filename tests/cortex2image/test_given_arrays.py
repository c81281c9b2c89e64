"""Arrays of others are opened without reading them, or refused."""

import numpy as np
import pytest

from cortex2image.given_arrays import open_array


def test_arrays(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(6.0).reshape(2, 3))
    np.testing.assert_array_equal(open_array(tmp_path / "a.npy"), [[0, 1, 2], [3, 4, 5]])
    np.savez(tmp_path / "a.npz", a=np.zeros(2))
    with pytest.raises(ValueError, match="archive"):
        open_array(tmp_path / "a.npz")
    with pytest.raises(OSError, match="No such file"):
        open_array(tmp_path / "b.npy")
