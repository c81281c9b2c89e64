"""Scores of two studies side by side."""

import json

import numpy as np
import pandas as pd
import pytest
from tests.support.studies import as_option

from cortex2image.errors import DataError
from cortex2image.steps.compare_studies import main
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.scores import SCORES
from cortex2image.tables.studies import STUDIES

SUBJECTS = ("sub-01", "sub-02")


def write_study(folder, facts=None, train=(20, 30), version="1", fold=None):
    """Write scores, stimuli and trials of a study with 4 test stimuli that are shown twice."""
    keys = [(subject, metric) for subject in (*SUBJECTS, "all") for metric in ("pixcorr", "ssim2d")]
    columns = {column.name: [0.1] * len(keys) for column in SCORES.columns}
    columns |= {"subject": [s for s, _ in keys], "metric": [m for _, m in keys], "method": ["z"] * len(keys)}
    columns |= {"n": [4] * len(keys), "higher_is_better": [True] * len(keys)}
    columns |= {"metric_version": [version] * len(keys), "ceiling": [None] * len(keys)}
    columns |= {
        "value": np.linspace(0, 1, len(keys)),
        "ci_low": [-1.0] * len(keys),
        "ci_high": [2.0] * len(keys),
    }
    for subject in SUBJECTS:
        (folder / subject).mkdir(parents=True)
    SCORES.write(columns, folder / "scores.parquet")
    names = [f"s{i:02d}" for i in range(34)]
    sides = ["test"] * 4 + ["train"] * 30
    table = {"stimulus_id": names, "split": sides, "captions": [["a"]] * 34}
    STIMULI.write(
        table | {"image_path": [None] * 34, "category": [None] * 34},
        folder / "stimuli.parquet",
        **(facts or {}),
    )
    for subject, count in zip(SUBJECTS, train, strict=True):
        shown = names[:4] * 2 + names[4 : 4 + count]
        n = len(shown)
        trials = {"trial_id": [f"t{i}" for i in range(n)], "stimulus_id": shown, "session": ["ses-1"] * n}
        trials |= {"run": ["run-1"] * n, "repetition": [0] * n, "fold": [fold] * n}
        trials |= {"split": ["test"] * 8 + ["train"] * count, "onset": [0.0] * n, "duration": [1.0] * n}
        TRIALS.write(trials, folder / subject / "trials.parquet", subject=subject)


def compare(folder, *studies):
    files = {name: [str(folder / s / f"{name}.parquet") for s in studies] for name in ("scores", "stimuli")}
    files["trials"] = [str(folder / s / u / "trials.parquet") for u in SUBJECTS for s in studies]
    files |= {"comparison": [str(folder / "c.parquet")], "csv": [str(folder / "c.csv")]}
    files["figure"] = [str(folder / "c.svg")]
    options = [part for name, paths in files.items() for part in (f"--{name}", *paths)]
    main([*options, *as_option(studies=list(studies))])
    return STUDIES.read(folder / "c.parquet").to_pandas()


TAU = {"split": "given, tau 0.8 by image", "facts": json.dumps({"nearest_training": 0.75})}


def test_scores_stand_beside_split_and_training_data(tmp_path):
    write_study(tmp_path / "demo")
    write_study(tmp_path / "near", TAU, train=(6, 10))
    table = compare(tmp_path, "demo", "near")
    scores = SCORES.read(tmp_path / "demo" / "scores.parquet").to_pandas()
    for study in ("demo", "near"):
        of_study = table[table["study"] == study].reset_index(drop=True)
        pd.testing.assert_frame_equal(of_study[list(scores.columns)], scores)
    found = table.drop_duplicates(["study", "subject"]).set_index(["study", "subject"])
    assert found["training_stimuli"].tolist() == [20, 30, 25, 6, 10, 8]
    assert found["test_trials"].tolist() == [2] * 6
    assert found["split"].tolist() == ["given"] * 3 + [TAU["split"]] * 3
    assert found["nearest_training"].isna().tolist() == [True] * 3 + [False] * 3
    assert found.loc[("near", "all"), "nearest_training"] == 0.75
    assert (tmp_path / "c.svg").read_bytes().startswith(b"<?xml")
    assert len(pd.read_csv(tmp_path / "c.csv")) == len(table) == 12


def test_a_cross_validated_study_has_no_one_amount_of_training_data(tmp_path):
    write_study(tmp_path / "demo")
    write_study(tmp_path / "folds", fold=1)
    table = compare(tmp_path, "demo", "folds").set_index("study")
    assert table.loc["folds", "training_stimuli"].isna().all()
    assert table.loc["demo", "training_stimuli"].notna().all()


def test_scores_of_different_definitions_are_refused(tmp_path):
    write_study(tmp_path / "demo")
    write_study(tmp_path / "old", version="0")
    with pytest.raises(DataError, match=r"(?s)metric pixcorr.*demo: version 1; old: version 0.*evaluate"):
        compare(tmp_path, "demo", "old")
    assert not (tmp_path / "c.parquet").exists()


def test_scores_by_other_weights_or_of_other_sizes_are_refused_and_of_equal_ones_are_not(tmp_path):
    facts = {"version": "1", "weights": "aa", "input_size": 224}
    others = {"same": {}, "lighter": {"weights": "bb"}, "larger": {"input_size": 299}}
    for name, change in {"demo": {}, **others}.items():
        write_study(tmp_path / name)
        path = tmp_path / name / "scores.parquet"
        SCORES.write(SCORES.read(path), path, metrics=json.dumps({"ssim2d": facts | change}))
    assert len(compare(tmp_path, "demo", "same")) == 12
    with pytest.raises(DataError, match=r"(?s)metric ssim2d.*demo: weights aa; lighter: weights bb"):
        compare(tmp_path, "demo", "lighter")
    with pytest.raises(DataError, match=r"(?s)demo: input_size 224; larger: input_size 299.*one model set"):
        compare(tmp_path, "demo", "larger")


def test_a_subject_without_trials_is_refused(tmp_path):
    write_study(tmp_path / "demo")
    write_study(tmp_path / "near", TAU)
    trials = TRIALS.read(tmp_path / "near" / "sub-01" / "trials.parquet")
    for subject in SUBJECTS:
        TRIALS.write(
            trials.replace_schema_metadata(None),
            tmp_path / "near" / subject / "trials.parquet",
            subject="sub-02",
        )
    with pytest.raises(DataError, match="none of sub-01"):
        compare(tmp_path, "demo", "near")
