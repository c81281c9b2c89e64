"""What the README points to is there."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text()
LINKS = sorted({link for link in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in link})


@pytest.mark.parametrize("link", LINKS)
def test_links_lead_somewhere(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize("name", ["run", "test"])
def test_newcomers_find_their_command(name):
    block = re.search(rf"<!-- newcomer: {name} -->\n```bash\n(.*?)```", TEXT, flags=re.DOTALL)
    assert block
    assert "-c envs/constraints.txt" in block[1]


def test_ci_runs_the_readme_and_the_citation_parses():
    assert "newcomer: test" in (ROOT / ".ci" / "run").read_text()
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["license"] == "MIT"
