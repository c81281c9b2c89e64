"""A study that is killed again and again ends as one that was left in peace."""

import random
import re

import pytest
from tests.faults import kills
from tests.faults.study import new_study
from tests.faults.whole import differences, leftovers, require_whole

# One finished study serves all these tests: with several test processes they belong to one.
pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.xdist_group("faults")]


def test_killed_at_a_write_at_a_join_and_with_orphans(finished, tmp_path):
    """``python -m tests.faults.kills`` does the same a hundred times."""
    study = new_study(tmp_path / "cortex2image")
    kinds = ["writing", "main_process", "joins"]
    assert kills.survive(study, kinds, random.Random(3)) == kinds
    assert differences(study.results, finished.results) == []
    assert leftovers(study.results) == []


def test_a_worker_that_is_killed_is_said(study, finished):
    """The kernel does so when memory runs out."""
    study.make_old()
    running = study.start()
    assert not kills.worker(running, study, random.Random(3), longest=1)
    assert running.returncode != 0
    assert re.search(r"FAILED after \d+ s: ", study.said)
    require_whole(study.results)
    assert study.run() == 0, study.said
    assert differences(study.results, finished.results) == []
