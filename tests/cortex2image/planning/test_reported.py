"""What the report reads: declared inputs, and what further targets made once it is there."""

from pathlib import Path

import pytest
from tests.support.configs import CONFIGS, change, shipped

from cortex2image.planning.jobs import Jobs
from cortex2image.planning.reported import made_on_demand, reported
from cortex2image.study.config import resolve

CURVES = [f"results/demo/{subject}/learning_curve.parquet" for subject in ("sub-01", "sub-02")]
STUDIES = "results/demo/studies.parquet"


def jobs(**changed: object) -> Jobs:
    config = shipped()
    for key, value in changed.items():
        config = change(config, key.replace("__", "/"), value)
    return Jobs(resolve(config), CONFIGS / "miniature.yaml")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def touch(*files: str) -> None:
    for file in files:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).touch()


def test_scores_of_single_stimuli_and_of_samples_are_inputs() -> None:
    files = reported(jobs())
    assert "results/demo/sample_scores.parquet" in files
    for name in ("zc", "brain-seen", "features-c"):
        assert f"results/demo/sub-02/evaluation/{name}.parquet" in files
    assert not [file for file in files if file.endswith("-nulls.parquet")]


def test_learning_curves_are_inputs_once_every_subject_has_one() -> None:
    assert made_on_demand(jobs()) == []
    touch(CURVES[0])
    assert made_on_demand(jobs()) == []
    touch(CURVES[1])
    assert made_on_demand(jobs()) == CURVES
    assert set(CURVES) <= set(reported(jobs()))


def test_compared_studies_are_an_input_where_they_can_be_compared_anew() -> None:
    other = [f"results/other/{name}.parquet" for name in ("scores", "stimuli", "sub-01/trials")]
    touch(STUDIES, *other)
    assert made_on_demand(jobs()) == []  # the config does not name them: comparing them would end the plan
    assert made_on_demand(jobs(studies=["demo", "other"])) == [STUDIES]
    assert made_on_demand(jobs(studies=["demo", "gone"])) == []
    Path(STUDIES).unlink()
    assert made_on_demand(jobs(studies=["demo", "other"])) == []


def reported_of(name: str = "config") -> list[str]:
    return reported(Jobs(resolve(shipped(name)), CONFIGS / "miniature.yaml"))


def test_what_targets_made_is_read_once_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = reported_of()
    made = Path("results/demo/sub-02/attribution/change.png")
    assert str(made) not in before
    made.parent.mkdir(parents=True)
    made.touch()
    assert set(reported_of()) - set(before) == {str(made)}


def test_runs_are_read_where_the_study_has_a_glm_of_its_own() -> None:
    assert "results/demo/sub-01/runs.parquet" in reported_of()
    assert not [path for path in reported_of("bold5000") if path.endswith("runs.parquet")]
