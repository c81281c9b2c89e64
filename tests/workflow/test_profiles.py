"""Snakemake ignores misspelt profile keys and rule names without a word; these tests do not."""

import itertools
import re
from pathlib import Path

import pytest
import yaml
from tests.support.configs import CONFIGS, change, distributed

from cortex2image.planning.jobs import Jobs
from cortex2image.study.config import resolve

TRAINING = CONFIGS / "miniature.yaml"
ROOT = Path(__file__).parents[2]
PROFILES = sorted((ROOT / "profiles").glob("*/profile.yaml"))


def load(path):
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize("path", PROFILES, ids=lambda p: p.parent.name)
def test_keys_are_options_of_snakemake(snakemake, path):
    options = set(re.findall(r"--([a-z][a-z0-9-]+)", snakemake("--help", config=None).stdout))
    assert set(load(path)) <= options


@pytest.mark.parametrize("path", PROFILES, ids=lambda p: p.parent.name)
def test_named_rules_exist(snakemake, path):
    # split_stimuli is a rule of studies that split stimuli themselves.
    rules = snakemake("--list-rules", "--config", "dataset={split: {kind: random}}").stdout.split()
    assert set(load(path).get("set-resources", {})) <= set(rules)


@pytest.mark.parametrize("path", PROFILES, ids=lambda p: p.parent.name)
def test_every_key_has_its_reason_above_it(path):
    lines = path.read_text().splitlines()
    above = {line.split(":")[0]: before for before, line in itertools.pairwise(lines)}
    assert [key for key in load(path) if not above.get(key, "").startswith("# ")] == []


def test_the_slurm_profile_plans_and_asks_for_one_gpu(snakemake):
    done = snakemake("--dry-run", "--workflow-profile", ROOT / "profiles" / "slurm")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Using workflow specific profile" in done.stdout + done.stderr
    job = re.search(r"rule reconstruct_images:.*?resources: ([^\n]*)", done.stdout, flags=re.DOTALL)
    assert job
    assert "gpu=1" in job[1]
    assert "mem_mb=16000" in job[1]


def test_the_slurm_profile_names_every_rule_of_a_study_that_asks_for_a_gpu():
    """A partition of GPUs is written beside each; a job that is left out would wait in the wrong one."""
    files = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
    studies = "\n".join(file.read_text() for file in files if file.name != "miniature.smk")
    rules = re.split(r"^rule ", studies, flags=re.MULTILINE)[1:]
    asking = {rule.split(":")[0] for rule in rules if "gpu=1" in rule}
    assert "sample_features" in asking
    assert asking == set(load(ROOT / "profiles" / "slurm" / "profile.yaml")["set-resources"])


def test_the_slurm_profile_asks_for_no_less_memory_than_rules_do():
    resources = Jobs(
        resolve(change(distributed("nsd"), "models/set", "stable-diffusion-v1-4")), TRAINING
    ).resources
    own = {"evaluate_images": resources.evaluation_mb, "brain_consistency": resources.brain_mb}
    for rule, given in load(ROOT / "profiles" / "slurm" / "profile.yaml")["set-resources"].items():
        assert int(given["mem_mb"].removesuffix(" * attempt")) >= own.get(rule, resources.model_mb)
