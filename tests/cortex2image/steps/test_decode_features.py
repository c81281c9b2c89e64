"""The decoding step on a tiny subject."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import false_discovery_control
from tests.support.tiny_subject import CONSTANT_UNIT, TEST, TRAIN, fit_options, write_tiny_subject

from cortex2image.errors import ConfigError, Cortex2imageError
from cortex2image.ridge import memory
from cortex2image.steps.decode_features import main
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.recordings import BETAS, TRIALS
from cortex2image.tables.results import DECODED, DECODED_SCORES, FEATURES

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


def decode(folder: Path, paths: dict[str, str], *rois: str) -> tuple[Path, Path]:
    decoded, scores = folder / "decoded.parquet", folder / "scores.parquet"
    regions = {"rois": {"z": rois or ("early", "ventral")}}
    main([*fit_options(paths, decode=regions), "--decoded", str(decoded), "--scores", str(scores)])
    return decoded, scores


def test_test_stimuli_are_decoded(tmp_path):
    paths = write_tiny_subject(tmp_path)
    decoded, scores = (
        c.read(p) for c, p in zip((DECODED, DECODED_SCORES), decode(tmp_path, paths), strict=True)
    )
    true = matrix(FEATURES.read(paths["features"]), "feature")[TRAIN:]
    got = matrix(decoded, "feature")
    assert decoded.column("stimulus_id").to_pylist() == [f"stimulus-{i}" for i in range(TRAIN, TRAIN + TEST)]
    assert scores.column("unit").to_pylist() == [0, 1, 2, 3]
    for unit, r in enumerate(scores.column("r").to_pylist()):
        if unit == CONSTANT_UNIT:
            assert r is None
        else:
            assert r > 0.9
            assert r == pytest.approx(np.corrcoef(got[:, unit], true[:, unit])[0, 1], abs=1e-6)


@pytest.mark.parametrize("folds", [0, 8])
def test_units_have_p_and_q_by_permutation(tmp_path, folds):
    paths = write_tiny_subject(tmp_path, folds)
    signal = DECODED_SCORES.read(decode(tmp_path, paths)[1]).to_pandas()
    noise = DECODED_SCORES.read(decode(tmp_path, paths, "unlabelled")[1]).to_pandas()
    for table in (signal, noise):
        assert (
            table[["p_permutation", "q_permutation"]].isna().all(axis=1).tolist()
            == table["r"].isna().tolist()
        )
    known = signal.dropna()
    assert known["p_permutation"].max() < 0.01
    np.testing.assert_allclose(known["q_permutation"], false_discovery_control(known["p_permutation"]))
    assert noise["p_permutation"].max() > 0.05


def test_p_is_the_share_of_permutations_that_do_as_well(tmp_path, rng):
    """Eight test stimuli have 40320 permutations; 400 draws of them give p within its error."""
    paths = write_tiny_subject(tmp_path)
    decoded, scores = decode(tmp_path, paths, "unlabelled")
    true = matrix(FEATURES.read(paths["features"]), "feature")[TRAIN:, 0]
    got = matrix(DECODED.read(decoded), "feature")[:, 0]
    r = np.corrcoef(got, true)[0, 1]
    null = [np.corrcoef(got[rng.permutation(TEST)], true)[0, 1] for _ in range(4000)]
    p = DECODED_SCORES.read(scores).column("p_permutation")[0].as_py()
    assert p == pytest.approx(np.mean(np.array(null) >= r), abs=0.06)


def test_constant_units_are_decoded_exactly_with_the_largest_penalty(tmp_path):
    decoded, scores = decode(tmp_path, write_tiny_subject(tmp_path))
    values = matrix(DECODED.read(decoded), "feature")[:, CONSTANT_UNIT]
    np.testing.assert_array_equal(values, np.full(TEST, 0.7, np.float32))
    assert DECODED_SCORES.read(scores).column("alpha")[CONSTANT_UNIT].as_py() == 100


def test_every_trial_of_a_cross_validated_study_is_decoded(tmp_path):
    paths = write_tiny_subject(tmp_path, folds=8)
    decoded, scores = decode(tmp_path, paths, "all")
    trials = TRIALS.read(paths["trials"]).column("stimulus_id").to_pylist()
    assert sorted(DECODED.read(decoded).column("stimulus_id").to_pylist()) == sorted(trials)
    r = DECODED_SCORES.read(scores).column("r").to_pylist()
    assert all(value > 0.8 for unit, value in enumerate(r) if unit != CONSTANT_UNIT)


def test_units_are_scored_within_folds(tmp_path):
    paths = write_tiny_subject(tmp_path, folds=8)
    decoded, scores = decode(tmp_path, paths, "all")
    true, got = (matrix(c.read(p), "feature") for c, p in ((FEATURES, paths["features"]), (DECODED, decoded)))
    runs = np.arange(64) // 8
    a, b = (x - np.array([x[runs == run].mean(axis=0) for run in range(8)])[runs] for x in (true, got))
    r = DECODED_SCORES.read(scores).column("r").to_pylist()
    for unit in set(range(4)) - {CONSTANT_UNIT}:
        assert r[unit] == pytest.approx(np.corrcoef(a[:, unit], b[:, unit])[0, 1], abs=1e-5)
    assert r[CONSTANT_UNIT] is None


def test_regions_without_signal_decode_nothing(tmp_path):
    _, scores = decode(tmp_path, write_tiny_subject(tmp_path), "unlabelled")
    r = DECODED_SCORES.read(scores).column("r").drop_null().to_numpy()
    assert np.abs(r).mean() < 0.6


def test_the_order_of_the_tables_changes_nothing(tmp_path, rng):
    paths = write_tiny_subject(tmp_path)
    before = DECODED.read(decode(tmp_path, paths)[0])
    betas, features = BETAS.read(paths["betas"]), FEATURES.read(paths["features"])
    BETAS.write(betas.take(rng.permutation(betas.num_rows)), paths["betas"])
    FEATURES.write(features.take(rng.permutation(features.num_rows)), paths["features"])
    assert DECODED.read(decode(tmp_path, paths)[0]).equals(before)


def drop_a_feature(paths: dict[str, str]) -> None:
    features = FEATURES.read(paths["features"])
    FEATURES.write(features.slice(1), paths["features"])


def drop_betas(paths: dict[str, str]) -> None:
    betas = BETAS.read(paths["betas"])
    BETAS.write(betas.slice(2), paths["betas"])


def drop_a_voxel(paths: dict[str, str]) -> None:
    betas = BETAS.read(paths["betas"])
    BETAS.write(
        {"trial_id": betas.column("trial_id"), "beta": vectors(matrix(betas, "beta")[:, 1:])}, paths["betas"]
    )


def mix_two_runs(paths: dict[str, str]) -> None:
    betas = BETAS.read(paths["betas"])
    names = betas["trial_id"].to_pylist()
    mixed = [*names[:32], *(f"run-2-{name}" for name in names[32:])]
    BETAS.write({"trial_id": mixed, "beta": betas["beta"]}, paths["betas"])


def cut_betas_short(paths: dict[str, str]) -> None:
    content = Path(paths["betas"]).read_bytes()
    Path(paths["betas"]).write_bytes(content[: len(content) // 2])


def leak_a_stimulus(paths: dict[str, str]) -> None:
    columns = TRIALS.read(paths["trials"]).to_pydict()
    columns["split"][columns["split"].index("test")] = "train"
    TRIALS.write(columns, paths["trials"])


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (drop_a_feature, r"features\.parquet\n(.*\n)*.*first stimulus-00"),
        (drop_betas, r"betas\.parquet\n(.*\n)*.*2 missing, first trial-00"),
        (mix_two_runs, r"betas\.parquet\n(.*\n)*.*32 missing, .*; 32 of other trials, first run-2-trial-32"),
        (cut_betas_short, r"betas\.parquet\n +expected: (a whole|the end of a) Parquet table"),
        (drop_a_voxel, "14 voxels, the width of the betas"),
        (leak_a_stimulus, "is in train and test"),
    ],
)
def test_tables_that_do_not_fit_give_no_output(tmp_path, harm, message):
    paths = write_tiny_subject(tmp_path)
    harm(paths)
    with pytest.raises(Cortex2imageError, match=message):
        decode(tmp_path, paths)
    assert not list(tmp_path.glob("*decoded*")) + list(tmp_path.glob("*scores*"))


def test_an_unknown_region_gives_no_output(tmp_path):
    with pytest.raises(Cortex2imageError, match="cerebellum"):
        decode(tmp_path, write_tiny_subject(tmp_path), "cerebellum")
    assert not (tmp_path / "decoded.parquet").exists()


def test_a_fit_without_a_bound_takes_no_more_than_is_free(tmp_path, monkeypatch):
    paths = write_tiny_subject(tmp_path)
    options = fit_options(paths, max_memory_gb=None, decode={"rois": {"z": ["early"]}})
    outputs = ["--decoded", str(tmp_path / "decoded.parquet"), "--scores", str(tmp_path / "scores.parquet")]
    asked = [*options, *outputs]
    monkeypatch.setattr(memory, "available_gb", lambda: 0.9)
    with pytest.raises(
        ConfigError, match=r"free memory\n +expected: at least 1\.01 GB .*\n +found: +0\.9 GB"
    ):
        main(asked)
    monkeypatch.setattr(memory, "available_gb", lambda: 1.1)
    main(asked)


def test_the_plan_of_memory_is_said_before_the_fit(tmp_path, capsys):
    decode(tmp_path, write_tiny_subject(tmp_path))
    said = capsys.readouterr().err
    assert said.index("memory 2") < said.index("betas, row groups")
    assert "4 targets at once, 1 block\n" in said
