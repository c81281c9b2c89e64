"""The step that identifies the category of decoded vectors."""

import numpy as np
import pytest
from tests.support.studies import as_option

from cortex2image.errors import DataError
from cortex2image.steps.identify_categories import main
from cortex2image.tables.columns import vectors
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import DECODED, EVALUATION, FEATURES, NULLS

CATEGORIES = ["bottle", "cat", "chair", "face"]
BLOCKS = [f"run-{run}_{category}" for run in range(6) for category in CATEGORIES]


@pytest.fixture
def study(tmp_path, rng):
    """Six runs of four blocks; decoded vectors are the true ones, shrunk and with little noise."""
    count = len(BLOCKS)
    category = CATEGORIES * 6
    stimuli = {"stimulus_id": BLOCKS, "split": ["train"] * count, "category": category}
    stimuli |= {"captions": [[f"a {c}"] for c in category], "image_path": [None] * count}
    STIMULI.write(stimuli, tmp_path / "stimuli.parquet")
    trials = {"trial_id": BLOCKS, "stimulus_id": BLOCKS, "session": ["ses-1"] * count}
    trials |= {"run": [block.split("_")[0] for block in BLOCKS], "repetition": [0] * count}
    trials |= {"split": ["train"] * count, "fold": list(np.repeat(range(6), 4))}
    trials |= {"onset": [0.0] * count, "duration": [24.0] * count}
    TRIALS.write(trials, tmp_path / "trials.parquet")
    features = np.tile(rng.normal(size=(4, 50)), (6, 1))
    FEATURES.write({"stimulus_id": BLOCKS, "feature": vectors(features)}, tmp_path / "c.parquet")
    mean = features.mean(axis=0)
    decoded = mean + 0.1 * (features - mean + rng.normal(0, 0.3, features.shape))
    DECODED.write({"stimulus_id": BLOCKS, "feature": vectors(decoded)}, tmp_path / "decoded.parquet")
    return tmp_path


def run(study):
    outputs = [study / "evaluation.parquet", study / "nulls.parquet"]
    options = {
        "stimuli": study / "stimuli.parquet",
        "trials": study / "trials.parquet",
        "features": study / "c.parquet",
        "decoded": study / "decoded.parquet",
        "subject": "sub-1",
        "space": "c",
        "evaluation": outputs[0],
        "nulls": outputs[1],
    }
    files = [part for key, value in options.items() for part in (f"--{key}", str(value))]
    main([*files, *as_option(evaluate={"permutations": 300}, seed=1)])
    return outputs


def test_clear_vectors_are_all_identified(study):
    evaluation, nulls = run(study)
    table = EVALUATION.read(evaluation)
    assert table.schema.metadata[b"method"] == b"decoded_c"
    assert b'"category_identification": {' in table.schema.metadata[b"metrics"]
    assert table["value"].to_pylist() == [1.0] * len(BLOCKS)
    null = np.array(NULLS.read(nulls)["value"].to_pylist())
    assert null.mean() == pytest.approx(0.25, abs=0.02)
    # Exchanged within runs, the number of right labels of a run of four is 0, 1, 2 or 4, of variance 1.
    assert null.std() == pytest.approx(np.sqrt(6) / 24, rel=0.15)


def test_a_stimulus_without_a_category_stops_it(study):
    columns = STIMULI.read(study / "stimuli.parquet").to_pydict()
    columns["category"][5] = None
    STIMULI.write(columns, study / "stimuli.parquet")
    with pytest.raises(DataError, match="1 stimuli without a category"):
        run(study)
    assert not (study / "evaluation.parquet").exists()
    assert not (study / "nulls.parquet").exists()


def test_decoded_vectors_of_another_study_stop_it(study, rng):
    DECODED.write(
        {"stimulus_id": ["other"], "feature": vectors(rng.normal(size=(1, 50)))}, study / "decoded.parquet"
    )
    with pytest.raises(DataError, match="other"):
        run(study)
    assert not (study / "evaluation.parquet").exists()
