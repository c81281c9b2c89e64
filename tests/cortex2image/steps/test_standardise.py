"""The step on planted betas: which trials count, and what the voxels table says."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.stats import f_oneway, zscore
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError, LeakError
from cortex2image.leakage import TrainingRows
from cortex2image.steps import standardise as step
from cortex2image.steps.standardise import main
from cortex2image.tables import row_groups
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.recordings import BETAS, MASK_VOXELS, SINGLE_TRIAL_BETAS, STIMULI, TRIALS, VOXELS

TRAIN, TEST, REPEATS, VOXEL_COUNT = 40, 10, 3, 6
COUNT = TRAIN + TEST * REPEATS
SHOWN = [f"train-{i}" for i in range(TRAIN)] + [f"test-{i}" for i in range(TEST)] * REPEATS
SESSIONS = ["ses-1", "ses-2"] * (COUNT // 2)
SPLITS = ["train"] * TRAIN + ["test"] * TEST * REPEATS
NO_FOLDS: list[int | None] = [None] * COUNT
ALL_VALID = (0,) * VOXEL_COUNT
NONE_RELEASED = (None,) * VOXEL_COUNT


def write_inputs(
    folder: Path,
    betas: np.ndarray,
    splits: list[str],
    stimuli: list[str],
    folds: list[int | None] = NO_FOLDS,
    invalid: Sequence[int] = ALL_VALID,
    released: Sequence[float | None] = NONE_RELEASED,
    captions: Mapping[str, str] | None = None,
) -> None:
    known = captions or {}
    names = list(dict.fromkeys(stimuli))
    pictures = [None if name in known else f"{name}.png" for name in names]
    columns = {"stimulus_id": names, "split": ["train"] * len(names), "image_path": pictures}
    columns |= {"captions": [[known.get(name, "")] for name in names], "category": [None] * len(names)}
    STIMULI.write(columns, folder / "stimuli.parquet")
    ids = [f"trial-{i}" for i in range(COUNT)]
    trials = {
        "trial_id": ids,
        "stimulus_id": stimuli,
        "session": SESSIONS,
        "run": ["run-1"] * COUNT,
        "repetition": [0] * COUNT,
        "split": splits,
        "fold": pa.array(folds, pa.int32()),
        "onset": np.arange(COUNT, dtype=float),
        "duration": [3.0] * COUNT,
    }
    indices = {axis: np.arange(VOXEL_COUNT) for axis in ("voxel_id", *"ijk")}
    voxels = indices | {"roi": ["early"] * VOXEL_COUNT, "hemisphere": ["left"] * VOXEL_COUNT}
    voxels |= {"invalid_sessions": invalid, "released_ncsnr": pa.array(released, pa.float64())}
    TRIALS.write(trials, folder / "trials.parquet")
    SINGLE_TRIAL_BETAS.write({"trial_id": ids, "beta": vectors(betas)}, folder / "single.parquet")
    facts = {"affine": json.dumps(np.eye(4).tolist()), "shape": json.dumps([6, 6, 6])}
    MASK_VOXELS.write(voxels, folder / "mask_voxels.parquet", **facts)


def say_left_out(folder: Path, *problems: str) -> None:
    """Let mask_voxels.parquet say what the step before found."""
    voxels = MASK_VOXELS.read(folder / "mask_voxels.parquet")
    facts = {name.decode(): value.decode() for name, value in voxels.schema.metadata.items()}
    columns = {name: voxels[name] for name in voxels.column_names}
    path = folder / "mask_voxels.parquet"
    MASK_VOXELS.write(columns, path, **facts | {"left_out": json.dumps(problems)})


def standardise(
    folder: Path,
    betas: np.ndarray,
    by: str = "session",
    splits: list[str] = SPLITS,
    stimuli: list[str] = SHOWN,
    folds: list[int | None] = NO_FOLDS,
    invalid: Sequence[int] = ALL_VALID,
    ncsnr_from: str = "all",
    released: Sequence[float | None] = NONE_RELEASED,
    average_repeats: Sequence[str] = ("test",),
    captions: Mapping[str, str] | None = None,
    left_out: Sequence[str] = (),
) -> tuple[np.ndarray, pa.Table]:
    """Run the step; return betas and voxels."""
    write_inputs(folder, betas, splits, stimuli, folds, invalid, released, captions)
    if left_out:
        say_left_out(folder, *left_out)
    inputs = [
        "--stimuli",
        "stimuli",
        "--trials",
        "trials",
        "--single-trial-betas",
        "single",
        "--mask-voxels",
        "mask_voxels",
    ]
    outputs = ["--betas", "betas", "--voxels", "voxels"]
    names = [a if a.startswith("--") else str(folder / f"{a}.parquet") for a in inputs + outputs]
    settings = {"by": by, "ncsnr_from": ncsnr_from, "average_repeats": list(average_repeats)}
    main([*names, *as_option(standardise=settings)])
    return matrix(BETAS.read(folder / "betas.parquet"), "beta"), VOXELS.read(folder / "voxels.parquet")


@pytest.fixture
def betas(rng: np.random.Generator) -> np.ndarray:
    responses = {s: rng.normal(size=VOXEL_COUNT) for s in dict.fromkeys(SHOWN)}
    return np.array([responses[s] + 0.5 * rng.normal(size=VOXEL_COUNT) for s in SHOWN]).astype(np.float32)


def test_training_trials_have_mean_0_and_sd_1_in_each_session(tmp_path: Path, betas: np.ndarray) -> None:
    result, _ = standardise(tmp_path, betas)
    for session in ("ses-1", "ses-2"):
        rows = result[(np.array(SESSIONS) == session) & (np.array(SPLITS) == "train")]
        np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(rows.std(axis=0), 1, atol=1e-6)


def test_test_trials_change_no_training_beta(tmp_path: Path, betas: np.ndarray) -> None:
    before, _ = standardise(tmp_path, betas)
    betas[TRAIN:] *= 100
    after, _ = standardise(tmp_path, betas)
    np.testing.assert_array_equal(after[:TRAIN], before[:TRAIN])
    assert not np.allclose(after[TRAIN:], before[TRAIN:])


def freedom(repeated: np.ndarray, chosen: np.ndarray) -> tuple[float, float]:
    """Degrees of freedom within and between stimuli of repeated rows, as traces of projections."""
    session_mean = means_of(np.array(SESSIONS), chosen)
    rows = np.ix_(repeated, repeated)
    left = np.eye(COUNT)[rows] - session_mean[rows]
    of_stimulus = means_of(np.array(SHOWN), chosen)[rows]
    of_all = np.full(of_stimulus.shape, 1 / len(repeated))
    within, between = np.eye(len(repeated)) - of_stimulus, of_stimulus - of_all
    return float(np.trace(within @ left)), float(np.trace(between @ left))


def means_of(labels: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Matrix that takes the mean of the chosen rows with the same label."""
    same = (labels[:, None] == labels) & chosen & chosen[:, None]
    return same / np.maximum(same.sum(axis=1, keepdims=True), 1)


