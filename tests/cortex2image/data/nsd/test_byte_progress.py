"""Bytes of several threads are counted together."""

import pytest

from cortex2image.data.nsd.download import ByteProgress, StoppedError


def test_a_line_is_said_when_its_time_has_come(capsys):
    progress = ByteProgress(4_000_000, every_s=0.0)
    progress.advance(1_000_000)
    progress.advance(2_000_000)
    said = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in said] == ["1 MB of 4 MB", "3 MB of 4 MB"]


def test_between_two_lines_nothing_is_said(capsys):
    ByteProgress(10, every_s=60).advance(5)
    assert capsys.readouterr().err == ""


def test_after_a_stop_the_next_chunk_is_the_last():
    progress = ByteProgress(10)
    progress.stop()
    with pytest.raises(StoppedError):
        progress.advance(1)
