"""Signals, and two runs at once: each ends in a message or a right result, and the study can go on."""

import signal
import subprocess
import time

import psutil
import pytest
from tests.faults.study import outlived, started_by, steps_of
from tests.faults.whole import differences, leftovers, require_whole

# One finished study serves all these tests: with several test processes they belong to one.
pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.xdist_group("faults")]
# Where tests run in the background, a shell may have told its children to ignore Ctrl-C.
LISTENING = ("env", "--default-signal=INT")


def decoding(study):
    """Start a run that has to decode again, and return it when it does."""
    study.make_old()
    running = study.start(before=LISTENING)
    while running.poll() is None and "decode_features" not in steps_of(running).values():
        time.sleep(0.02)
    assert running.poll() is None, study.said
    return running


def test_a_second_run_is_refused_and_the_first_ends_well(study, finished):
    first = decoding(study)
    second = subprocess.run(study.command(), cwd=study.root, capture_output=True, text=True, check=False)
    assert second.returncode != 0
    assert "Directory cannot be locked" in second.stdout + second.stderr
    assert first.wait(600) == 0, study.said
    assert differences(study.results, finished.results) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_told_to_end_can_go_on_without_unlocking(study, finished, number):
    """Ctrl-C reaches every process of a terminal; a batch system signals the first one."""
    running = decoding(study)
    jobs = started_by(running)
    for process in (psutil.Process(running.pid), *(jobs if number == signal.SIGINT else [])):
        process.send_signal(number)
    assert running.wait(120) != 0
    assert outlived(jobs, 60) == []
    require_whole(study.results)
    assert study.run() == 0, study.said
    assert differences(study.results, finished.results) == []
    assert leftovers(study.results) == []
