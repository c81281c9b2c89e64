"""Files are whole or absent."""

import errno
import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cortex2image.files import ABANDONED_S, LEFTOVER, atomic, sha256, whole_folder


def test_a_finished_block_leaves_the_file_and_nothing_else(tmp_path):
    with atomic(tmp_path / "new" / "a.nii.gz") as temporary:
        assert temporary.name.endswith(".nii.gz")
        temporary.write_text("whole")
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.nii.gz"]


def test_a_broken_block_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_finished_folder_takes_the_place_of_the_old_one(tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "old.png").touch()
    with whole_folder(tmp_path / "pictures") as temporary:
        (temporary / "new.png").touch()
    assert [p.name for p in tmp_path.rglob("*")] == ["pictures", "new.png"]


def test_a_broken_folder_leaves_what_was_there(tmp_path):
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "old.png").touch()
    with pytest.raises(RuntimeError), whole_folder(tmp_path / "pictures") as temporary:
        (temporary / "new.png").touch()
        raise RuntimeError
    assert [p.name for p in tmp_path.rglob("*")] == ["pictures", "old.png"]


def test_sha256_agrees_with_hashlib(tmp_path):
    (tmp_path / "a").write_bytes(b"abc" * 100000)
    assert sha256(tmp_path / "a") == hashlib.sha256(b"abc" * 100000).hexdigest()


KINDS = {"file": (atomic, lambda path, word: path.write_text(word), lambda path: path.read_text())}
KINDS["folder"] = (
    whole_folder,
    lambda path, word: [(path / f"{n}.txt").write_text(word) for n in range(3)],
    lambda path: "".join({file.read_text() for file in path.iterdir()}),
)


@pytest.fixture(params=sorted(KINDS))
def kind(request):
    """How a file or a folder is written, and what is in it."""
    return KINDS[request.param]


def test_of_two_writers_the_last_one_counts_and_nothing_is_mixed(tmp_path, kind):
    """The orphan of a dead node ends its work while, and after, the job that took its place writes."""
    whole, fill, content = kind
    path = tmp_path / "out"
    with whole(path) as orphan:
        fill(orphan, "late")
        with whole(path) as successor:
            assert successor != orphan
            fill(successor, "new")
        assert content(path) == "new"
    assert content(path) == "late"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_another_writer_puts_there_in_between_is_replaced(tmp_path, monkeypatch):
    path, rename = tmp_path / "out", Path.rename
    late = []

    def slow(self, target):
        if target == path and not late:
            late.append(self)
            path.mkdir()
            (path / "late.txt").touch()
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", slow)
    with whole_folder(path) as temporary:
        (temporary / "new.txt").touch()
    assert late
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*"))] == ["out", "out/new.txt"]


KILLED = """
import os, signal, sys
from pathlib import Path
from cortex2image import files
with getattr(files, sys.argv[1])(Path(sys.argv[2])) as temporary:
    (temporary / "half.txt" if sys.argv[1] == "whole_folder" else temporary).write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("reaped", [True, False])
def test_what_a_killed_process_left_goes_with_the_next_write(tmp_path, kind, reaped):
    whole, fill, content = kind
    path = tmp_path / "deep" / "out"
    command = [sys.executable, "-c", KILLED, whole.__name__, str(path)]
    package = {"PYTHONPATH": str(Path(__file__).parents[2] / "workflow")}
    killed = subprocess.Popen(command, env=os.environ | package)
    if reaped:
        assert killed.wait() == -signal.SIGKILL
    else:
        os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
    (left,) = path.parent.iterdir()
    assert LEFTOVER.fullmatch(left.name)
    with whole(path) as temporary:
        fill(temporary, "whole")
    assert list(path.parent.iterdir()) == [path]
    assert content(path) == "whole"
    killed.wait()


def test_what_other_machines_write_is_left_alone_for_a_week(tmp_path):
    fresh, old = (tmp_path / f".00000000-1-{word}-out" for word in ("aaaaaaaa", "bbbbbbbb"))
    for folder in (fresh, old):
        folder.mkdir()
    os.utime(old, (0, old.stat().st_mtime - ABANDONED_S - 60))
    with whole_folder(tmp_path / "out") as temporary:
        (temporary / "new.txt").touch()
    assert {p.name for p in tmp_path.iterdir()} == {fresh.name, "out"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_an_error_of_the_disk_names_the_file_that_was_meant(tmp_path):
    with pytest.raises(OSError) as error, atomic(tmp_path / "a.txt") as temporary:
        temporary.symlink_to("/dev/full")
        temporary.write_text("no room")
    assert error.value.errno == errno.ENOSPC
    assert error.value.filename == str(tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_another_file_keeps_its_name(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.tsv"), atomic(tmp_path / "a.txt"):
        (tmp_path / "absent.tsv").read_text()
