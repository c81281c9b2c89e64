"""The files that the jobs of a study start from."""

import pytest
from tests.support.configs import change, shipped
from tests.support.jobs import jobs
from tests.support.rules import Wildcards


def test_a_missing_matrix_ends_planning_and_is_named(tmp_path):
    template = str(tmp_path / "{subject}.txt")
    config = change(shipped(), "encode/to_mni", template)
    (tmp_path / "sub-01.txt").write_text("")
    assert jobs(config).to_mni(Wildcards(subject="sub-01")) == [str(tmp_path / "sub-01.txt")]
    with pytest.raises(SystemExit, match=r"encode/to_mni(.|\n)*the matrix of sub-02"):
        jobs(config).to_mni(Wildcards(subject="sub-02"))
    assert jobs().to_mni(Wildcards(subject="sub-02")) == []
