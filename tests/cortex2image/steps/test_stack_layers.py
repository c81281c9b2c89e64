"""The step of stacks on a tiny subject whose voxels respond to two of three layers."""

import numpy as np
import pytest
from tests.support.joint_subject import stack, write_joint_subject, write_layers

from cortex2image.errors import DataError
from cortex2image.tables.results import ENCODING, ENCODING_RESAMPLES, STACK_WEIGHTS

pytestmark = pytest.mark.filterwarnings("ignore:ridge")


@pytest.mark.parametrize("folds", [0, 8])
def test_each_voxel_weights_the_layers_that_it_responds_to(tmp_path, folds):
    paths = write_joint_subject(tmp_path, folds)
    layers = write_layers(tmp_path, paths)
    made = stack(tmp_path, paths, layers)
    table = STACK_WEIGHTS.read(made["weights"])
    weights = table.column("weight").to_numpy().reshape(3, 15)
    assert table.column("space").to_pylist()[::15] == list(layers)
    np.testing.assert_array_equal(table.column("voxel_id").to_numpy().reshape(3, 15)[1], np.arange(15))
    np.testing.assert_allclose(weights.sum(axis=0), 1)
    assert (weights >= 0).all()
    assert weights[0, :4].min() > 0.9
    assert weights[1, 4:8].min() > 0.9
    assert weights[2, :12].max() < 0.1
    assert ENCODING.read(made["encoding"]).column("r").to_numpy()[:12].min() > 0.4
    assert ENCODING_RESAMPLES.read(made["resamples"]).num_rows == 15


def test_layers_of_another_step_are_refused(tmp_path):
    paths = write_joint_subject(tmp_path)
    layers = write_layers(tmp_path, paths) | write_layers(tmp_path, paths, "n0.8-t4")
    with pytest.raises(DataError, match=r"a layer at n0\.8-t8"):
        stack(tmp_path, paths, layers)
    assert not list(tmp_path.glob("stack-*"))
