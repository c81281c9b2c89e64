"""No job of the simulated study reads the ground truth: only the jobs that simulate know where it stands."""

import re

TRUTH = "simulated/truth"


def test_no_job_is_given_the_truth(snakemake):
    done = snakemake("--dry-run", "--printshellcmds", "--quiet", "host")
    assert done.returncode == 0, done.stdout + done.stderr
    jobs = re.split(r"^(?:local)?rule ", done.stdout, flags=re.MULTILINE)[1:]
    told = {job.partition(":")[0] for job in jobs if TRUTH in job}
    assert told == {"simulate_stimuli", "simulate_subject"}
    inputs = [line for job in jobs for line in job.splitlines() if line.startswith("    input:")]
    assert len(inputs) > 10
    assert not any(TRUTH in line for line in inputs)
