"""What the page says of the novelty of test stimuli."""

import numpy as np
import pandas as pd
import pytest

from cortex2image.report.novelty_section import (
    NoveltyTables,
    headline,
    measure_title,
    nearest_rows,
    novelty_section,
)

TARGET = "results/demo/novelty_scores.parquet"
METHODS = ("z", "zc", "ceiling", "nearest_train")


def scores(
    metrics=("pixcorr", "twoway_cnn_late", "twoway_clip"), methods=METHODS, subjects=("sub-01", "all")
):
    keys = [
        (s, m, k, n) for s in subjects for m in methods for k in metrics for n in ("pixels", "embedding_clip")
    ]
    frame = pd.DataFrame(keys, columns=["subject", "method", "metric", "measure"])
    numbers = {"near": 0.9, "middle": 0.8, "far": 0.7, "rho": -0.25}
    for name, value in numbers.items():
        frame = frame.assign(**{name: value, f"{name}_low": value - 0.1, f"{name}_high": value + 0.1})
    return frame.assign(n=60, p=0.2)


def tables(**changed):
    nearest = pd.DataFrame(
        {
            "subject": ["sub-01"] * 4,
            "stimulus_id": ["a", "b", "c", "d"],
            "measure": ["phash"] * 3 + ["z"],
            "similarity": [0.5, 0.7, 1.0, 0.3],
            "duplicate": [False, False, True, False],
        }
    )
    span = pd.DataFrame({"space": ["z", "c"], "r2": [1.0, 0.4]})
    return NoveltyTables(nearest, changed.get("scores", scores()), {"sub-01": span}, ())


def test_methods_are_shown_by_clip_identification_of_the_pooled_subjects():
    found = novelty_section(tables(), METHODS, TARGET)
    assert found["metric"] == "two-way identification, miniature CLIP"
    assert found["measure"] == "embedding by miniature CLIP (cosine)"
    assert [row["method"] for row in found["methods"]] == ["z", "zc", "ceiling", "nearest"]
    cells = ["0.900 [0.800, 1.000]", "0.800 [0.700, 0.900]", "0.700 [0.600, 0.800]"]
    assert found["methods"][0]["cells"] == cells
    assert found["methods"][0]["rho"] == "−0.250 [−0.350, −0.150]"
    figure = found["figure"]
    assert figure.svg.startswith(b"<?xml")
    assert figure.target == TARGET
    assert figure.table["method"].tolist() == list(METHODS)
    assert figure.table["near"].tolist() == [0.9] * 4
    assert [row["title"] for row in found["spans"]] == ["z", "c"]


def test_of_one_subject_nothing_is_said_of_people():
    found = novelty_section(tables(), METHODS, TARGET)
    assert (found["who"], found["over"]) == ("sub-01", "stimuli")
    two = tables(scores=scores(subjects=("sub-01", "sub-02", "all")))
    several = novelty_section(two, METHODS, TARGET)
    assert (several["who"], several["over"]) == ("the pooled subjects", "subjects and stimuli")


def test_decoded_features_are_no_method_of_pictures():
    table = scores(methods=("decoded_z", "zc"), metrics=("features_twoway",))
    assert headline(table, ("zc",)) == "features_twoway"
    found = novelty_section(tables(scores=table), ("zc",), TARGET)
    assert [row["method"] for row in found["methods"]] == ["zc"]


@pytest.mark.parametrize(
    ("metrics", "chosen"),
    [
        (("pixcorr", "twoway_clip_mindeye"), "twoway_clip_mindeye"),
        (("pixcorr", "twoway_cnn_late"), "twoway_cnn_late"),
        (("pixcorr", "ssim2d"), "pixcorr"),
    ],
)
def test_without_clip_another_metric_is_shown(metrics, chosen):
    assert headline(scores(metrics), METHODS) == chosen


def test_nearest_stimuli_are_summed_up_by_measure():
    first, second = nearest_rows(tables().nearest)
    assert first == {
        "subject": "sub-01",
        "measure": "perceptual hash (share of equal bits)",
        "median": 0.7,
        "largest": 1.0,
        "duplicates": 1,
        "stimuli": 3,
    }
    assert second["measure"] == measure_title("z") == "features z (r)"


def test_only_controls_that_were_run_are_named_for_comparison():
    ran = novelty_section(tables(), METHODS, TARGET)["compared"]
    assert ran == ["ceiling, which recalls nothing", "nearest, which does nothing else"]
    assert novelty_section(tables(scores=scores(methods=("z", "zc"))), ("z", "zc"), TARGET)["compared"] == []


def test_thirds_without_a_number_are_dashes():
    table = scores()
    table.loc[table["method"] == "zc", ["far", "far_low", "far_high"]] = np.nan
    found = novelty_section(tables(scores=table), METHODS, TARGET)
    assert found["methods"][1]["cells"][2] == "– [–, –]"
