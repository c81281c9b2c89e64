"""What a user sees of a run: a line per job, and where the report is only if the run was about it."""

import re

MADE = "results/demo/simulated/bids/README"
BLOCK = re.compile(r"^    (input|reason|jobid|resources):", flags=re.MULTILINE)


def said(done):
    return done.stdout + done.stderr


def test_a_run_prints_a_line_per_job_and_a_dry_run_all_of_it(snakemake, tmp_path):
    assert BLOCK.search(said(snakemake(MADE, "--dry-run")))
    report = tmp_path / "results" / "demo" / "report" / "index.html"
    report.parent.mkdir(parents=True)
    report.touch()
    done = snakemake(MADE)
    assert done.returncode == 0, said(done)
    assert not BLOCK.search(said(done))
    (line,) = re.findall(r"^\[1/1, \d+ s\] simulate_stimuli: (.*)$", said(done), flags=re.MULTILINE)
    assert line.startswith("Pictures")
    assert "logs/demo" in said(done)
    assert "The report" not in said(done)
    log = next((tmp_path / ".snakemake" / "log").glob("*.log")).read_text()
    assert BLOCK.search(log)


def test_commands_are_printed_for_those_who_ask(snakemake):
    done = snakemake(MADE, "--printshellcmds")
    assert done.returncode == 0, said(done)
    assert "python -m cortex2image.steps.simulate_stimuli" in said(done)
    assert BLOCK.search(said(done))


def test_a_job_that_fails_says_why_first(snakemake, tmp_path):
    # A folder where a file of the step must lie.
    (tmp_path / "results/demo/simulated/bids/README/x").mkdir(parents=True)
    done = snakemake(MADE, "--force")
    assert done.returncode != 0
    after = said(done).partition("FAILED after")[2].splitlines()
    assert after[0].endswith("simulate_stimuli")
    assert any("README" in line for line in after[1:])
    assert "python -m cortex2image" not in said(done)
