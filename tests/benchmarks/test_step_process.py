"""Time, memory, log and decompositions of a process are what it was made to take."""

import os
import sys

import numpy as np
import pytest
from tests.benchmarks.step_process import timed, union, watched


def test_memory_and_log_of_a_process_are_seen() -> None:
    """A process that fills 400 MB and says so; without them it takes less than 100."""
    program = "import sys, time; held = b'x' * 400_000_000; print('held', file=sys.stderr); time.sleep(0.5)"
    seen = watched([sys.executable, "-c", program], dict(os.environ))
    assert 0.4 < seen.own_gb < 0.5
    assert 0.4 < seen.polled_gb < 0.5
    # That of the system is never less, but counts from the memory of the process that runs the tests.
    assert seen.peak_gb > 0.99 * seen.polled_gb
    assert [line for _, line in seen.log] == ["held"]
    assert seen.seconds > 0.5


def test_a_process_that_fails_raises_with_its_last_line() -> None:
    with pytest.raises(RuntimeError, match="no such table"):
        watched([sys.executable, "-c", "raise SystemExit('no such table')"], dict(os.environ))


def test_a_moment_counts_once() -> None:
    assert union([(5.0, 6.0), (0.0, 2.0), (1.0, 3.0), (1.5, 1.7)]) == 4.0


def test_calls_note_their_times_and_keep_their_results() -> None:
    eigh, spans = np.linalg.eigh, []
    result = timed(eigh, spans)(np.diag([2.0, 1.0]))
    assert result.eigenvalues.tolist() == [1.0, 2.0]
    assert len(spans) == 1
    assert spans[0][1] > spans[0][0]


def test_decompositions_of_all_libraries_are_seen() -> None:
    """In a process of its own, because the libraries stay changed."""
    program = (
        "from tests.benchmarks.step_process import time_decompositions as t; s = t();"
        " import numpy, scipy.linalg, torch;"
        " numpy.linalg.eigh(numpy.eye(3)); torch.linalg.cholesky_ex(torch.eye(3)); n = len(s);"
        " scipy.linalg.qr(numpy.eye(3)); import sys; print(n, len(s), file=sys.stderr)"
    )
    seen = watched([sys.executable, "-c", program], os.environ | {"PYTHONPATH": ":".join(sys.path)})
    assert seen.log[-1][1] == "2 3"
