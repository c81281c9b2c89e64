"""Pip, conda and CI use one set of versions, and a release has one number."""

import re
import tomllib
from importlib import metadata

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from tests.support.snakemake import ROOT
from tests.workflow.test_lint import GATES

ENVS = ROOT / "envs"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LONG = ".venv/bin/python -m pytest -n 3 --dist loadgroup -m long"


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def lines(name):
    text = (ENVS / name).read_text().splitlines()
    return [line.strip() for line in text if line.strip() and not line.startswith("#")]


def pins(entries):
    return {normal(name): version for name, version in (entry.split("==") for entry in entries)}


def test_every_requirement_is_pinned_once():
    constrained = pins(lines("constraints.txt"))
    assert len(constrained) == len(lines("constraints.txt"))
    for name in [*lines("requirements.txt"), *lines("requirements-dev.txt")]:
        assert normal(name) in constrained, name


def test_conda_states_the_same_versions():
    environment = yaml.safe_load((ENVS / "cortex2image.yaml").read_text())
    stated = pins(environment["dependencies"][-1]["pip"])
    constrained = pins(lines("constraints.txt"))
    assert {normal(name) for name in lines("requirements.txt")} <= set(stated)
    assert stated.items() <= constrained.items()


def test_conda_leaves_no_package_of_the_run_unpinned():
    """Follow the requirements of the installed packages; only those that some machines lack are left out."""
    stated = pins(yaml.safe_load((ENVS / "cortex2image.yaml").read_text())["dependencies"][-1]["pip"])
    todo, seen = [normal(name) for name in lines("requirements.txt")], set()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            needs = [Requirement(text) for text in metadata.requires(name) or []]
            todo += [normal(r.name) for r in needs if r.marker is None or r.marker.evaluate({"extra": ""})]
    of_some_machines = {name for name in seen if re.match("nvidia|cuda|triton|setuptools", name)}
    assert seen - of_some_machines <= set(stated)


def test_no_pin_names_a_place():
    for path in ENVS.iterdir():
        assert not re.search(r"https?://|file:|/[a-z]+/[a-z]+/", path.read_text()), path


def test_every_style_gate_is_pinned():
    constrained = pins(lines("constraints.txt"))
    packages = {"lint-imports": "import-linter"}
    for program, *_ in GATES.values():
        assert packages.get(program, program) in constrained, program


def test_github_runs_what_ci_runs_on_versions_of_python_that_are_supported():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text())
    (job,) = workflow["jobs"].values()
    checkout, python, *commands = job["steps"]
    assert [step["run"] for step in commands] == ["bash .ci/run", LONG]
    assert LONG.removesuffix(" -m long") in (ROOT / "README.md").read_text()
    assert checkout["uses"].startswith("actions/checkout@v")
    assert python["uses"].startswith("actions/setup-python@v")
    assert python["with"]["python-version"] == "${{ matrix.python-version }}"
    assert python["with"]["cache"] == "pip"
    assert {path.name for path in ROOT.glob(python["with"]["cache-dependency-path"])} >= {"constraints.txt"}
    versions = job["strategy"]["matrix"]["python-version"]
    conda = yaml.safe_load((ENVS / "cortex2image.yaml").read_text())["dependencies"][0]
    assert conda.removeprefix("python=") in versions
    assert PROJECT["requires-python"] == f">={versions[0]}"
    assert all(SpecifierSet(PROJECT["requires-python"]).contains(version) for version in versions)


def test_the_workflow_catalog_is_told_what_is_there():
    usage = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert usage["software-stack-deployment"]["conda"]
    assert not usage["mandatory-flags"]["flags"]
    assert (ROOT / "config" / "README.md").exists()


def test_version_citation_changelog_and_licence_agree():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"] == (ROOT / "LICENSE").read_text().split()[0]
    assert citation["authors"][0]["name"] in (ROOT / "LICENSE").read_text()
    unreleased, *released = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert unreleased == "Unreleased"
    dated = f"{citation['version']} - {citation.get('date-released')}"
    assert released[:1] == ([dated] if "date-released" in citation else [])


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "workflow" / "cortex2image" / "py.typed").exists()
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    assert settings["package-data"] == {"cortex2image": ["py.typed"]}
