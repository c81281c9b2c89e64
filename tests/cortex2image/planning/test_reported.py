"""What the report reads: declared inputs, and what further targets made once it is there."""

from pathlib import Path

import pytest
from tests.support.configs import CONFIGS, shipped

from cortex2image.planning.jobs import Jobs
from cortex2image.study.config import resolve


def reported(name: str = "config") -> list[str]:
    return Jobs(resolve(shipped(name)), CONFIGS / "miniature.yaml").reported


def test_what_targets_made_is_read_once_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = reported()
    made = Path("results/demo/sub-02/attribution/change.png")
    assert str(made) not in before
    made.parent.mkdir(parents=True)
    made.touch()
    assert set(reported()) - set(before) == {str(made)}


def test_runs_are_read_where_the_study_has_a_glm_of_its_own() -> None:
    assert "results/demo/sub-01/runs.parquet" in reported()
    assert not [path for path in reported("bold5000") if path.endswith("runs.parquet")]
