"""The steps on the nearest training stimuli, and on scores by nearness, with a judge that sees colours."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.stats import spearmanr
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.steps import novelty, novelty_scores
from cortex2image.tables.columns import vectors
from cortex2image.tables.novelty import NOVELTY, NOVELTY_SCORES
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import EVALUATION, FEATURES

TRAIN, TEST = [f"train-{i:02d}" for i in range(20)], [f"test-{i:02d}" for i in range(12)]
SUBJECTS = ("sub-01", "sub-02")
MEASURES = ["phash", "pixels", "embedding_clip", "z", "c"]


class Colours:
    name, layers = "clip", ("embeds",)

    def features(self, images, layers=layers):
        return {"embeds": images[:, ::8, ::8].reshape(len(images), -1).astype(np.float32)}


@pytest.fixture
def study(tmp_path, rng):
    """Two subjects; the second lacks half of the training pictures. test-00 is train-03 once more."""
    names = [*TRAIN, *TEST]
    pictures = {}
    for name in names:
        small = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8))
        pictures[name] = small.resize((64, 64), Image.Resampling.BICUBIC)
    pictures["test-00"] = pictures["train-03"]
    for name, picture in pictures.items():
        picture.save(tmp_path / f"{name}.png")
    columns = {"stimulus_id": names, "split": ["train"] * 20 + ["test"] * 12, "captions": [["a thing"]] * 32}
    columns |= {"image_path": [str(tmp_path / f"{name}.png") for name in names], "category": [None] * 32}
    STIMULI.write(columns, tmp_path / "stimuli.parquet")
    for space, width in (("z", 10), ("c", 40)):
        features = rng.standard_normal((32, width))
        FEATURES.write({"stimulus_id": names, "feature": vectors(features)}, tmp_path / f"{space}.parquet")
    for subject, trained in zip(SUBJECTS, (TRAIN, TRAIN[10:]), strict=True):
        write_trials(tmp_path / f"{subject}.parquet", trained, TEST)
    return tmp_path


def write_trials(path, train, test):
    names = [*train, *test, *test]
    count = len(names)
    columns = {
        "trial_id": [f"t{i}" for i in range(count)],
        "stimulus_id": names,
        "session": ["ses-1"] * count,
    }
    columns |= {"run": ["run-1"] * count, "repetition": [0] * count, "fold": [None] * count}
    columns |= {"split": ["train" if name in train else "test" for name in names]}
    TRIALS.write(columns | {"onset": [0.0] * count, "duration": [1.0] * count}, path)


def find_nearest(study, subjects=SUBJECTS, spaces=("z", "c"), trials=SUBJECTS):
    out = study / "novelty.parquet"
    options = [
        *("--stimuli", study / "stimuli.parquet", "--trials", *(study / f"{s}.parquet" for s in trials)),
        *("--features", *(study / f"{space}.parquet" for space in spaces), "--novelty", out),
        *("--spaces", "z", "c"),
    ]
    settings = as_option(models={"set": "miniature", "folder": None}, subjects=subjects)
    novelty.main([*map(str, options), *settings], judge=lambda models: Colours())
    return NOVELTY.read(out)


def test_every_test_stimulus_has_a_nearest_of_its_subjects_training_stimuli(study):
    rows = find_nearest(study).to_pandas()
    assert len(rows) == len(SUBJECTS) * len(MEASURES) * len(TEST)
    assert set(rows["measure"]) == set(MEASURES)
    own = rows.query("subject == 'sub-02'")
    assert set(own["nearest_train"]) <= set(TRAIN[10:])
    for _, some in rows.groupby(["subject", "measure"]):
        assert sorted(some["rank"]) == list(range(1, 13))
        assert (some.sort_values("rank")["similarity"].diff().dropna() <= 1e-5).all()


def test_pictures_on_both_sides_are_named_where_people_look(study, capsys):
    table = find_nearest(study)
    line = "sub-01: 1 test picture is a training picture too, first test-00, the same as train-03"
    assert json.loads(table.schema.metadata[b"duplicates"]) == [line]
    assert f"warning: {line}" in capsys.readouterr().err
    same = table.to_pandas().query("duplicate")
    assert set(same["stimulus_id"]) == {"test-00"}
    assert set(same["subject"]) == {"sub-01"}
    looks = same[same["measure"].isin(["phash", "pixels", "embedding_clip"])]
    assert (looks["nearest_train"] == "train-03").all()
    assert looks["similarity"].to_numpy() == pytest.approx(1, abs=1e-6)


def test_what_subjects_share_is_compared_once(study, monkeypatch):
    write_trials(study / "sub-02.parquet", TRAIN, TEST)
    seen = []
    compared = novelty.by_looks
    monkeypatch.setattr(novelty, "by_looks", lambda *given: seen.append(given) or compared(*given))
    rows = find_nearest(study).to_pandas()
    assert len(seen) == 1
    one, two = (rows[rows["subject"] == subject].drop(columns="subject") for subject in SUBJECTS)
    pd.testing.assert_frame_equal(one.reset_index(drop=True), two.reset_index(drop=True))


def test_a_table_is_needed_of_every_subject(study):
    with pytest.raises(ConfigError, match=r"--trials(.|\n)*each of sub-01, sub-02(.|\n)*1 tables"):
        find_nearest(study, trials=SUBJECTS[:1])


def write_scores(study, rng):
    """Write scores of two methods: zc falls with distance, z does not depend on it."""
    near = NOVELTY.read(study / "novelty.parquet").to_pandas().query("measure == 'pixels'")
    paths = []
    for subject in SUBJECTS:
        similarity = near[near["subject"] == subject].set_index("stimulus_id")["similarity"][TEST].to_numpy()
        for method, slope in (("zc", 1.0), ("z", 0.0)):
            value = slope * similarity + rng.normal(0, 0.05, (2, 12))
            columns = {"stimulus_id": TEST * 2, "sample": [0] * 12 + [1] * 12, "metric": ["pixcorr"] * 24}
            path = study / f"{subject}-{method}.parquet"
            columns |= {"value": value.ravel(), "as_rival": [None] * 24}
            EVALUATION.write(columns, path, subject=subject, method=method)
            paths.append(path)
    return paths


def score(study, paths):
    out = study / "scores.parquet"
    options = [
        *("--novelty", study / "novelty.parquet", "--novelty-scores", out),
        *("--trials", *(study / f"{subject}.parquet" for subject in SUBJECTS), "--evaluation", *paths),
    ]
    novelty_scores.main([*map(str, options), *as_option(seed=1, evaluate={"permutations": 400})])
    return NOVELTY_SCORES.read(out).to_pandas().set_index(["subject", "method", "measure"])


def test_a_method_that_recalls_falls_with_distance_and_another_does_not(study, rng):
    find_nearest(study)
    table = score(study, write_scores(study, rng))
    assert len(table) == 3 * 2 * len(MEASURES)
    recall, other = table.loc[("all", "zc", "pixels")], table.loc[("all", "z", "pixels")]
    assert recall["near"] > recall["middle"] > recall["far"]
    assert recall["rho"] > 0.7
    assert recall["p"] == pytest.approx(1 / 401)
    assert recall["rho_low"] < recall["rho"] < recall["rho_high"]
    assert abs(other["rho"]) < 0.6
    assert other["p"] > 0.01


def test_rows_of_a_subject_are_those_of_its_own_similarities(study, rng):
    find_nearest(study)
    paths = write_scores(study, rng)
    row = score(study, paths).loc[("sub-02", "zc", "z")]
    values = EVALUATION.read(paths[2]).to_pandas().groupby("stimulus_id")["value"].mean()
    rows = NOVELTY.read(study / "novelty.parquet").to_pandas()
    near = rows.query("subject == 'sub-02' and measure == 'z'").set_index("stimulus_id")["similarity"]
    assert row["rho"] == pytest.approx(spearmanr(values, near[values.index]).statistic)
    first = near.sort_values(ascending=False).index[:4]
    assert row["near"] == pytest.approx(values[first].mean())
    assert row["n"] == 12


def test_scores_of_stimuli_without_a_nearest_are_refused(study, rng):
    find_nearest(study)
    paths = write_scores(study, rng)
    table = NOVELTY.read(study / "novelty.parquet")
    kept = np.array(table["stimulus_id"].to_pylist()) != "test-05"
    NOVELTY.write(table.filter(kept), study / "novelty.parquet")
    with pytest.raises(DataError, match="1 missing for sub-01, first test-05"):
        score(study, paths)
    assert not (study / "scores.parquet").exists()
