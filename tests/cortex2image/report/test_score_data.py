import json

import numpy as np
import pandas as pd

from cortex2image.report.score_data import metric_data, score_data, score_words
from cortex2image.report.words import metric_word


def texts(column: dict) -> list[str]:
    return [column["levels"][code] for code in column["codes"]]


def test_rows_stand_by_kind_of_metric_then_metric_then_method() -> None:
    keys = [(s, m, k) for k in ("twoway_clip", "pixcorr") for s in ("sub-01", "all") for m in ("c", "z")]
    frame = pd.DataFrame(keys, columns=["subject", "method", "metric"])
    names = ["n", "value", "ci_low", "ci_high", "null_mean", "null_sd", "p", "floor", "ceiling"]
    names += ["share", "share_low", "share_high", "nearest_train"]
    frame = frame.assign(**dict.fromkeys(names, np.nan), floor_control=None)
    found = score_data(frame, ["z", "c"])
    assert texts(found["metric"]) == ["pixcorr"] * 4 + ["twoway_clip"] * 4
    assert texts(found["method"]) == ["z", "z", "c", "c"] * 2
    json.dumps(found, allow_nan=False)


def test_values_of_stimuli_stand_beside_the_names_of_the_stimuli_of_each_subject() -> None:
    stimuli = {
        ("sub-01", "z"): pd.DataFrame({"pixcorr": [0.1, 0.2]}, ["b", "a"]),
        ("sub-01", "c"): pd.DataFrame({"pixcorr": [0.3]}, ["a"]),
        ("sub-02", "z"): pd.DataFrame({"ssim2d": [0.5]}, ["<x>"]),
    }
    pair = {"subject": "all", "method_a": "c", "method_b": "z", "n": 3, "difference": 0.25}
    pair |= {"ci_low": 0.0, "ci_high": 0.5, "q": 0.04}
    compared = pd.DataFrame([pair | {"metric": "pixcorr"}])
    found = metric_data(stimuli, compared, ["ssim2d", "pixcorr"])
    assert found["scores/stimuli"] == {"sub-01": ["a", "b"], "sub-02": ["<x>"]}
    assert found["scores/metric-1"]["values"] == {"sub-01": {"z": [0.2, 0.1], "c": [0.3, None]}}
    assert found["scores/metric-0"]["values"] == {"sub-02": {"z": [0.5]}}
    assert found["scores/metric-1"]["pairs"]["difference"] == [0.25]
    assert found["scores/metric-0"]["pairs"]["difference"] == []


def test_words_say_what_scripts_need_of_each_metric() -> None:
    found = score_words(["pixcorr", "lpips_alex"], ["z", "ceiling"])
    assert found["metrics"]["lpips_alex"]["higher"] is False
    assert found["metrics"]["lpips_alex"]["data"] == "scores/metric-1"
    assert found["metrics"]["pixcorr"]["title"] == metric_word("pixcorr").title
    assert set(found["kinds"]) == {"pixels", "distance"}
    assert [found["methods"][name]["control"] for name in ("z", "ceiling")] == [False, True]
