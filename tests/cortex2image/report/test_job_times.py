from pathlib import Path

import pytest

from cortex2image.report.job_times import duration, peak_memory, rule_times

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def write(path: Path, seconds: object, memory: object, cpu: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}{seconds}\t0:00:01\t{memory}\t1\t1\t1\t0\t0\t90\t{cpu}\n")


def test_jobs_of_a_rule_are_summed_up(tmp_path: Path) -> None:
    write(tmp_path / "fit" / "sub-01-z.tsv", 100, 2000, 360)
    write(tmp_path / "fit" / "sub-02-z.tsv", 50, 3500, 360)
    write(tmp_path / "report.tsv", 6, "NA", "NA")
    fit, report = rule_times(tmp_path)
    assert (fit.rule, fit.jobs, fit.seconds, fit.longest, fit.cpu_hours, fit.memory_gb) == (
        "fit",
        2,
        150,
        100,
        0.2,
        3.5,
    )
    assert (report.rule, report.jobs, report.seconds) == ("report", 1, 6)
    assert report.cpu_hours == 6 / 3600
    assert report.memory_gb != report.memory_gb
    assert peak_memory([report, fit]) == peak_memory([fit, report]) == 3.5
    assert peak_memory([report]) != peak_memory([report])


def test_what_is_no_benchmark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("nonsense")
    (tmp_path / "b.tsv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "c.tsv").write_text("")
    write(tmp_path / "d.tsv", "-", "-", "-")
    assert rule_times(tmp_path) == []
    assert rule_times(tmp_path / "none") == []
    assert rule_times(None) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (89, "89 s"), (91, "1.5 min"), (5399, "90 min"), (7200, "2.0 h"), (864000, "10 days")],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
