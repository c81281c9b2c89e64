"""The step that takes the fingerprints of all features of a study."""

import json

import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.stimulus_features import Judged, write_stimulus_features
from cortex2image.stats.fingerprints import differences, fingerprint
from cortex2image.steps.fingerprints import main
from cortex2image.tables import row_groups
from cortex2image.tables.columns import vectors
from cortex2image.tables.fingerprints import ALL, FINGERPRINTS, REFERENCE
from cortex2image.tables.results import FEATURES

IDS = ["s4", "s1", "s3", "s0", "s2"]
FACTS = {"space": "z", "model_set": "tiny", "model_hash": "abc", "precision": "float32"}


class Pixels:
    name = "pixels"

    def features(self, images, layers):
        return dict.fromkeys(layers, images.reshape(len(images), -1).astype(np.float32))


@pytest.fixture
def features(tmp_path, rng, monkeypatch):
    """A table of five vectors in row groups of two."""
    values = rng.normal(2, 3, (5, 30)).astype(np.float32)
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 240)
    reference = json.dumps(fingerprint(values[0] - 1))
    table = {"stimulus_id": IDS, "feature": vectors(values)}
    FEATURES.write(table, tmp_path / "z.parquet", **FACTS, reference=reference)
    return values


def take(folder, *more, features=("z.parquet",)):
    paths = [str(folder / name) for name in features]
    main(["--features", *paths, *map(str, more), "--fingerprints", str(folder / "fingerprints.parquet")])
    return FINGERPRINTS.read(folder / "fingerprints.parquet")


def test_first_stimuli_by_id_all_of_them_and_the_reference_picture(tmp_path, features):
    rows = {row["picture"]: row for row in take(tmp_path).to_pylist()}
    assert set(rows) == {"s0", "s1", "s2", ALL, REFERENCE}
    for stimulus, row in (("s0", 3), ("s1", 1), ("s2", 4)):
        expected = fingerprint(features[row])
        np.testing.assert_allclose(rows[stimulus]["projections"], expected["projections"], rtol=1e-6)
        assert rows[stimulus]["mean"] == pytest.approx(expected["mean"])
    assert rows[ALL]["stimuli"] == 5
    assert rows[ALL]["sd"] == pytest.approx(features.std(dtype=float))
    assert rows[REFERENCE]["mean"] == pytest.approx(features[0].mean(dtype=float) - 1)
    facts = {(r["space"], r["width"], r["model_set"], r["weights"], r["made_with"]) for r in rows.values()}
    assert facts == {("z", 30, "tiny", "abc", '{"precision": "float32"}')}


def test_sampled_features_have_no_reference_picture(tmp_path, features):
    FEATURES.write({"stimulus_id": IDS, "feature": vectors(features)}, tmp_path / "z.parquet", **FACTS)
    assert REFERENCE not in take(tmp_path)["picture"].to_pylist()


def test_layers_of_judges_are_spaces_too(tmp_path, features, rng):
    pictures = rng.integers(0, 256, (4, 6, 6, 3), dtype=np.uint8)
    facts = {"weights": "def", "input_size": 6}
    write_stimulus_features(
        tmp_path / "judged", IDS[:4], [pictures], [Judged(Pixels(), ("all",), facts)], pictures[2], "m"
    )
    rows = take(tmp_path, "--judged", tmp_path / "judged").to_pylist()
    of_judge = {row["picture"]: row for row in rows if row["space"] == "pixels: all"}
    assert set(of_judge) == {"s0", "s1", "s3", ALL, REFERENCE}
    expected = fingerprint(pictures[2].ravel())["projections"]
    np.testing.assert_allclose(of_judge[REFERENCE]["projections"], expected, rtol=1e-6)
    np.testing.assert_allclose(of_judge["s3"]["projections"], expected, rtol=1e-6)
    assert of_judge[ALL]["mean"] == pytest.approx(pictures.mean())
    assert of_judge[ALL]["weights"] == "def"
    assert json.loads(of_judge[ALL]["made_with"]) == {"input_size": 6, "picture_size": 6}


def test_two_tables_of_the_same_features_do_not_differ(tmp_path, features):
    assert differences(take(tmp_path).to_pylist(), take(tmp_path).to_pylist()) == []


def test_features_that_do_not_say_what_they_are_are_refused(tmp_path, features):
    table = {"stimulus_id": IDS, "feature": vectors(features)}
    FEATURES.write(table, tmp_path / "z.parquet", space="z")
    with pytest.raises(DataError, match="no model_hash, model_set"):
        take(tmp_path)
    assert not (tmp_path / "fingerprints.parquet").exists()
