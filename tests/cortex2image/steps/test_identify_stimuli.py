"""The step that identifies decoded vectors, and says how much a linear decoder could say."""

import subprocess
import sys

import numpy as np
import pytest
from tests.support.studies import as_option
from tests.support.tiny_subject import TEST, TRAIN, fit_options, write_tiny_subject

from cortex2image.errors import ConfigError, DataError
from cortex2image.metrics.feature_metrics import FEATURE_METRICS
from cortex2image.sources import ROOT
from cortex2image.steps import decode_features
from cortex2image.steps.identify_stimuli import main
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.novelty import SPAN
from cortex2image.tables.results import DECODED, EVALUATION, FEATURES, NULLS

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")
ALONE = {"pattern_correlation", "features_twoway", "features_top1"}


def identify(folder, folds=0, change=None):
    """Decode the tiny subject and identify its stimuli; return the tables."""
    paths = write_tiny_subject(folder, folds)
    made = {
        name: str(folder / f"{name}.parquet") for name in ("decoded", "scores", "span", "evaluation", "nulls")
    }
    options = fit_options(paths, decode={"rois": {"z": ["early", "ventral"]}})
    decode_features.main([*options, "--decoded", made["decoded"], "--scores", made["scores"]])
    if change:
        change(paths, made)
    main(arguments(paths, made))
    return paths, made, EVALUATION.read(made["evaluation"]), NULLS.read(made["nulls"])


def arguments(paths, made, *spaces):
    rois = {"rois": {space: ["early"] for space in spaces or ("z",)}}
    return [
        *("--subject", "sub-01", "--trials", paths["trials"], "--seen", paths["trials"], paths["trials"]),
        *("--features", paths["features"], "--decoded", made["decoded"], "--span", made["span"]),
        *("--evaluation", made["evaluation"], "--nulls", made["nulls"]),
        *as_option(seed=3, decode=rois, evaluate={"permutations": 300}),
    ]


def test_well_decoded_vectors_are_identified_also_among_training_stimuli(tmp_path):
    _, _, table, nulls = identify(tmp_path)
    assert table.schema.metadata[b"method"] == b"decoded_z"
    rows = table.to_pandas()
    assert set(rows["metric"]) == {metric.name for metric in FEATURE_METRICS}
    means = rows.groupby("metric")["value"].mean()
    assert means["pattern_correlation"] > 0.9
    assert means["features_twoway"] > 0.85
    assert means["features_twoway_with_training"] > 0.85
    assert means["features_top1_with_training"] <= means["features_top1"]
    null = nulls.to_pandas().groupby("metric")["value"]
    assert (null.size() == 300).all()
    assert null.mean()["features_twoway"] == pytest.approx(0.5, abs=0.03)
    assert null.mean()["features_top1"] == pytest.approx(1 / TEST, abs=0.03)
    assert rows.loc[rows["metric"] != "pattern_correlation", "as_rival"].notna().all()


def test_pattern_correlation_is_that_of_standardised_features(tmp_path):
    paths, made, table, _ = identify(tmp_path)
    true, got = (
        matrix(c.read(p), "feature") for c, p in ((FEATURES, paths["features"]), (DECODED, made["decoded"]))
    )
    varies = [0, 1, 3]
    mean, sd = true[:TRAIN].mean(axis=0)[varies], true[:TRAIN].std(axis=0)[varies]
    a, b = ((rows[:, varies] - mean) / sd for rows in (true[TRAIN:], got))
    expected = [np.corrcoef(one, other)[0, 1] for one, other in zip(a, b, strict=True)]
    rows = table.to_pandas().query("metric == 'pattern_correlation'")
    np.testing.assert_allclose(rows["value"], expected, atol=1e-5)


