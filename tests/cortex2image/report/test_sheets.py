import pandas as pd
import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.registry import METRICS
from cortex2image.report.sheets import Drawn, coarse_method, method_sheet, ranked_sheets, sheet_metric
from cortex2image.study.methods import METHODS, bottleneck, external

NAMES = ["s2", "s10", "s1"]
CLIP, LPIPS = METRICS["twoway_clip"], METRICS["lpips_alex"]


def stimuli(seen=True, names=NAMES):
    return pd.DataFrame(
        {
            "stimulus_id": names,
            "image_path": [f"seen/{name}" if seen else None for name in names],
            "category": ["shoe", "cat", None][: len(names)] if not seen else None,
        }
    )


def pictures(method, samples, names=NAMES):
    keys = [(name, k) for k in reversed(range(samples)) for name in names]
    table = pd.DataFrame(keys, columns=["stimulus_id", "sample"])
    return table.assign(image_path=[f"{method}/{name}-{k}" for name, k in keys])


def drawn(methods, seen=True):
    tables = {name: pictures(name, METHODS[name].samples(2)) for name in methods}
    return Drawn("demo", "sub-01", stimuli(seen), [METHODS[name] for name in methods], tables)


def evaluation(scores, metric="twoway_clip"):
    """Return a table of two samples per stimulus, 0.1 below and above the score."""
    keys = [
        (name, sample, score + 0.1 * (2 * sample - 1)) for name, score in scores.items() for sample in (0, 1)
    ]
    return pd.DataFrame(keys, columns=["stimulus_id", "sample", "value"]).assign(metric=metric)


def test_all_stimuli_stand_in_the_order_of_their_names():
    sheet = method_sheet(METHODS["zc"], drawn(["z", "zc"]))
    assert sheet.columns == ["seen", "coarse", "sample 0", "1"]
    assert sheet.rows == [
        (n, [f"seen/{n}", f"z/{n}-0", f"zc/{n}-0", f"zc/{n}-1"]) for n in ("s1", "s10", "s2")
    ]
    assert sheet.heading.title == "demo, sub-01, zc"
    assert "3 test stimuli in the order of their names, none left out; 2 samples each" in sheet.heading.text
    assert not sheet.heading.warning


def test_a_method_without_noise_has_one_picture():
    sheet = method_sheet(METHODS["z"], drawn(["z", "zc"]))
    assert sheet.columns == ["seen", "picture"]
    assert sheet.rows[0] == ("s1", ["seen/s1", "z/s1-0"])


@pytest.mark.parametrize(
    ("method", "coarse"),
    [
        ("zc", "z"),
        ("ceiling", "ceiling_z"),
        ("c", None),
        ("z", None),
        ("shuffled", "shuffled_z"),
        ("no_brain", None),
        ("nearest_train", None),
    ],
)
def test_the_coarse_picture_is_the_one_that_the_method_starts_from(method, coarse):
    found = coarse_method(METHODS[method], list(METHODS.values()))
    assert (found and found.name) == coarse


def test_coarse_pictures_of_another_decoder_are_not_mistaken():
    ours, theirs = external("ours", {"z": "a.npy"}), external("theirs", {"z": "b.npy"})
    both = external("both", {"z": "b.npy", "c": "c.npy"})
    assert coarse_method(both, [METHODS["z"], ours, theirs, both]) is theirs
    assert coarse_method(bottleneck(3), list(METHODS.values())) is None


def test_a_study_that_does_not_draw_coarse_pictures_shows_none():
    assert method_sheet(METHODS["zc"], drawn(["c", "zc"])).columns == ["seen", "sample 0", "1"]


def test_unknown_pictures_are_sorted_and_labelled_by_category():
    sheet = method_sheet(METHODS["c"], drawn(["c"], seen=False))
    assert [label for label, _ in sheet.rows] == ["cat\ns10", "shoe\ns2", "no category\ns1"]
    assert sheet.columns == ["sample 0", "1"]
    assert "which picture was seen is not known" in sheet.heading.text


def test_a_stimulus_that_is_not_in_the_table():
    wrong = drawn(["c"])
    wrong = Drawn(wrong.study, wrong.subject, stimuli(names=NAMES[:2]), wrong.methods, wrong.pictures)
    with pytest.raises(DataError, match=r"stimuli.parquet(.|\n)*first s1"):
        method_sheet(METHODS["c"], wrong)


