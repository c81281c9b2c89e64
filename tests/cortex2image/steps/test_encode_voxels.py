"""The encoding step on a tiny subject."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler
from tests.support.tiny_subject import SILENT, fit_options, write_tiny_subject

from cortex2image.encoding.scoring import Scorer, Scoring
from cortex2image.errors import ContractError
from cortex2image.steps import encode_voxels
from cortex2image.steps.encode_voxels import main
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.predictions import ENCODING_PREDICTIONS
from cortex2image.tables.recordings import BETAS, TRIALS, VOXELS
from cortex2image.tables.results import ENCODING, ENCODING_RESAMPLES, FEATURES

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


def encode(folder: Path, paths: dict[str, str], permutations: int = 400) -> pa.Table:
    files = {name: str(folder / f"{name}.parquet") for name in ("encoding", "resamples", "predictions")}
    options = fit_options(paths, encode={"permutations": permutations, "resamples": 40})
    main([*options, *(part for name, path in files.items() for part in (f"--{name}", path))])
    return ENCODING.read(files["encoding"])


@pytest.mark.parametrize("folds", [0, 8])
def test_voxels_that_respond_are_told_from_silent_ones(tmp_path, folds):
    table = encode(tmp_path, write_tiny_subject(tmp_path, folds))
    r, q = table.column("r").to_numpy(), table.column("q").to_numpy()
    assert r[: SILENT.start].min() > 0.6
    assert (q[: SILENT.start] < 0.05).all()
    assert table.column("voxel_id").to_pylist() == list(range(len(r)))


def silence(paths: dict[str, str], voxels: int, offset: float) -> None:
    """Replace the subject's voxels by noise; each run of 8 trials has an offset in each voxel."""
    rng = np.random.default_rng(11)
    betas, mask = BETAS.read(paths["betas"]), VOXELS.read(paths["voxels"])
    runs = np.arange(betas.num_rows) // 8
    noise = rng.standard_normal((len(runs), voxels)) + offset * rng.standard_normal((len(runs), voxels))[runs]
    BETAS.write({"trial_id": betas.column("trial_id"), "beta": vectors(noise)}, paths["betas"])
    silent = mask.take([SILENT.start] * voxels).drop_columns("voxel_id")
    VOXELS.write(silent.append_column("voxel_id", pa.array(range(voxels), pa.int32())), paths["voxels"])


@pytest.mark.parametrize(("folds", "offset"), [(0, 0), (8, 0), (8, 2)])
def test_silent_voxels_are_silent_whatever_the_offsets_of_runs(tmp_path, folds, offset):
    paths = write_tiny_subject(tmp_path, folds)
    silence(paths, 1500, offset)
    table = encode(tmp_path, paths)
    assert abs(table.column("r").to_numpy().mean()) < 0.15
    for null in ("", "_permutation"):
        assert np.mean(table.column(f"p{null}").to_numpy() < 0.05) <= 0.065
        assert not (table.column(f"q{null}").to_numpy() < 0.05).any()