def test_folds_are_scored_in_units_of_their_own_training_stimuli(tmp_path):
    """In a cross-validated study every training stimulus is a test stimulus too: none is left to add."""
    paths, made, table, _ = identify(tmp_path, folds=8)
    rows = table.to_pandas()
    assert set(rows["metric"]) == ALONE
    assert rows.groupby("metric")["value"].mean()["features_twoway"] > 0.8
    true = matrix(FEATURES.read(paths["features"]), "feature")
    decoded = DECODED.read(made["decoded"])
    got = dict(zip(decoded["stimulus_id"].to_pylist(), matrix(decoded, "feature"), strict=True))
    scored = rows.query("metric == 'pattern_correlation'").set_index("stimulus_id")["value"]
    varies = [0, 1, 3]
    for number in (0, 9, 63):
        others = np.arange(64) // 8 != number // 8
        mean, sd = true[others].mean(axis=0)[varies], true[others].std(axis=0)[varies]
        name = f"stimulus-{number:02d}"
        pair = ((each[varies] - mean) / sd for each in (true[number], got[name]))
        assert scored[name] == pytest.approx(np.corrcoef(*pair)[0, 1], abs=1e-4)
    span = SPAN.read(made["span"]).to_pylist()[0]
    assert (span["training_stimuli"], span["directions"]) == (56, 3)


def test_few_training_stimuli_span_less_than_the_features(tmp_path):
    """The tiny subject has more training stimuli than units; with 100 units the span is 39 wide."""

    def widen(paths, made):
        rng = np.random.default_rng(5)
        names = FEATURES.read(paths["features"])["stimulus_id"].to_pylist()
        wide = rng.standard_normal((len(names), 100)).astype(np.float32)
        FEATURES.write({"stimulus_id": names, "feature": vectors(wide)}, paths["features"])
        decoded = wide[TRAIN:] + rng.standard_normal((TEST, 100))
        DECODED.write({"stimulus_id": names[TRAIN:], "feature": vectors(decoded)}, made["decoded"])

    paths, made, *_ = identify(tmp_path, change=widen)
    row = SPAN.read(made["span"]).to_pylist()[0]
    assert (row["space"], row["training_stimuli"], row["units"], row["directions"]) == (
        "z",
        TRAIN,
        100,
        TRAIN - 1,
    )
    wide = matrix(FEATURES.read(paths["features"]), "feature").astype(float)
    mean = wide[:TRAIN].mean(axis=0)
    weights, *_ = np.linalg.lstsq((wide[:TRAIN] - mean).T, (wide[TRAIN:] - mean).T, rcond=None)
    apart = wide[TRAIN:] - mean - weights.T @ (wide[:TRAIN] - mean)
    assert row["r2"] == pytest.approx(1 - (apart**2).sum() / ((wide[TRAIN:] - mean) ** 2).sum(), abs=1e-4)
    assert 0.2 < row["r2"] < 0.6
    assert row["twoway_low"] <= row["twoway"] <= row["twoway_high"]


def test_features_of_fewer_units_than_stimuli_are_spanned_whole(tmp_path):
    _, made, *_ = identify(tmp_path)
    row = SPAN.read(made["span"]).to_pylist()[0]
    assert row["directions"] == 3
    assert row["r2"] == pytest.approx(1, abs=1e-6)
    assert row["twoway"] == 1


def test_decoded_vectors_of_other_stimuli_are_refused(tmp_path):
    def rename(paths, made):
        table = DECODED.read(made["decoded"])
        names = [*table["stimulus_id"].to_pylist()[:-1], "another"]
        DECODED.write({"stimulus_id": names, "feature": table["feature"]}, made["decoded"])

    with pytest.raises(DataError, match=r"decoded\.parquet(.|\n)*2 that are in one alone, first another"):
        identify(tmp_path, change=rename)
    assert not (tmp_path / "evaluation.parquet").exists()


def test_features_that_lack_a_stimulus_are_refused(tmp_path):
    def drop(paths, made):
        FEATURES.write(FEATURES.read(paths["features"]).slice(1), paths["features"])

    with pytest.raises(DataError, match=r"features\.parquet(.|\n)*1 missing, first stimulus-00"):
        identify(tmp_path, change=drop)


def test_a_table_for_every_space_is_needed(tmp_path):
    made = dict.fromkeys(("decoded", "span", "evaluation", "nulls"), str(tmp_path / "x.parquet"))
    with pytest.raises(ConfigError, match=r"--features(.|\n)*each of z, c"):
        main(arguments({"trials": "t", "features": "f"}, made, "z", "c"))


def test_no_network_library_is_loaded():
    code = "import sys, cortex2image.steps.identify_stimuli; sys.exit('torch' in sys.modules)"
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
