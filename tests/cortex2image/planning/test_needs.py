"""Needs of jobs grow with each try, and with the input."""

from tests.support.jobs import NONE
from tests.support.rules import Wildcards

from cortex2image.planning.needs import growing, input_mb


def test_needs_grow_with_each_try():
    needs = growing(mem_mb=4000, runtime=lambda wildcards: 10 if wildcards.space == "z" else 20)
    assert [needs["mem_mb"](NONE, attempt) for attempt in (1, 2, 3)] == [4000, 8000, 12000]
    assert [needs["runtime"](Wildcards(space=space), 2) for space in ("z", "c")] == [20, 40]


def test_memory_grows_with_the_input_where_it_is_larger_than_planned(tmp_path):
    files = [str(tmp_path / name) for name in ("betas", "features", "missing")]
    for file in files[:2]:
        with open(file, "wb") as written:
            written.truncate(1_500_000_000)
    needs = growing(copies=4, mem_mb=4000, runtime=10)
    python = input_mb([], 4)
    assert needs["mem_mb"](NONE, files, 1) == input_mb(files, 4) == python + 12_000
    assert needs["mem_mb"](NONE, files, 2) == 2 * (python + 12_000)
    assert needs["mem_mb"](NONE, files[2:], 2) == 8000
    assert needs["runtime"](NONE, 3) == 30
