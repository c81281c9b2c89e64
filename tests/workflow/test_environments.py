"""The pip list, its constraints and the conda environment state one set of versions."""

import re
from importlib import metadata
from pathlib import Path

import yaml
from packaging.requirements import Requirement

ENVS = Path(__file__).parents[2] / "envs"


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
