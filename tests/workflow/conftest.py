"""Snakemake in a folder of the test's own."""

import pytest
from tests.support.snakemake import ROOT, run_snakemake


@pytest.fixture
def snakemake(tmp_path):
    """Return a function that runs Snakemake in `tmp_path` and returns the finished process."""

    def run(*arguments, config=ROOT / "config" / "config.yaml", cwd=tmp_path, snakefile=ROOT / "Snakefile"):
        return run_snakemake(*arguments, cwd=cwd, config=config, snakefile=snakefile)

    return run
