"""Newcomers, CI and the workflow find in the README what they look for; links: tests/documents."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", ["run", "test"])
def test_newcomers_find_their_command(name):
    block = re.search(rf"<!-- newcomer: {name} -->\n```bash\n(.*?)```", TEXT, flags=re.DOTALL)
    assert block
    assert "-c envs/constraints.txt" in block[1]


def test_ci_runs_the_readme_and_the_citation_parses():
    assert "newcomer: test" in (ROOT / ".ci" / "run").read_text()
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["license"] == "MIT"
