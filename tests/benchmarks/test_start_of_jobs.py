"""Imports are summed from logs, jobs are found, and shares are those of the numbers behind them."""

from tests.benchmarks.start_of_jobs import Job, Run, import_seconds, jobs_of, section

LOG = """import time: self [us] | cumulative | imported package
import time:    400000 |     900000 | numpy
decoding
import time:    500000 |     500000 |   numpy.core
"""
BENCHMARK = "s\th:m:s\tcpu_time\n{s}\t0:00:04\t{cpu}\n"


def test_modules_count_once():
    assert import_seconds(LOG) == 0.9
    assert import_seconds("nothing") == 0


def test_jobs_are_found_with_their_logs(tmp_path):
    for place, seconds in (("demo/scores", "4.0"), ("demo/encode_voxels/sub-01-z", "2.0")):
        for folder, suffix, text in (("logs", ".log", LOG), ("benchmarks", ".tsv", BENCHMARK)):
            file = tmp_path / folder / f"{place}{suffix}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.format(s=seconds, cpu="-"))
    assert list(jobs_of(tmp_path)) == [Job("encode_voxels", 2.0, 0.9, 0.0), Job("scores", 4.0, 0.9, 0.0)]


def test_shares_are_of_all_jobs_and_short_steps_have_no_row():
    jobs = [
        Job("encode_voxels", 3.0, 1.0, 2.0),
        Job("encode_voxels", 5.0, 1.0, 4.0),
        Job("trials", 0.5, 0.4, 0.5),
    ]
    page = section(Run(10.0, 13.0, jobs), "A machine.", "A study")
    assert "3 jobs in 10 s. Jobs took 8 s, their imports 2 s of them (28%)." in page
    assert "for 13 s, within jobs for 6 s (50%)" in page
    assert "| encode_voxels | 2 | 4.00 | 1.00 | 25% |" in page
    assert "trials" not in page
