"""Ranking of a tiny subject's stimuli by the predicted response of a region."""

import numpy as np
import pytest
from scipy.stats import pearsonr, rankdata
from tests.support.studies import as_option
from tests.support.tiny_regions import RIDGE, recordings, write_tiny_regions
from tests.support.tiny_subject import TEST, TRAIN

from cortex2image.errors import ConfigError
from cortex2image.steps.prefer_pictures import main
from cortex2image.steps.synthesise_picture import read_encoder
from cortex2image.tables.columns import matrix
from cortex2image.tables.regions import PREFERENCE, REGION_ENCODER
from cortex2image.tables.results import FEATURES

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


def prefer(folder, region="early"):
    paths = write_tiny_regions(folder)
    settings = as_option(seed=3, ridge=RIDGE, standardise={"average_repeats": ["test"]})
    outputs = [
        "--preference",
        str(folder / "preference.parquet"),
        "--encoder",
        str(folder / "encoder.parquet"),
    ]
    labels = ["--subject", "sub-01", "--region", region, "--space", "z"]
    # The four features of the tiny subject, to which its voxels respond.
    main([*labels, *recordings(paths, "features"), *settings, *outputs])
    return PREFERENCE.read(outputs[1]), read_encoder(REGION_ENCODER.read(outputs[3])), paths


def test_every_stimulus_is_ranked_and_test_responses_are_measured(tmp_path):
    table, _, _ = prefer(tmp_path)
    rows = table.to_pandas()
    assert len(rows) == TRAIN + TEST
    np.testing.assert_array_equal(rows["rank"], rankdata(-rows["predicted"]))
    test = rows[rows["split"] == "test"]
    np.testing.assert_array_equal(test["rank_in_split"], rankdata(-test["predicted"]))
    assert rows["measured"].notna().tolist() == (rows["split"] == "test").tolist()
    r = pearsonr(test["predicted"], test["measured"])[0]
    assert r > 0.8
    assert float(table.schema.metadata[b"r"]) == pytest.approx(r, abs=1e-5)


def test_weights_predict_test_stimuli_as_the_table_says(tmp_path):
    table, encoder, paths = prefer(tmp_path)
    features = FEATURES.read(paths["features"])
    of_name = dict(zip(features["stimulus_id"].to_pylist(), matrix(features, "feature"), strict=True))
    test = table.to_pandas().query("split == 'test'")
    predicted = encoder.predict(np.stack([of_name[name] for name in test["stimulus_id"]]))
    np.testing.assert_allclose(predicted, test["predicted"], atol=1e-5)


def test_an_unknown_region_gives_no_output(tmp_path):
    with pytest.raises(ConfigError, match="cerebellum"):
        prefer(tmp_path, "cerebellum")
    assert not list(tmp_path.glob("*encoder*")) + list(tmp_path.glob("*preference*"))
