"""A disk that is full or read-only is said, and leaves nothing wrong behind."""

import re
import subprocess

import pytest
from tests.faults.whole import differences, require_whole

# One finished study serves all these tests: with several test processes they belong to one.
pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.xdist_group("faults")]
DECODED = "results/tiny/sub-01/decoded"
OWN_MOUNTS = ("unshare", "--map-root-user", "--mount", "sh", "-e", "-c")


def _may_mount():
    try:
        command = [*OWN_MOUNTS, "mount -t tmpfs tmpfs /mnt"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


needs_mounts = pytest.mark.skipif(not _may_mount(), reason="needs a system that lets users mount disks")


def mounted(command):
    """Return what starts a program whose disks are its own."""
    return (*OWN_MOUNTS, f'{command}; exec "$@"', "sh")


@needs_mounts
def test_a_full_disk_is_said_and_the_study_goes_on_when_there_is_room(study, finished):
    full = mounted(f"mount -t tmpfs -o size=4k tmpfs {DECODED}")
    study.make_old()
    assert study.run(before=full) != 0
    assert f"DataError: {DECODED}/" in study.said
    assert "No space left on device" in study.said
    assert "to do:    free space on this disk" in study.said
    steps, _, _ = study.said.partition("Shutting down")
    assert "Traceback" not in steps
    require_whole(study.results)
    assert study.run() == 0, study.said
    assert differences(study.results, finished.results) == []


@needs_mounts
def test_a_folder_that_cannot_be_written_is_said_and_the_study_goes_on(study, finished):
    """Snakemake itself notices first, before it starts the job."""
    read_only = mounted(f"mount --bind {DECODED} {DECODED}; mount -o remount,bind,ro {DECODED}")
    study.make_old()
    assert study.run(before=read_only) != 0
    assert re.search(rf"Write-protected output files(.|\n)*{DECODED}/\w+\.parquet", study.said)
    require_whole(study.results)
    assert study.run() == 0, study.said
    assert differences(study.results, finished.results) == []
