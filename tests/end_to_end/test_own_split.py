"""Studies that split stimuli themselves, from the recordings to scores, a learning curve and a comparison."""

import json

import numpy as np
import pytest
import yaml
from tests.support.alone import run_alone
from tests.support.snakemake import Clone, copied

from cortex2image.tables.columns import matrix
from cortex2image.tables.learning_curve import LEARNING_CURVE
from cortex2image.tables.recordings import BETAS, SINGLE_TRIAL_BETAS, STIMULI, TRIALS
from cortex2image.tables.results import DECODED_SCORES
from cortex2image.tables.studies import STUDIES

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.xdist_group("own split")]

OF_BOTH = """
subjects: [sub-01]
simulation: {train_stimuli: 100, test_stimuli: 12, test_repeats: 2}
decode: {rois: {z: [early]}}
ridge: {alphas: [10, 1000], folds: 3}
reconstruct: {methods: [z]}
evaluate: {permutations: 100}
encode: {models: [z], grid: {noise_levels: [], steps: [], layers: []}}
"""
SPLITS = {"near": "{kind: tau, tau: 0.8}", "share": "{kind: random, test_share: 0.3}"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A copy of the repository in which both studies and their comparison have run."""
    clone = Clone(copied(tmp_path_factory.mktemp("splits") / "cortex2image"))
    for name, split in SPLITS.items():
        config = f"study: {name}\n{OF_BOTH}dataset: {{split: {split}}}\n"
        (clone.root / f"{name}.yaml").write_text(overlaid(clone, config))
        targets = "evaluate", "learning_curve", "--configfile", f"{name}.yaml"
        done = run_alone(clone.root, f"results/{name}/simulated/bids", *targets)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    done = clone.snakemake("compare", config="near.yaml", overrides=["studies=[near, share]"])
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return clone


def overlaid(clone, config):
    """Return the default study with the keys of a config laid over it, as one file."""
    study = yaml.safe_load((clone.root / "config" / "config.yaml").read_text())
    for key, value in yaml.safe_load(config).items():
        study[key] = study[key] | value if isinstance(value, dict) and key == "dataset" else value
    return yaml.safe_dump(study)


@pytest.fixture
def near(clone):
    return clone.root / "results" / "near"


def test_left_out_stimuli_have_single_trial_betas_and_nothing_else(near):
    left_out = set(json.loads(STIMULI.read(near / "stimuli.parquet").schema.metadata[b"left_out"]))
    assert 0 < len(left_out) < 90
    trials, shown = (TRIALS.read(near / "sub-01" / f"{name}.parquet") for name in ("trials", "trials-shown"))
    assert shown.num_rows == 124
    assert trials.num_rows == 124 - len(left_out)
    assert set(shown["stimulus_id"].to_pylist()) - set(trials["stimulus_id"].to_pylist()) == left_out
    single = SINGLE_TRIAL_BETAS.read_keys(near / "sub-01" / "single_trial_betas.parquet")
    assert single["trial_id"].to_pylist() == shown["trial_id"].to_pylist()
    betas = BETAS.read(near / "sub-01" / "betas.parquet")
    assert betas["trial_id"].to_pylist() == trials["trial_id"].to_pylist()
    values, table = matrix(betas, "beta"), trials.to_pandas()
    for session in set(table["session"]):
        train = values[(table["session"] == session) & (table["split"] == "train")]
        np.testing.assert_allclose(train.mean(axis=0), 0, atol=1e-4)


@pytest.mark.parametrize("study", SPLITS)
def test_the_learning_curve_ends_at_the_scores_of_the_study(clone, study):
    subject = clone.root / "results" / study / "sub-01"
    curve = LEARNING_CURVE.read(subject / "learning_curve.parquet").to_pandas()
    assert curve["count"].unique().tolist() == [1, 2]
    assert (curve["hours"].groupby(curve["count"]).first() > [0.05, 0.1]).all()
    last = curve[(curve["count"] == 2) & (curve["metric"] == "unit_correlation")]
    r = DECODED_SCORES.read(subject / "decoded" / "z-scores.parquet")["r"].drop_null().to_numpy()
    assert last["value"].item() == pytest.approx(r.mean(), abs=1e-6)
    assert (clone.root / "results" / study / "learning_curve.svg").exists()


def test_the_comparison_says_what_differs(clone):
    table = STUDIES.read(clone.root / "results" / "near" / "studies.parquet").to_pandas()
    of_study = table.drop_duplicates("study").set_index("study")
    assert of_study["split"].to_dict() == {"near": "given, tau 0.8 by image", "share": "random 0.3"}
    assert of_study.loc["near", "test_trials"] == 2
    assert 1 <= of_study.loc["share", "test_trials"] < 2
    assert of_study.loc["near", "nearest_training"] < of_study.loc["share", "nearest_training"]
    assert of_study.loc["near", "training_stimuli"] < 100


def test_another_tau_splits_again_and_estimates_no_beta_again(clone):
    config = (clone.root / "near.yaml").read_text()
    (clone.root / "nearer.yaml").write_text(config.replace("tau: 0.8", "tau: 0.7"))
    done = clone.snakemake("evaluate", "--dry-run", "--quiet", "host", config="nearer.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    for rule in ("split_stimuli", "trials", "standardise", "decode_features", "scores"):
        assert f"rule {rule}:" in done.stdout
    for rule in ("simulate_subject", "stimuli", "single_trial_betas", "extract_features"):
        assert f"rule {rule}:" not in done.stdout


def test_another_tau_and_another_model_of_the_response_at_once_estimate_betas_again(clone):
    """Trials come first and betas do not mind their age: Snakemake would forget what else changed."""
    config = yaml.safe_load((clone.root / "near.yaml").read_text())
    config["dataset"]["split"]["tau"], config["glm"]["hrf"] = 0.7, "glover"
    (clone.root / "both.yaml").write_text(yaml.safe_dump(config))
    done = clone.snakemake("evaluate", "--dry-run", "--quiet", "host", config="both.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    for rule in ("trials", "single_trial_betas", "standardise"):
        assert f"rule {rule}:" in done.stdout