def many(count):
    names = [f"s{i:02d}" for i in range(count)]
    tables = {"c": pictures("c", 2, names)}
    shown = Drawn("demo", "sub-01", stimuli(names=names), [METHODS["c"]], tables)
    return names, method_sheet(METHODS["c"], shown)


@pytest.mark.parametrize(("metric", "best"), [(CLIP, ["s24", "s23"]), (LPIPS, ["s00", "s01"])])
def test_the_best_and_the_worst_by_the_mean_of_samples(metric, best):
    names, sheet = many(25)
    table = evaluation({name: i / 100 for i, name in enumerate(names)}, metric.name)
    ranked = ranked_sheets(sheet, table, metric)
    assert list(ranked) == ["best", "worst"]
    labels = {kind: [label.split("\n")[0] for label, _ in one.rows] for kind, one in ranked.items()}
    assert labels["best"][:2] == best
    assert len(labels["best"]) == len(labels["worst"]) == 10
    assert not set(labels["best"]) & set(labels["worst"])
    label, paths = ranked["best"].rows[0]
    assert label == f"{best[0]}\n{int(best[0][1:]) / 100:.3f}"
    assert paths == dict(sheet.rows)[best[0]]


def test_ranked_sheets_say_that_they_were_chosen():
    names, sheet = many(25)
    ranked = ranked_sheets(sheet, evaluation({name: i / 100 for i, name in enumerate(names)}), CLIP)
    for kind, one in ranked.items():
        assert f"the 10 {kind} of 25 by two-way identification, miniature CLIP" in one.heading.title
        assert "not representative" in one.heading.warning
        assert "mean of all 25 stimuli is 0.120" in one.heading.text
        assert "more have the score" not in one.heading.text


def test_equal_scores_are_taken_by_name_and_counted():
    names, sheet = many(25)
    best = ranked_sheets(sheet, evaluation(dict.fromkeys(names, 0.5)), CLIP)["best"]
    assert [label.split("\n")[0] for label, _ in best.rows] == names[:10]
    assert "15 more have the score 0.500" in best.heading.text


@pytest.mark.parametrize(("stimuli_count", "chosen"), [(1, None), (2, 1), (7, 3), (20, 10)])
def test_few_stimuli_stand_on_one_of_the_sheets_at_most(stimuli_count, chosen):
    names, sheet = many(stimuli_count)
    ranked = ranked_sheets(sheet, evaluation({name: i / 100 for i, name in enumerate(names)}), CLIP)
    assert [len(one.rows) for one in ranked.values()] == ([] if chosen is None else [chosen, chosen])


def test_clip_chooses_unless_a_metric_is_named():
    metrics = ["pixcorr", "twoway_clip", "twoway_cnn_early", "twoway_residual_pooled", "category_clip"]
    tables = {"a": pd.DataFrame({"metric": metrics}), "b": pd.DataFrame({"metric": metrics[::-1]})}
    assert sheet_metric(None, tables) is CLIP
    assert sheet_metric("pixcorr", tables) is METRICS["pixcorr"]
    of_photos = [name for name in METRICS if "mindeye" in name and not name.endswith("_as_released")]
    assert sheet_metric(None, {"a": pd.DataFrame({"metric": of_photos})}).name == "twoway_clip_mindeye"


def test_without_identification_by_clip_what_comes_nearest_chooses():
    def usual(*metrics):
        return sheet_metric(None, {"a": pd.DataFrame({"metric": metrics})}).name

    assert usual("pixcorr", "top1_clip", "twoway_clip_within_setting", "twoway_residual") == (
        "twoway_residual"
    )
    assert usual("pixcorr", "twoway_cnn_late_as_released", "twoway_clip_as_released") == (
        "twoway_clip_as_released"
    )
    assert usual("ssim2d", "pixcorr", "twoway_clip_within_setting") == "pixcorr"


@pytest.mark.parametrize(
    ("wanted", "held", "said"),
    [
        ("ssim2d", ["pixcorr"], "among pixcorr(.|\n)*no ssim2d"),
        (None, ["twoway_clip"], "no metric that all tables have"),
    ],
)
def test_a_metric_that_a_table_lacks(wanted, held, said):
    tables = {"a": pd.DataFrame({"metric": ["pixcorr", "ssim2d"]}), "b": pd.DataFrame({"metric": held})}
    with pytest.raises(DataError, match=f"{said}(.|\n)*evaluate/sheet_metric"):
        sheet_metric(wanted, tables)
