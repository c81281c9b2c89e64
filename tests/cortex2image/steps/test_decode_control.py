"""Decoding of a tiny subject by the decoders of controls."""

import numpy as np
import pytest
from tests.support.tiny_subject import fit_options, write_tiny_subject

from cortex2image.steps import decode_features
from cortex2image.steps.decode_control import main
from cortex2image.tables.columns import matrix
from cortex2image.tables.results import DECODED

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.mark.parametrize("folds", [0, 4])
@pytest.mark.parametrize("control", ["shuffled_fit", "random_brain"])
def test_a_control_is_decoded_for_the_stimuli_of_the_study(tmp_path, control, folds):
    options = fit_options(write_tiny_subject(tmp_path, folds), decode={"rois": {"z": ["early", "ventral"]}})
    out = [f"--{name}={tmp_path / name}" for name in ("decoded", "scores")]
    decode_features.main([*options, *out])
    main([*options, "--control", control, "--control-decoded", str(tmp_path / "control")])
    plain, table = DECODED.read(tmp_path / "decoded"), DECODED.read(tmp_path / "control")
    assert table["stimulus_id"].to_pylist() == plain["stimulus_id"].to_pylist()
    assert np.abs(matrix(table, "feature") - matrix(plain, "feature")).max() > 0.1
    facts = table.schema.metadata
    assert (facts[b"space"], facts[b"rois"], facts[b"control"]) == (b"z", b"early ventral", control.encode())