def snr_by_hand(betas: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Noise ceiling SNR of the chosen trials, with everything in memory at once."""
    sessions, stimuli = np.array(SESSIONS), np.array(SHOWN)
    z = np.full(betas.shape, np.nan)
    for session in np.unique(sessions):
        rows = chosen & (sessions == session)
        z[rows] = zscore(betas[rows].astype(np.float64), ddof=1)
    trials = {s: np.flatnonzero(chosen & (stimuli == s)) for s in dict.fromkeys(SHOWN)}
    repeated = [rows for rows in trials.values() if len(rows) > 1]
    squares = sum(((z[rows] - z[rows].mean(axis=0)) ** 2).sum(axis=0) for rows in repeated)
    noise = squares / freedom(np.concatenate(repeated), chosen)[0]
    return np.sqrt(np.clip(1 - noise, 0, None) / noise)


def test_voxels_gain_their_noise_ceiling(tmp_path: Path, betas: np.ndarray) -> None:
    betas[:, 4] = 7
    _, voxels = standardise(tmp_path, betas)
    known = [0, 1, 2, 3, 5]
    snr = snr_by_hand(betas[:, known], np.ones(COUNT, bool))
    written = {name: voxels[name].to_pylist() for name in ("ncsnr", "noise_ceiling")}
    np.testing.assert_allclose(np.array(written["ncsnr"])[known].astype(float), snr, rtol=1e-6)
    expected = snr**2 / (snr**2 + 1 / REPEATS)
    np.testing.assert_allclose(np.array(written["noise_ceiling"])[known].astype(float), expected, rtol=1e-6)
    assert written["ncsnr"][4] is None
    assert written["noise_ceiling"][4] is None
    sd = voxels["noise_ceiling_sd"].to_pylist()
    assert sd[4] is None
    assert all(0 < sd[voxel] < 0.3 for voxel in known)
    unclipped = voxels["noise_ceiling_unclipped"].to_pylist()
    assert unclipped[4] is None
    sessions, shown = np.array(SESSIONS), np.array(SHOWN)
    z = np.empty((COUNT, len(known)))
    for session in set(SESSIONS):
        z[sessions == session] = zscore(betas[sessions == session][:, known], ddof=1)
    F = f_oneway(*(z[shown == f"test-{i}"] for i in range(TEST))).statistic
    within, between = freedom(np.flatnonzero([s.startswith("test") for s in SHOWN]), np.ones(COUNT, bool))
    F *= (TEST - 1) / between * within / (TEST * (REPEATS - 1))
    together = REPEATS * (TEST - 1) / between
    noise = (between - 2) / between / F
    shrunk = noise * together / REPEATS / (1 - noise + noise * together / REPEATS)
    np.testing.assert_allclose(np.array(unclipped)[known].astype(float), 1 - shrunk, rtol=1e-4)


def test_a_trial_alone_in_its_session_leaves_ceilings_known(
    tmp_path: Path, betas: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "SESSIONS", [*SESSIONS[:-1], "ses-3"])
    _, voxels = standardise(tmp_path, betas, by="all")
    known = np.ones(COUNT, bool)
    known[-1] = False
    np.testing.assert_allclose(voxels["ncsnr"].to_numpy(), snr_by_hand(betas, known), rtol=1e-6)


def test_the_noise_ceiling_can_be_that_of_training_trials(tmp_path: Path, betas: np.ndarray) -> None:
    splits = ["test"] * TRAIN + ["train"] * TEST * REPEATS
    betas[:TRAIN] *= 100
    _, voxels = standardise(tmp_path, betas, splits=splits, ncsnr_from="train")
    expected = snr_by_hand(betas, np.array(splits) == "train")
    np.testing.assert_allclose(voxels["ncsnr"].to_numpy(), expected, rtol=1e-6)
    assert voxels.schema.metadata[b"ncsnr_from"] == b"train"


def test_the_noise_ceiling_can_be_the_released_one(tmp_path: Path, betas: np.ndarray) -> None:
    given = {"released": (0.5, 0.25, None, 1.0, 2.0, 0.0), "invalid": (0, 1, 0, 0, 0, 0)}
    _, voxels = standardise(tmp_path, betas, ncsnr_from="released", **given)
    assert voxels["ncsnr"].to_pylist() == [0.5, None, 1.0, 2.0, 0.0]
    expected = [snr and snr**2 / (snr**2 + 1 / REPEATS) for snr in voxels["ncsnr"].to_pylist()]
    assert voxels["noise_ceiling"].to_pylist() == pytest.approx(expected)
    assert voxels["noise_ceiling_sd"].null_count == 5
    assert voxels.schema.metadata[b"ncsnr_from"] == b"released"


def test_noise_ceilings_that_were_not_released_are_refused(tmp_path: Path, betas: np.ndarray) -> None:
    with pytest.raises(DataError, match="released noise ceilings"):
        standardise(tmp_path, betas, ncsnr_from="released")
    assert not (tmp_path / "voxels.parquet").exists()


@pytest.mark.parametrize("average_repeats", [[], ["train"]])
def test_test_trials_that_are_not_averaged_have_the_ceiling_of_single_trials(
    tmp_path: Path, betas: np.ndarray, average_repeats: list[str]
) -> None:
    _, voxels = standardise(tmp_path, betas, average_repeats=average_repeats)
    snr = voxels["ncsnr"].to_numpy()
    np.testing.assert_allclose(voxels["noise_ceiling"].to_numpy(), snr**2 / (snr**2 + 1))


def test_row_groups_change_nothing(tmp_path: Path, betas: np.ndarray, monkeypatch) -> None:
    whole, whole_voxels = standardise(tmp_path, betas)
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 200)
    parts, voxels = standardise(tmp_path, betas)
    assert pq.read_metadata(tmp_path / "single.parquet").num_row_groups > 5
    np.testing.assert_allclose(parts, whole, atol=1e-6)
    np.testing.assert_allclose(voxels["ncsnr"].to_numpy(), whole_voxels["ncsnr"].to_numpy(), rtol=1e-6)


def test_voxels_that_lack_data_in_a_session_are_left_out(tmp_path: Path, betas: np.ndarray, capsys) -> None:
    whole, whole_voxels = standardise(tmp_path, betas)
    betas[::2, [1, 5]] = 0
    kept = [0, 2, 3, 4]
    result, voxels = standardise(tmp_path, betas, invalid=(0, 1, 0, 0, 0, 2))
    np.testing.assert_array_equal(result, whole[:, kept])
    assert voxels["voxel_id"].to_pylist() == [0, 1, 2, 3]
    assert voxels["i"].to_pylist() == kept
    np.testing.assert_array_equal(voxels["ncsnr"].to_numpy(), whole_voxels["ncsnr"].to_numpy()[kept])
    assert "2 of 6 voxels lack data in a session; left out" in capsys.readouterr().err
    assert json.loads(voxels.schema.metadata[b"left_out"]) == ["2 of 6 voxels lack data in a session"]
    assert json.loads(whole_voxels.schema.metadata[b"left_out"]) == []


def test_what_the_betas_lack_stands_before_what_the_voxels_lack(tmp_path: Path, betas: np.ndarray) -> None:
    _, voxels = standardise(tmp_path, betas, invalid=(0, 1, 0, 0, 0, 0), left_out=["a trial was cut"])
    said = json.loads(voxels.schema.metadata[b"left_out"])
    assert said == ["a trial was cut", "1 of 6 voxels lack data in a session"]


def test_no_voxel_with_data_in_every_session_is_an_error(tmp_path: Path, betas: np.ndarray) -> None:
    with pytest.raises(DataError, match="voxels with data in every session"):
        standardise(tmp_path, betas, invalid=(1,) * VOXEL_COUNT)
    assert not (tmp_path / "betas.parquet").exists()


def test_grid_travels_on(tmp_path: Path, betas: np.ndarray) -> None:
    _, voxels = standardise(tmp_path, betas)
    assert json.loads(voxels.schema.metadata[b"affine"]) == np.eye(4).tolist()
    assert json.loads(voxels.schema.metadata[b"shape"]) == [6, 6, 6]


BLOCKS = [f"block-{i}" for i in range(COUNT)]
FOLDS: list[int | None] = [i % 5 for i in range(COUNT)]


def test_cross_validated_study_without_repeats(tmp_path: Path, betas: np.ndarray) -> None:
    result, voxels = standardise(tmp_path, betas, "none", ["train"] * COUNT, BLOCKS, FOLDS)
    np.testing.assert_array_equal(result, betas)
    assert voxels["ncsnr"].null_count == voxels["noise_ceiling"].null_count == VOXEL_COUNT


def test_betas_that_are_not_scaled_are_copied_as_bytes(
    tmp_path: Path, betas: np.ndarray, monkeypatch
) -> None:
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 200)
    monkeypatch.setattr(BETAS.__class__, "write_batches", refuse_betas(BETAS.__class__.write_batches))
    result, _ = standardise(tmp_path, betas, "none", ["train"] * COUNT, BLOCKS, FOLDS)
    np.testing.assert_array_equal(result, betas)
    table = BETAS.read(tmp_path / "betas.parquet")
    assert table["trial_id"].to_pylist() == [f"trial-{i}" for i in range(COUNT)]
    assert table.schema.metadata[b"standardised_by"] == b"none"
    source, copy = (pq.read_metadata(tmp_path / f"{name}.parquet") for name in ("single", "betas"))
    assert copy.num_row_groups == source.num_row_groups > 5


def refuse_betas(write_batches):
    """Return a way to write tables that does not write betas.parquet."""

    def write(contract, batches, path, **metadata):
        assert contract is not BETAS
        write_batches(contract, batches, path, **metadata)

    return write


def test_voxels_are_left_out_of_unscaled_betas(tmp_path: Path, betas: np.ndarray) -> None:
    result, _ = standardise(tmp_path, betas, "none", invalid=(0, 1, 0, 0, 0, 2))
    np.testing.assert_array_equal(result, betas[:, [0, 2, 3, 4]])


@pytest.mark.parametrize("by", ["session", "all"])
def test_one_scaling_for_all_folds_is_refused(tmp_path: Path, betas: np.ndarray, by: str) -> None:
    with pytest.raises(ConfigError, match="each fold scales with its own training trials"):
        standardise(tmp_path, betas, by, ["train"] * COUNT, BLOCKS, FOLDS)
    assert not (tmp_path / "betas.parquet").exists()


def test_session_without_training_trials_gives_no_output(tmp_path: Path, betas: np.ndarray) -> None:
    splits = [
        "test" if session == "ses-2" else split for session, split in zip(SESSIONS, SPLITS, strict=True)
    ]
    with pytest.raises(DataError, match="ses-2"):
        standardise(tmp_path, betas, splits=splits)
    assert not (tmp_path / "betas.parquet").exists()
    assert not (tmp_path / "voxels.parquet").exists()


def test_betas_of_other_voxels_are_refused(tmp_path: Path, betas: np.ndarray) -> None:
    with pytest.raises(DataError, match="betas of 6 voxels"):
        standardise(tmp_path, betas[:, :5])
    assert not (tmp_path / "betas.parquet").exists()


def test_betas_of_other_trials_are_refused(tmp_path: Path, betas: np.ndarray) -> None:
    write_inputs(tmp_path, betas, SPLITS, SHOWN)
    single = SINGLE_TRIAL_BETAS.read(tmp_path / "single.parquet")
    SINGLE_TRIAL_BETAS.write(single.slice(1), tmp_path / "single.parquet")
    names = ["stimuli", "trials", "single-trial-betas", "mask-voxels", "betas", "voxels"]
    files = ["stimuli", "trials", "single", "mask_voxels", "betas", "voxels"]
    paths = [str(tmp_path / f"{file}.parquet") for file in files]
    options = [part for name, path in zip(names, paths, strict=True) for part in (f"--{name}", path)]
    with pytest.raises(DataError, match=r"single\.parquet\n.*one row per trial"):
        main([*options, *as_option(standardise={"by": "session"})])
    assert not (tmp_path / "betas.parquet").exists()


CATEGORIES, RUNS = 7, 10


def category_trials() -> tuple[list[str], list[int | None], dict[str, str]]:
    """Return stimuli, folds and captions: each of 10 folds shows 7 categories, as stimuli of its own."""
    folds = [trial // CATEGORIES for trial in range(COUNT)]
    stimuli = [f"run-{fold}_{trial % CATEGORIES}" for trial, fold in enumerate(folds)]
    return stimuli, [*folds], {name: f"a {name.split('_')[1]}" for name in stimuli}


def test_categories_that_repeat_across_folds_give_a_ceiling(tmp_path: Path, rng: np.random.Generator) -> None:
    stimuli, folds, captions = category_trials()
    category = np.array([int(name.split("_")[1]) for name in stimuli])
    responses = zscore(rng.normal(size=(CATEGORIES, VOXEL_COUNT)), ddof=1)
    betas = responses[category] * [0, 0, 1, 1, 3, 3] + rng.normal(size=(COUNT, VOXEL_COUNT))
    betas += 5 * rng.normal(size=(RUNS, VOXEL_COUNT))[np.array(folds)]
    given = {"by": "none", "splits": ["train"] * COUNT, "stimuli": stimuli, "folds": folds}
    _, voxels = standardise(tmp_path, betas.astype(np.float32), **given, captions=captions)
    ceiling, sd = (voxels[name].to_numpy() for name in ("noise_ceiling", "noise_ceiling_sd"))
    np.testing.assert_allclose(ceiling, np.repeat([0, 0.5, 0.9], 2), atol=0.2)
    assert (np.abs(ceiling - np.repeat([0, 0.5, 0.9], 2)) < 3.5 * sd).all()


def test_pictures_that_never_repeat_have_no_ceiling_in_a_cross_validated_study(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    """With pictures of its own, each stimulus has features of its own, whatever its category."""
    stimuli, folds, _ = category_trials()
    given = {"by": "none", "splits": ["train"] * COUNT, "stimuli": stimuli, "folds": folds}
    _, voxels = standardise(tmp_path, rng.normal(size=(COUNT, VOXEL_COUNT)).astype(np.float32), **given)
    for name in ("ncsnr", "noise_ceiling", "noise_ceiling_sd", "noise_ceiling_unclipped"):
        assert voxels[name].null_count == VOXEL_COUNT


def test_a_scaling_by_all_trials_is_caught(tmp_path: Path, betas: np.ndarray, monkeypatch) -> None:
    """Planted: every trial of a batch is said to be a training trial."""

    def of_all(rows: np.ndarray, train: np.ndarray, test: np.ndarray) -> TrainingRows:
        return TrainingRows(rows, np.arange(len(rows)), test)

    monkeypatch.setattr(step, "TrainingRows", of_all)
    with pytest.raises(LeakError, match=r"step standardise: (.|\n)*test rows: 30 of 30"):
        standardise(tmp_path, betas)
    assert not (tmp_path / "betas.parquet").exists()


def without(folder: Path, left_out: Sequence[int], said: int) -> None:
    """Take trials out of trials.parquet, which says that `said` of them are left out."""
    trials = TRIALS.read(folder / "trials.parquet")
    kept = trials.take([i for i in range(COUNT) if i not in left_out])
    TRIALS.write(kept.replace_schema_metadata(None), folder / "trials.parquet", left_out_trials=said)


def run_again(folder: Path, by: str) -> tuple[np.ndarray, pa.Table]:
    files = {"stimuli": "stimuli", "trials": "trials", "single-trial-betas": "single"}
    files |= {"mask-voxels": "mask_voxels", "betas": "betas", "voxels": "voxels"}
    options = [
        part for name, file in files.items() for part in (f"--{name}", str(folder / f"{file}.parquet"))
    ]
    main([*options, *as_option(standardise={"by": by})])
    return matrix(BETAS.read(folder / "betas.parquet"), "beta"), VOXELS.read(folder / "voxels.parquet")


@pytest.mark.parametrize("row_group", [200, 2**20])
@pytest.mark.parametrize("by", ["session", "none"])
def test_trials_that_a_split_leaves_out_count_for_nothing(
    tmp_path: Path, betas: np.ndarray, monkeypatch, by: str, row_group: int
) -> None:
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", row_group)
    left_out = [*range(0, 14), 30, 31]
    kept = [i for i in range(COUNT) if i not in left_out]
    loud = betas.copy()
    loud[left_out] = 1e6
    write_inputs(tmp_path, loud, SPLITS, SHOWN)
    without(tmp_path, left_out, said=len(left_out))
    result, voxels = run_again(tmp_path, by)
    sessions, train = np.array(SESSIONS)[kept], np.array(SPLITS)[kept] == "train"
    expected = betas[kept].astype(np.float64)
    for session in np.unique(sessions) if by == "session" else []:
        rows = sessions == session
        mean, sd = expected[rows & train].mean(axis=0), expected[rows & train].std(axis=0)
        expected[rows] = (expected[rows] - mean) / sd
    np.testing.assert_allclose(result, expected, atol=1e-5)
    names = BETAS.read(tmp_path / "betas.parquet")["trial_id"].to_pylist()
    assert names == [f"trial-{i}" for i in kept]
    ratio = voxels["ncsnr"].to_numpy()
    assert (np.isfinite(ratio) & (ratio < 10)).all()


@pytest.mark.parametrize(("left_out", "said"), [([0, 1], 3), ([0], 0)])
def test_missing_trials_that_the_split_did_not_leave_out_are_refused(
    tmp_path: Path, betas: np.ndarray, left_out: list[int], said: int
) -> None:
    write_inputs(tmp_path, betas, SPLITS, SHOWN)
    without(tmp_path, left_out, said)
    with pytest.raises(DataError, match="one row per trial"):
        run_again(tmp_path, "session")
    assert not (tmp_path / "betas.parquet").exists()
