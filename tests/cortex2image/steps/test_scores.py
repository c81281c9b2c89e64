"""The step that joins all evaluations into one table."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel
from tests.support.studies import as_option

from cortex2image.errors import DataError
from cortex2image.steps.scores import main
from cortex2image.tables.results import EVALUATION, NULLS
from cortex2image.tables.scores import COMPARISONS, SCORES

STIMULUS_IDS = [f"s{i}" for i in range(8)]


def write(folder, subject, method, values, null, metric="pixcorr", **more):
    """Write the evaluation of (stimuli, samples) values and its null."""
    stimuli, samples = values.shape
    columns = {
        "stimulus_id": np.repeat(STIMULUS_IDS[:stimuli], samples),
        "sample": np.tile(np.arange(samples), stimuli),
        "metric": [metric] * values.size,
        "value": values.ravel(),
        "as_rival": [0.5 if metric.startswith("twoway") else None] * values.size,
    }
    facts = {"subject": subject, "method": method} | more
    EVALUATION.write(columns, folder / f"{subject}-{method}.parquet", **facts)
    draws = {"metric": [metric] * len(null), "draw": np.arange(len(null)), "value": null}
    NULLS.write(draws, folder / f"{subject}-{method}-nulls.parquet", **facts)


def run(folder, **drawn):
    nulls = sorted(folder.glob("sub-*-nulls.parquet"))
    evaluations = sorted(set(folder.glob("sub-*.parquet")) - set(nulls))
    options = ["--evaluation", *evaluations, "--nulls", *nulls]
    outputs = {"scores": "scores.parquet", "csv": "scores.csv", "comparisons": "comparisons.parquet"}
    options += [part for name, file in outputs.items() for part in (f"--{name}", folder / file)]
    main([*map(str, options), *as_option(reconstruct=drawn)])
    return SCORES.read(folder / "scores.parquet").to_pandas().set_index(["subject", "method"])


def compared(folder):
    frame = COMPARISONS.read(folder / "comparisons.parquet").to_pandas()
    return frame.set_index(["subject", "method_a", "method_b"])


@pytest.fixture
def tables(tmp_path, rng):
    """Two subjects; method zc with three samples, method z with one."""
    for subject, level in (("sub-01", 0.4), ("sub-02", 0.6)):
        write(tmp_path, subject, "zc", rng.normal(level, 0.1, (8, 3)), rng.normal(0, 0.05, 99))
        write(tmp_path, subject, "z", rng.normal(0, 0.1, (8, 1)), rng.normal(0, 0.05, 99))
    return tmp_path


def test_values_are_means_over_samples_stimuli_and_subjects(tables):
    scores = run(tables)
    assert len(scores) == 6
    means = [
        EVALUATION.read(tables / f"{s}-zc.parquet").to_pandas()["value"].mean() for s in ("sub-01", "sub-02")
    ]
    assert scores.loc[("sub-01", "zc"), "value"] == pytest.approx(means[0])
    assert scores.loc[("all", "zc"), "value"] == pytest.approx(np.mean(means))
    assert (scores["n"] == 8).all()
    assert (scores["ci_low"] <= scores["value"]).all()
    assert (scores["value"] <= scores["ci_high"]).all()
    assert scores["ceiling"].isna().all()


def test_scores_stand_beside_those_of_pictures_from_true_features(tables, rng):
    for subject, level in (("sub-01", 0.8), ("sub-02", 0.9)):
        write(tables, subject, "ceiling", rng.normal(level, 0.05, (8, 3)), rng.normal(0, 0.05, 99))
    scores = run(tables)
    assert len(scores) == 9
    for subject in ("sub-01", "sub-02", "all"):
        best = scores.loc[(subject, "ceiling")]
        assert best["value"] > 0.7
        assert np.isnan(best["ceiling"])
        assert [scores.loc[(subject, method), "ceiling"] for method in ("z", "zc")] == [best["value"]] * 2


def test_each_method_has_the_ceiling_of_its_own_features(tables, rng):
    names = ("c", "shuffled_c", "bottleneck-k8", "external-both", "external-meaning", "decoded_c")
    for subject in ("sub-01", "sub-02"):
        for name in (*names, "ceiling", "ceiling_z", "ceiling_c"):
            write(tables, subject, name, rng.random((8, 1)), rng.random(99))
    files = {"both": {"z": "z.npy", "c": "c.npy"}, "meaning": {"c": "{subject}.npy"}}
    scores = run(tables, external=files)
    expected = {
        "ceiling_z": ["z"],
        "ceiling_c": ["c", "shuffled_c", "external-meaning"],
        "ceiling": ["zc", "bottleneck-k8", "external-both", "decoded_c"],
    }
    for subject in ("sub-01", "sub-02", "all"):
        for best, methods in expected.items():
            assert np.isnan(scores.loc[(subject, best), "ceiling"])
            found = {scores.loc[(subject, name), "ceiling"] for name in methods}
            assert found == {scores.loc[(subject, best), "value"]}, best


def test_a_ceiling_is_of_the_same_metric(tables, rng):
    """Decoded vectors, for example, have a metric of their own, which no picture has."""
    for subject in ("sub-01", "sub-02"):
        write(tables, subject, "ceiling", rng.random((8, 3)), rng.random(99), metric="twoway_clip")
    scores = run(tables)
    assert scores["ceiling"].isna().all()


def test_scores_stand_above_the_best_control_of_their_generator(tables, rng):
    levels = {"ceiling": 0.9, "shuffled": 0.05, "no_brain": 0.2, "shuffled_c": 0.6, "nearest_train": 0.3}
    for subject in ("sub-01", "sub-02"):
        for name, level in levels.items():
            write(tables, subject, name, rng.normal(level, 0.02, (8, 1)), rng.normal(0, 0.05, 99))
    scores = run(tables)
    for subject in ("sub-01", "sub-02", "all"):
        row, value = scores.loc[(subject, "zc")], scores["value"][subject]
        assert (row["floor"], row["floor_control"]) == (value["no_brain"], "no_brain")
        way = value["ceiling"] - value["no_brain"]
        assert row["share"] == pytest.approx((value["zc"] - value["no_brain"]) / way)
        assert row["share_low"] < row["share"] < row["share_high"]
        assert row["nearest_train"] == value["nearest_train"]
        of_z = scores.loc[(subject, "z")]
        assert np.isnan(of_z["floor"]), "nothing shuffled goes through the generator of z"
        assert np.isnan(of_z["share"])
        assert scores.loc[(subject, ["no_brain", "ceiling"]), ["floor", "share"]].isna().all(axis=None)
        assert np.isnan(scores.loc[(subject, "nearest_train"), "nearest_train"])


def test_where_less_is_better_the_floor_is_the_smallest_value(tmp_path, rng):
    for name, level in {"zc": 0.5, "ceiling": 0.2, "shuffled": 0.9, "no_brain": 0.8}.items():
        write(tmp_path, "sub-01", name, rng.normal(level, 0.02, (8, 1)), rng.random(99), "lpips_alex")
    row = run(tmp_path).loc[("sub-01", "zc")]
    assert row["floor_control"] == "no_brain"
    assert 0.4 < row["share"] < 0.6


def test_a_ceiling_that_is_no_better_than_the_floor_gives_no_share(tables, rng):
    for subject in ("sub-01", "sub-02"):
        for name in ("ceiling", "shuffled"):
            write(tables, subject, name, rng.normal(0.2, 0.1, (8, 1)), rng.normal(0, 0.05, 99))
    scores = run(tables)
    assert scores["floor"].notna().sum() == 3
    assert scores["share"].isna().all()


def test_methods_are_compared_by_the_same_stimuli(tables):
    run(tables)
    rows = compared(tables)
    assert len(rows) == 3
    for subject in ("sub-01", "sub-02"):
        z, zc = (
            EVALUATION.read(tables / f"{subject}-{name}.parquet").to_pandas().groupby("stimulus_id")["value"]
            for name in ("z", "zc")
        )
        test = ttest_rel(z.mean(), zc.mean())
        row = rows.loc[(subject, "z", "zc")]
        assert row["p"] == pytest.approx(test.pvalue)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(test.confidence_interval()))
    assert rows.loc[("all", "z", "zc"), "p"] > 0.05, "two subjects are too few to speak of people"


def test_a_single_method_is_compared_with_none(tmp_path, rng):
    write(tmp_path, "sub-01", "z", rng.random((8, 1)), rng.random(99))
    run(tmp_path)
    assert compared(tmp_path).empty


def test_methods_that_were_scored_by_different_stimuli_stop_it(tables, rng):
    write(tables, "sub-02", "z", rng.random((7, 1)), rng.random(99))
    with pytest.raises(DataError, match=r"z and zc(.|\n)*same stimuli"):
        run(tables)


def test_nulls_of_the_subjects_are_averaged_draw_by_draw(tables):
    scores = run(tables)
    null = np.mean(
        [NULLS.read(tables / f"{s}-z-nulls.parquet")["value"].to_numpy() for s in ("sub-01", "sub-02")],
        axis=0,
    )
    row = scores.loc[("all", "z")]
    assert (row["null_mean"], row["null_sd"]) == pytest.approx((null.mean(), null.std()))
    assert row["p"] == pytest.approx((1 + (null >= row["value"]).sum()) / 100)
    assert scores.loc[("all", "zc"), "p"] == 0.01


def test_csv_says_the_same(tables):
    scores = run(tables).reset_index()
    written = pd.read_csv(tables / "scores.csv", dtype={"metric_version": str})
    pd.testing.assert_frame_equal(written, scores, check_dtype=False, rtol=1e-12)


def test_the_order_of_the_files_does_not_matter(tables):
    first = run(tables)
    for path in list(tables.glob("sub-01*")):
        path.rename(path.with_name(path.name.replace("sub-01", "sub-99")))
    pd.testing.assert_frame_equal(run(tables), first)


def test_a_subject_without_a_metric_stops_it(tables):
    (tables / "sub-02-z-nulls.parquet").unlink()
    with pytest.raises(DataError, match=r"nulls of z, pixcorr(.|\n)*sub-02"):
        run(tables)
    assert not (tables / "scores.parquet").exists()
    assert not (tables / "scores.csv").exists()


def test_a_table_that_does_not_say_whose_it_is_stops_it(tables):
    columns = EVALUATION.read(tables / "sub-01-z.parquet").to_pydict()
    EVALUATION.write(columns, tables / "sub-01-z.parquet")
    with pytest.raises(DataError, match=r"sub-01-z\.parquet"):
        run(tables)


def test_a_metric_nobody_described_stops_it(tmp_path, rng):
    write(tmp_path, "sub-01", "z", rng.random((8, 1)), rng.random(9), metric="beauty")
    with pytest.raises(DataError, match="beauty"):
        run(tmp_path)


def test_fewer_than_three_stimuli_have_no_score(tmp_path, rng):
    write(tmp_path, "sub-01", "z", rng.random((2, 1)), rng.random(99))
    with pytest.raises(DataError, match=r"z, pixcorr(.|\n)*3 stimuli(.|\n)*2"):
        run(tmp_path)


def test_an_identification_says_how_stimuli_fare_as_rivals(tmp_path, rng):
    write(tmp_path, "sub-01", "z", rng.random((8, 1)), rng.random(99), metric="twoway_clip")
    columns = EVALUATION.read(tmp_path / "sub-01-z.parquet").to_pydict() | {"as_rival": [None] * 8}
    EVALUATION.write(columns, tmp_path / "sub-01-z.parquet", subject="sub-01", method="z")
    with pytest.raises(DataError, match="as_rival"):
        run(tmp_path)


def test_an_identification_stays_between_its_bounds(tmp_path):
    write(tmp_path, "sub-01", "z", np.ones((8, 1)), np.full(99, 0.5), metric="twoway_clip")
    row = run(tmp_path).loc[("sub-01", "z")]
    assert 0.5 < row["ci_low"] < row["ci_high"] <= 1


def test_scores_say_what_their_metrics_depend_on(tables, rng):
    for method, metric in (("zc", "pixcorr"), ("c", "ssim2d")):
        facts = {"metrics": json.dumps({metric: {"version": "1", "input_size": 64}})}
        facts["packages"] = json.dumps({"numpy": "2.4"})
        for subject in ("sub-01", "sub-02"):
            write(tables, subject, method, rng.random((8, 1)), rng.random(99), metric, **facts)
    run(tables)
    found = SCORES.read_schema(tables / "scores.parquet").metadata
    assert json.loads(found[b"metrics"]) == {
        "pixcorr": {"version": "1", "input_size": 64},
        "ssim2d": {"version": "1", "input_size": 64},
    }
    assert json.loads(found[b"packages"]) == {"numpy": "2.4"}


def test_scores_of_two_definitions_are_not_joined(tables, rng):
    for subject, version in (("sub-01", "1"), ("sub-02", "2")):
        facts = {"metrics": json.dumps({"pixcorr": {"version": version}})}
        write(tables, subject, "zc", rng.random((8, 1)), rng.random(99), **facts)
    with pytest.raises(DataError, match=r"sub-02-zc\.parquet, pixcorr(.|\n)*version 1"):
        run(tables)
    assert not (tables / "scores.parquet").exists()


def test_what_the_stimuli_of_a_subject_do_not_allow_has_no_score_over_all(tables, rng, capsys):
    for subject in ("sub-01", "sub-02"):
        write(tables, subject, "z", rng.random((8, 1)), rng.random(99))
    write(tables, "sub-01", "c", rng.random((6, 1)), rng.random(99), metric="twoway_clip_within_setting")
    scores = run(tables)
    assert scores.loc[("sub-01", "c"), "n"] == 6
    assert ("all", "c") not in scores.index
    assert ("all", "z") in scores.index
    assert "sub-01 alone" in capsys.readouterr().err