def test_signal_is_found_through_the_offsets_of_runs(tmp_path):
    paths = write_tiny_subject(tmp_path, 8)
    before = encode(tmp_path, paths)
    betas = BETAS.read(paths["betas"])
    offset = 3 * np.random.default_rng(12).standard_normal((8, 15))[np.arange(64) // 8]
    BETAS.write(
        {"trial_id": betas.column("trial_id"), "beta": vectors(matrix(betas, "beta") + offset)},
        paths["betas"],
    )
    after = encode(tmp_path, paths)
    assert (after.column("q").to_numpy()[: SILENT.start] < 0.05).mean() > 0.7
    assert after.column("r").to_numpy().mean() > 0.6 * before.column("r").to_numpy().mean()


def test_scores_are_normalised_only_where_a_ceiling_is_known(tmp_path):
    table = encode(tmp_path, write_tiny_subject(tmp_path))
    normalised, r = table.column("ceiling_normalised").to_pylist(), table.column("r").to_numpy()
    assert [value is None for value in normalised] == [True] + [False] * 10 + [True] * 4
    np.testing.assert_allclose(normalised[1:11], r[1:11] / np.sqrt(0.9))
    squared = table.column("r2_ceiling_normalised").to_numpy()
    np.testing.assert_allclose(squared[1:11], r[1:11] * np.abs(r[1:11]) / 0.9)
    low, high = (table.column(f"r2_normalised_{end}").to_numpy() for end in ("low", "high"))
    assert (low[1:11] < squared[1:11]).all()
    assert (squared[1:11] < high[1:11]).all()
    assert np.isnan(low[[0, *range(11, 15)]]).all()


@pytest.mark.parametrize("folds", [0, 8])
def test_resamples_scatter_around_the_scores_of_each_voxel(tmp_path, folds):
    table = encode(tmp_path, write_tiny_subject(tmp_path, folds))
    resamples = ENCODING_RESAMPLES.read(tmp_path / "resamples.parquet")
    r, r2 = matrix(resamples, "r"), matrix(resamples, "r2")
    assert r.shape == r2.shape == (15, 40)
    assert resamples.column("voxel_id").equals(table.column("voxel_id"))
    spread = r.std(axis=1, ddof=1)
    assert (np.abs(r.mean(axis=1) - table.column("r").to_numpy()) < 1.5 * spread).all()
    # Responding voxels have r near 1, whose standard error is smaller.
    assert spread[: SILENT.start].mean() < spread[SILENT].mean()


def test_models_of_a_subject_share_permutations_and_resamples(tmp_path, monkeypatch):
    seeds = []

    class Seen(Scorer):
        def __init__(self, voxels: int, scoring: Scoring):
            seeds.append(scoring.seed)
            super().__init__(voxels, scoring)

    monkeypatch.setattr(encode_voxels, "Scorer", Seen)
    paths = write_tiny_subject(tmp_path)
    options = [*fit_options(paths), "--encoding", str(tmp_path / "e.parquet")]
    options += ["--resamples", str(tmp_path / "r.parquet"), "--predictions", str(tmp_path / "p.parquet")]
    for change in ({}, {"z": "c"}, {"sub-01": "sub-02"}):
        main([change.get(option, option) for option in options])
    assert seeds[0] == seeds[1] != seeds[2]


def test_blocks_of_voxels_change_no_score(tmp_path, monkeypatch):
    paths = write_tiny_subject(tmp_path)
    whole = encode(tmp_path, paths).to_pydict()
    plan = encode_voxels.plan_memory
    monkeypatch.setattr(
        encode_voxels, "plan_memory", lambda *sizes, **free: replace(plan(*sizes, **free), targets=4)
    )
    for name, values in encode(tmp_path, paths).to_pydict().items():
        np.testing.assert_allclose(
            np.array(values, float), np.array(whole[name], float), rtol=1e-5, atol=1e-6, err_msg=name
        )


def test_betas_cut_short_give_no_output(tmp_path):
    paths = write_tiny_subject(tmp_path)
    content = Path(paths["betas"]).read_bytes()
    Path(paths["betas"]).write_bytes(content[: len(content) // 2])
    with pytest.raises(ContractError, match=r"betas\.parquet"):
        encode(tmp_path, paths)
    assert not [*tmp_path.glob("*encoding*"), *tmp_path.glob("*resamples*"), *tmp_path.glob("*predictions*")]


def refitted(paths: dict[str, str], held_out: list[str], alpha: np.ndarray) -> np.ndarray:
    """Return the predictions of scikit-learn's ridge, fitted to the mean responses to all other stimuli."""
    trials, features = TRIALS.read(paths["trials"]).to_pandas(), FEATURES.read(paths["features"])
    X = dict(zip(features["stimulus_id"].to_pylist(), matrix(features, "feature").astype(float), strict=True))
    betas = pd.DataFrame(matrix(BETAS.read(paths["betas"]), "beta").astype(float))
    means = betas.groupby(trials["stimulus_id"]).mean()
    fitted = [name for name in means.index if name not in held_out]
    scaler = StandardScaler().fit([X[name] for name in fitted])
    seen, new = (scaler.transform([X[name] for name in names]) for names in (fitted, held_out))
    return Ridge(alpha).fit(seen, means.loc[fitted]).predict(new)


def test_predictions_are_those_of_a_fit_without_the_test_stimuli(tmp_path):
    paths = write_tiny_subject(tmp_path)
    alpha = encode(tmp_path, paths).column("alpha").to_numpy()
    table = ENCODING_PREDICTIONS.read(tmp_path / "predictions.parquet")
    stimuli = table["stimulus_id"].to_pylist()
    assert stimuli == [f"stimulus-{i:02d}" for i in range(40, 48)]
    assert set(table["fold"].to_pylist()) == {None}
    expected = refitted(paths, stimuli, alpha)
    np.testing.assert_allclose(matrix(table, "predicted"), expected, atol=1e-4)


def test_each_fold_predicts_what_it_holds_out(tmp_path):
    paths = write_tiny_subject(tmp_path, folds=8)
    options = fit_options(paths, encode={"permutations": 100, "resamples": 40})
    options[options.index("--settings") + 1] = options[options.index("--settings") + 1].replace(
        "[0.1, 1, 10, 100]", "[10]"
    )
    files = {name: str(tmp_path / f"{name}.parquet") for name in ("encoding", "resamples", "predictions")}
    main([*options, *(part for name, path in files.items() for part in (f"--{name}", path))])
    table = ENCODING_PREDICTIONS.read(files["predictions"])
    trials = TRIALS.read(paths["trials"]).to_pandas().set_index("stimulus_id")
    predicted = pd.DataFrame(matrix(table, "predicted"), index=table["stimulus_id"].to_pylist())
    assert sorted(predicted.index) == sorted(trials.index)
    assert table["fold"].to_pylist() == trials.loc[predicted.index, "fold"].tolist()
    for fold, rows in trials.groupby("fold"):
        held_out = sorted(rows.index)
        expected = refitted(paths, held_out, np.full(15, 10.0))
        np.testing.assert_allclose(predicted.loc[held_out], expected, atol=1e-4, err_msg=f"fold {fold}")
