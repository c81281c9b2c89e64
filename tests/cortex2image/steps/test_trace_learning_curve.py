"""Learning curves of a tiny subject of 64 trials in 8 runs."""

import json

import numpy as np
import pytest
from tests.support.studies import as_option
from tests.support.tiny_subject import TEST, fit_options, write_tiny_subject

from cortex2image.errors import ConfigError
from cortex2image.steps import decode_features, trace_learning_curve
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.learning_curve import LEARNING_CURVE, METRICS
from cortex2image.tables.recordings import BETAS, TRIALS
from cortex2image.tables.results import DECODED, DECODED_SCORES

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")
SESSIONS = 4
RIDGE = {"alphas": [0.1, 1, 10, 100], "folds": 4, "selection": "kfold", "max_memory_gb": 0.1}


@pytest.fixture
def paths(tmp_path):
    """The tables of a subject whose 64 trials lie in four sessions of two runs, each of 450 s."""
    paths = write_tiny_subject(tmp_path)
    columns = TRIALS.read(paths["trials"]).to_pydict()
    columns["session"] = [f"ses-{i // 16 + 1}" for i in range(64)]
    runs = {f"{s} {r}": 450.0 for s, r in zip(columns["session"], columns["run"], strict=True)}
    TRIALS.write(columns, paths["trials"], run_seconds=json.dumps(runs))
    return paths


def trace(folder, paths, rois=None, cut=(), features=None, cross_validate="none"):
    rois = rois or {"z": ["early", "ventral"]}
    tables = [part for name in ("trials", "betas", "voxels") for part in (f"--{name}", paths[name])]
    out = folder / "curve.parquet"
    settings = as_option(
        seed=3,
        ridge=RIDGE,
        standardise={"average_repeats": ["test"]},
        decode={"rois": rois},
        dataset={"cross_validate": cross_validate},
        evaluate={"permutations": 100, "learning_curve": list(cut)},
    )
    used = ["--features", *(features or [paths["features"]] * len(rois))]
    trace_learning_curve.main(["--subject", "sub-01", *tables, *used, "--curve", str(out), *settings])
    return LEARNING_CURVE.read(out).to_pandas()


def test_scores_grow_with_sessions(tmp_path, paths):
    rows = trace(tmp_path, paths)
    assert rows["count"].tolist() == [count for count in (1, 2, 4) for _ in METRICS]
    assert set(rows["unit"]) == {"session"}
    assert rows["hours"].tolist() == [hours for hours in (0.25, 0.5, 1.0) for _ in METRICS]
    assert (rows["n"] == TEST).all()
    trials = TRIALS.read(paths["trials"]).to_pandas()
    for count in (1, 2, 4):
        first = trials["session"].isin([f"ses-{i + 1}" for i in range(count)])
        expected = (first & (trials["split"] == "train")).sum()
        assert set(rows.loc[rows["count"] == count, "training_trials"]) == {expected}
    assert (rows["training_stimuli"] == rows["training_trials"]).all()
    values = rows.pivot_table("value", "count", "metric")
    assert (values.loc[4] > values.loc[1]).all()
    assert (rows.loc[rows["count"] == 4, "p"] < 0.05).all()
    assert (rows["ci_low"] <= rows["value"]).all()
    assert (rows["value"] <= rows["ci_high"]).all()


def test_all_sessions_decode_what_decode_features_decodes(tmp_path, paths, monkeypatch):
    decoded = tmp_path / "decoded.parquet"
    regions = {"rois": {"z": ["ventral"]}}
    outputs = ["--decoded", str(decoded), "--scores", str(tmp_path / "scores.parquet")]
    decode_features.main([*fit_options(paths, decode=regions), *outputs])
    found = []
    monkeypatch.setattr(
        trace_learning_curve, "unit_correlation", spy(trace_learning_curve.unit_correlation, found.append)
    )
    # The voxels of c are read in the same pass, and those of z lie between them.
    rows = trace(tmp_path, paths, {"z": ["ventral"], "c": ["all"]})
    np.testing.assert_array_equal(found[2], matrix(DECODED.read(decoded), "feature"))
    r = DECODED_SCORES.read(tmp_path / "scores.parquet")["r"].drop_null().to_numpy()
    at_all = rows[(rows["space"] == "z") & (rows["count"] == SESSIONS)].set_index("metric")
    assert at_all.loc["unit_correlation", "value"] == pytest.approx(r.mean(), abs=1e-6)


def spy(function, note):
    """Return the function, which notes its first argument with every call."""

    def called(first, *others):
        note(first)
        return function(first, *others)

    return called


def test_later_sessions_change_no_earlier_cut(tmp_path, paths):
    before = trace(tmp_path, paths, cut=(1, 2))
    betas, trials = BETAS.read(paths["betas"]), TRIALS.read(paths["trials"]).to_pandas()
    later = trials["session"].isin(["ses-3", "ses-4"]) & (trials["split"] == "train")
    changed = matrix(betas, "beta").copy()
    changed[later] = 1e6
    BETAS.write({"trial_id": betas["trial_id"], "beta": vectors(changed)}, paths["betas"])
    assert trace(tmp_path, paths, cut=(1, 2)).equals(before)
    assert not trace(tmp_path, paths, cut=(1, 2, 4)).iloc[:6:-1]["value"].equals(before["value"])


def test_a_scale_that_later_sessions_set_changes_no_cut(tmp_path, paths):
    """With standardise/by: all, betas have the scale of all sessions, which the decoder undoes."""
    before = trace(tmp_path, paths, cut=(1, 2))
    betas = BETAS.read(paths["betas"])
    scaled = 3 * matrix(betas, "beta") - 5
    BETAS.write({"trial_id": betas["trial_id"], "beta": vectors(scaled)}, paths["betas"])
    after = trace(tmp_path, paths, cut=(1, 2))
    np.testing.assert_allclose(after["value"], before["value"], atol=1e-4)


def test_a_subject_with_one_session_is_cut_by_runs(tmp_path):
    paths = write_tiny_subject(tmp_path)
    rows = trace(tmp_path, paths, cut=(3, 8))
    assert set(rows["unit"]) == {"run"}
    assert rows["count"].unique().tolist() == [3, 8]
    assert rows["hours"].isna().all()


def test_spaces_have_their_own_curves(tmp_path, paths):
    rows = trace(tmp_path, paths, {"z": ["early"], "c": ["unlabelled"]}, cut=(4,))
    z, c = (rows[rows["space"] == space].set_index("metric")["value"] for space in ("z", "c"))
    assert (z > c + 0.2).all()


def test_a_cross_validated_study_is_refused(tmp_path, paths):
    with pytest.raises(ConfigError, match="none for a learning curve"):
        trace(tmp_path, paths, cross_validate="run")
    assert not (tmp_path / "curve.parquet").exists()
