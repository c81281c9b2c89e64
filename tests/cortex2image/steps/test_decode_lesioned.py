"""Decoding of a tiny subject with and without its regions."""

import numpy as np
import pytest
from tests.support.studies import as_option
from tests.support.tiny_regions import RIDGE, ROIS, recordings, write_tiny_regions

from cortex2image.errors import ConfigError
from cortex2image.steps import decode_features
from cortex2image.steps.decode_lesioned import main
from cortex2image.tables.columns import matrix
from cortex2image.tables.regions import LESIONED
from cortex2image.tables.results import DECODED

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


def decoded(folder, space="z", regions=("early", "ventral"), stimuli=5):
    paths = write_tiny_regions(folder)
    options = [*("--subject", "sub-01", "--space", space), *recordings(paths, space)]
    settings = {"seed": 3, "ridge": RIDGE, "standardise": {"average_repeats": ["test"]}}
    attribute = {"regions": regions, "stimuli": stimuli}
    out = str(folder / "lesioned.parquet")
    main([*options, *as_option(**settings, decode={"rois": ROIS}, attribute=attribute), "--lesioned", out])
    plain = [*("--decoded", str(folder / "decoded.parquet")), *("--scores", str(folder / "scores.parquet"))]
    decode_features.main([*options, *as_option(**settings, decode={"rois": ROIS}), *plain])
    return LESIONED.read(out), DECODED.read(folder / "decoded.parquet")


def rows(table, region, removed):
    chosen = [
        number
        for number, row in enumerate(table.select(["region", "removed"]).to_pylist())
        if (row["region"], row["removed"]) == (region, removed)
    ]
    return matrix(table, "feature")[chosen]


def test_whole_responses_are_decoded_as_by_decode_features(tmp_path):
    table, plain = decoded(tmp_path)
    names = table.column("stimulus_id").to_pylist()[:5]
    assert names == sorted(plain.column("stimulus_id").to_pylist())[:5]
    expected = dict(zip(plain.column("stimulus_id").to_pylist(), matrix(plain, "feature"), strict=True))
    np.testing.assert_allclose(rows(table, "", "nothing"), [expected[name] for name in names], atol=1e-5)


def test_only_a_region_that_is_read_changes_what_is_decoded(tmp_path):
    table, _ = decoded(tmp_path)
    intact = rows(table, "", "nothing")
    np.testing.assert_array_equal(rows(table, "ventral", "region"), intact)
    gone = rows(table, "early", "region")
    assert np.abs(gone - intact).max() > 0.01
    np.testing.assert_allclose(gone, np.broadcast_to(gone[0], gone.shape), atol=1e-5)
    assert table.num_rows == 5 * 5


def test_a_region_that_no_voxel_has_gives_no_output(tmp_path):
    with pytest.raises(ConfigError, match="cerebellum"):
        decoded(tmp_path, regions=("cerebellum",))
    assert not (tmp_path / "lesioned.parquet").exists()
