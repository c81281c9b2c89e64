"""The benchmark at the size of NSD runs the steps as the workflow does, only smaller here."""

import json
from pathlib import Path

import pytest
from tests.benchmarks.fit_operations import Fit
from tests.benchmarks.nsd_size import CASES, fit_of, mean_r, options, parts, row, settings
from tests.benchmarks.nsd_subject import Size, Subject
from tests.benchmarks.step_process import Seen, run_step_process


def test_cases_have_the_size_of_nsd() -> None:
    fits = {
        name: fit_of(case, Size(), case.voxels(370_000, 1), settings(case, {}))
        for name, case in CASES.items()
    }
    sizes = {name: (fit.rows, fit.predictors, fit.targets) for name, fit in fits.items()}
    assert sizes == {
        "encode c, streams": (9_000, 59_136, 28_000),
        "encode z, whole brain": (9_000, 6_400, 370_000),
        "decode c": (27_000, 7_604, 59_136),
    }


def test_settings_are_those_of_the_config_with_changes() -> None:
    read = json.loads(settings(CASES["decode c"], {"max_memory_gb": 7}))
    assert read["ridge"]["max_memory_gb"] == 7
    assert read["ridge"]["folds"] == 5
    assert read["decode"]["rois"] == {"c": ["ventral"]}


@pytest.mark.parametrize("name", ["encode c, streams", "decode c"])
def test_a_step_scores_above_chance_in_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    case, size = CASES[name], Size(100, 20, 4, 60, {"c": 80, "z": 30})
    subject, chosen = Subject(tmp_path, size), settings(case, {"device": "cpu"})
    seen = run_step_process(case.step, options(case, subject, 100, chosen, 1), 1, tmp_path / "report.json")
    assert 0 < seen.decomposing < seen.seconds
    assert 0.05 < seen.peak_gb < 5
    assert mean_r(case, subject, 100) > 0.2


def test_goals_are_met_or_missed_by_what_was_seen() -> None:
    """A second of decomposing and ten of 5e9 multiplications each, on a machine that does 1e10."""
    fit = Fit(rows=1000, predictors=1000, targets=40_000, new_rows=0, alphas=1, folds=5)
    rate = fit.multiplications / 10 / 0.5
    seen = Seen(11.0, 1.0, 21.0, 21.0, 5.0, [(0.5, "read"), (3.0, "ridge: 1/9 after 2 s")])
    assert row("x", fit, seen, rate, 0.3).endswith("| 50% | 0.300 |")
    goals, *log = parts("x", fit, seen, rate, 0.3)
    assert "21.0 GB (<= 20) missed, 50% of the rate (>= 60%) missed, mean r 0.30 (>= 0.1) met" in goals
    assert [line.split("s  ")[1] for line in log] == ["read"]
