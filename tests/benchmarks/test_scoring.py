"""The benchmark of scoring measures what the workflow does, only smaller here."""

from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from tests.benchmarks.scoring import Case, compare, identification, row, ssim, verdict, write_features

from cortex2image.metrics import similarity


def test_reconstructions_of_the_benchmark_are_identified(tmp_path: Path) -> None:
    write_features(tmp_path, 30, 4000)
    assert np.load(tmp_path / "a.npy").mean() > 2.9
    case = identification(tmp_path)
    assert case.p == pytest.approx(1 / 10_001)
    assert case.apart is not None
    assert case.apart < 1e-12


def test_single_precision_is_seen_in_the_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_features(tmp_path, 30, 4000)
    monkeypatch.setattr(similarity, "MOST_IN_DOUBLE", 0)
    apart = identification(tmp_path).apart
    assert apart is not None
    assert 1e-12 < apart < 2e-7


def test_the_null_of_ssim_has_all_draws() -> None:
    case = ssim(20, 16)
    assert case.p == pytest.approx(1 / 10_001)
    assert case.seconds > 0


def test_a_small_run_gives_the_whole_section(tmp_path: Path) -> None:
    lines = compare(Namespace(folder=tmp_path, scale=40, threads=1))
    assert lines[0].startswith("## Scoring")
    assert [line.split()[1] for line in lines if line.startswith("| ")] == ["case", "identification", "ssim"]
    assert [line.split(":")[0] for line in lines[-2:]] == ["- identification", "- ssim"]


def test_goals_that_are_missed_are_said() -> None:
    assert verdict("identification", Case(12.0, 9.0, 0.1, 0.1), 0.5).count("missed") == 1
    assert verdict("identification", Case(9.0, 9.0, 0.1, 0.1), 1.5).endswith("missed.")
    assert verdict("ssim", Case(299.0, 9.0, 0.1, 0.1), 5.0) == "- ssim: 299.0 s (<= 300 s) met."
    assert row("ssim", Case(1.0, 2.0, 0.1, 1e-4), 0.5) == "| ssim | 1.0 | 2.0 | 0.50 | 1.0e-04 |  |"
