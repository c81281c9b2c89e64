"""One small study, run once, which every test of this folder copies and maltreats."""

import shutil

import pytest
from tests.faults.study import Study, new_study


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Study:
    """The study as an undisturbed run leaves it; never changed."""
    study = new_study(tmp_path_factory.mktemp("finished") / "cortex2image")
    assert study.run() == 0, study.said[-5000:]
    return study


@pytest.fixture
def study(finished, tmp_path) -> Study:
    """A copy of the finished study, with the times of its files."""
    return Study(shutil.copytree(finished.root, tmp_path / "study", symlinks=True))
