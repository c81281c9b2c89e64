"""The pattern of the method on brains whose truth is known: small as the study is, it must be there."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from cortex2image.ridge import RidgeCV
from cortex2image.simulation.truth import load_truth
from cortex2image.tables import contracts
from cortex2image.tables.columns import matrix

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("clone")]
SUBJECTS = ("sub-01", "sub-02")
MODELS = ("z", "c", "zc")


@pytest.fixture
def results(clone):
    return clone.root / "results" / "small"


@pytest.fixture
def pooled(results):
    rows = contracts.SCORES.read(results / "scores.parquet").to_pylist()
    return {(row["method"], row["metric"]): row for row in rows if row["subject"] == "all"}


def test_layout_comes_from_z_and_meaning_from_c(pooled):
    pixels = {method: pooled[method, "pixcorr"]["value"] for method in MODELS}
    meaning = {method: pooled[method, "twoway_clip"]["value"] for method in MODELS}
    assert min(pixels["z"], pixels["zc"]) > pixels["c"]
    assert min(meaning["c"], meaning["zc"]) > meaning["z"]


def test_pictures_of_zc_beat_shuffled_ones(pooled):
    for metric in ("pixcorr", "twoway_clip"):
        row = pooled["zc", metric]
        assert row["p"] < 0.01
        assert row["value"] > row["null_mean"] + 2 * row["null_sd"]


@pytest.mark.parametrize("method", ["shuffled", "no_brain"])
def test_pictures_of_no_or_of_another_stimulus_identify_nothing(pooled, method):
    for metric in {metric for _, metric in pooled if metric.startswith("twoway")}:
        row = pooled[method, metric]
        assert abs(row["value"] - 0.5) < 3 * row["null_sd"], metric


def test_decoded_meaning_lies_between_none_and_the_true_one(pooled):
    values = [pooled[method, "twoway_clip"]["value"] for method in ("no_brain", "zc", "ceiling")]
    assert values == sorted(values)


def test_the_brain_knows_the_picture_that_was_seen_from_those_of_others(pooled):
    """Of the regions compared, midventral is the one that pictures were not decoded from."""
    for roi in ("early", "midventral"):
        metric = f"brain_consistency_z_{roi}"
        seen, zc, shuffled = (pooled[method, metric]["value"] for method in ("seen", "zc", "shuffled"))
        assert seen > shuffled + 0.05
        assert zc > shuffled
        assert pooled["seen", metric]["p"] < 0.01
        assert seen < pooled["seen", f"brain_ceiling_{roi}"]["value"]


def test_early_voxels_carry_z_and_ventral_voxels_c(results):
    rows = contracts.ENCODING_SCORES.read(results / "encoding_scores.parquet").to_pylist()
    r = {(row["subject"], row["model"], row["roi"]): row["mean_r"] for row in rows}
    for subject in SUBJECTS:
        assert r[subject, "z", "early"] > r[subject, "c", "early"]
        assert r[subject, "c", "ventral"] > r[subject, "z", "ventral"]


def test_silent_voxels_are_significant_as_often_as_chance_allows(results):
    p = []
    for subject in SUBJECTS:
        truth = load_truth(results / "simulated" / "truth" / f"{subject}.npz")
        silent = {tuple(ijk) for ijk in truth.ijk[truth.kind == "silent"].tolist()}
        voxels = contracts.VOXELS.read(results / subject / "voxels.parquet").to_pylist()
        rows = [v["voxel_id"] for v in voxels if (v["i"], v["j"], v["k"]) in silent]
        for model in MODELS:
            table = contracts.ENCODING.read(results / subject / "encoding" / f"{model}.parquet")
            p.append(np.array(table.column("p").to_pylist())[rows])
    assert sum(map(len, p)) > 1500
    # Sixteen test stimuli and noise that voxels share: three standard errors of one model's share are 0.03.
    assert np.mean(np.concatenate(p) < 0.05) <= 0.08


@pytest.mark.parametrize("subject", SUBJECTS)
def test_weights_of_z_lie_where_the_receptive_fields_of_early_voxels_are(results, subject):
    """The squared weights of z's channels, sharpened, have their centre near that of the planted field."""
    truth = load_truth(results / "simulated" / "truth" / f"{subject}.npz")
    place = {tuple(ijk): row for row, ijk in enumerate(truth.ijk.tolist())}
    voxels = contracts.VOXELS.read(results / subject / "voxels.parquet").select(["i", "j", "k"]).to_pylist()
    rows = np.array([place[v["i"], v["j"], v["k"]] for v in voxels])
    early = truth.kind[rows] == "early"
    trials = contracts.TRIALS.read(results / subject / "trials.parquet").to_pandas()
    stored = contracts.FEATURES.read(results / "features" / "z.parquet")
    feature = dict(zip(stored["stimulus_id"].to_pylist(), matrix(stored, "feature"), strict=True))
    train = (trials["split"] == "train").to_numpy()
    X = np.array([feature[name] for name in trials["stimulus_id"][train]])
    betas = matrix(contracts.BETAS.read(results / subject / "betas.parquet"), "beta")[train][:, early]
    ridge = RidgeCV(alphas=[1e3, 1e4, 1e5], standardize=True, threads=1).fit(X, betas)
    energy = ((ridge.coef_ * X.std(axis=0)[:, None]).reshape(4, 16, 16, -1) ** 2).sum(axis=0)
    energy = gaussian_filter(energy, (1.5, 1.5, 0)) ** 4
    middles = (np.arange(16) + 0.5) / 16
    down, right = (
        np.average(np.broadcast_to(m, (16, 16))[..., None] + 0 * energy, (0, 1), energy)
        for m in (middles[:, None], middles[None])
    )
    assert np.corrcoef(down, truth.rf_y[rows][early])[0, 1] > 0.4
    # Chance exceeds 0.08 in one of twenty cases with so many voxels.
    assert np.corrcoef(right, truth.rf_x[rows][early])[0, 1] > 0.08
