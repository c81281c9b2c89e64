"""Conventions that make the workflow readable and its re-runs honest, as Snakemake itself sees the rules."""

import importlib
import re
from pathlib import Path

import pytest
import yaml
from tests.support.bytecode_imports import needed
from tests.support.configs import change, shipped
from tests.support.rules import rules_of

from cortex2image.sources import ROOT, source_files

CONFIGS, RULES = ROOT.parent / "config", ROOT / "rules"
STEPS = sorted(p.stem for p in (ROOT / "cortex2image" / "steps").glob("*.py") if p.stem != "__init__")
# Modules that read the weights of networks.
OPENING = {"cortex2image.networks.components", "cortex2image.judges.network"}
# What jobs ask for on any machine, and what Snakemake adds by itself; sites name theirs in a profile.
PORTABLE = {"mem_mb", "runtime", "gpu"}
ADDED = {"tmpdir", "mem", "mem_mib", "_nodes", "_cores"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    """The rules of the simulated study, and those of a study of prepared betas with a split of its own."""
    folder = tmp_path_factory.mktemp("rules")
    nsd = change(shipped("nsd"), "encode/models", ["z", "c", "zc"])
    nsd = change(nsd, "dataset/split", {"kind": "tau", "tau": 0.9})
    (folder / "nsd.yaml").write_text(yaml.safe_dump(nsd))
    prepared = rules_of(folder / "nsd.yaml", folder)
    return prepared | rules_of(CONFIGS / "config.yaml", folder)


@pytest.fixture(scope="module")
def computing(rules):
    return {name: rule for name, rule in rules.items() if rule["shell"]}


def test_every_step_is_one_rule_of_the_same_name(computing):
    assert sorted(computing) == STEPS


def test_every_rule_says_what_it_makes(rules):
    assert [name for name, rule in rules.items() if not rule["doc"]] == []


@pytest.mark.parametrize("step", STEPS)
def test_a_rule_runs_its_step_with_a_log_and_an_environment(computing, step):
    rule = computing[step]
    assert re.findall(r"python -m ([\w.]+)", rule["shell"]) == [f"cortex2image.steps.{step}"]
    (log,) = rule["logs"]
    assert re.match(rf"logs/(\w+/)?{step}[./]", log)
    assert "2>{log" in rule["shell"]
    assert (RULES / rule["conda"]).resolve().exists()


@pytest.mark.parametrize("step", STEPS)
def test_a_rule_gives_its_step_every_option_that_it_takes(computing, step):
    command = importlib.import_module(f"cortex2image.steps.{step}").COMMAND
    of_kinds = [value for field, value in vars(command).items() if field not in ("doc", "settings", "reads")]
    names = {name for kind in of_kinds for name in kind} | ({"settings"} if command.reads else set())
    given = re.findall(r"\s--([a-z0-9-]+)", computing[step]["shell"])
    assert sorted(given) == sorted(name.replace("_", "-") for name in names)


@pytest.mark.parametrize("step", STEPS)
def test_a_rule_has_whatever_its_command_names(computing, step):
    rule = computing[step]
    used = re.findall(r"\{(input|output|params|wildcards)\.(\w+)", rule["shell"])
    assert [f"{kind}.{name}" for kind, name in used if name not in rule["names"][kind]] == []


@pytest.mark.parametrize("step", STEPS)
def test_a_rule_is_run_again_when_the_code_of_its_step_changes(computing, step):
    """Modules that declare what a study may ask for reach jobs as settings, which Snakemake compares."""
    code = {Path(file).name for file in computing[step]["code"]}
    own = {Path(file) for file in source_files(f"cortex2image.steps.{step}")}
    assert f"{step}.py" in code
    assert {file.name for file in own if file.parent.name != "study"} <= code


def test_a_rule_whose_step_opens_networks_is_run_again_when_their_checksums_change(computing):
    """Rules that make or fetch networks read none of a model set, but files that they name one by one."""
    making = {name for name in STEPS if f"rule {name}:" in (RULES / "miniature.smk").read_text()}
    opening = {step for step in STEPS if OPENING & needed(f"cortex2image.steps.{step}")}
    checked = {step for step in STEPS if "model" in computing[step]["names"]["input"]}
    assert opening - making - {"download_models"} == checked


@pytest.mark.parametrize("step", STEPS)
def test_memory_and_time_grow_with_each_try(computing, step):
    first, second = computing[step]["resources"]
    for name in ("mem_mb", "runtime"):
        assert second[name] == 2 * first[name] > 0


@pytest.mark.parametrize("step", STEPS)
def test_a_benchmark_comes_with_an_output(computing, step):
    """To Snakemake a benchmark is an output: a rule that has no other would never run a second time."""
    assert bool(computing[step]["benchmark"]) == bool(computing[step]["outputs"])


def test_rules_of_networks_ask_for_one_gpu(computing):
    asking = {
        name: asked["gpu"] for name, rule in computing.items() if "gpu" in (asked := rule["resources"][0])
    }
    assert {
        "extract_features",
        "sample_features",
        "reconstruct_images",
        "evaluate_images",
        "train_unet",
    } <= set(asking)
    assert set(asking.values()) == {1}


def test_no_rule_names_a_site(rules):
    asked = {name: set(rule["resources"][0]) - PORTABLE - ADDED for name, rule in rules.items()}
    assert {name: foreign for name, foreign in asked.items() if foreign} == {}
