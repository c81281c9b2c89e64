"""A copy of the small study, which a test of this folder maltreats."""

import shutil

import pytest
from tests.faults.study import Study


@pytest.fixture
def study(finished, tmp_path) -> Study:
    """A copy of the finished study, with the times of its files."""
    return Study(shutil.copytree(finished.root, tmp_path / "study", symlinks=True))
