"""In a log, progress is plain lines."""

from cortex2image.progress import track


def test_items_pass_unchanged_and_the_end_is_reported(capsys):
    assert list(track([3, 1, 2], "count", every_s=0)) == [3, 1, 2]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("count: 1/3 after")
    assert lines[-1].startswith("count: 3/3 done in")


def test_unknown_lengths_and_empty_work(capsys):
    assert list(track(iter([]), "nothing")) == []
    assert "nothing: 0 done" in capsys.readouterr().err
