"""Snakemake ignores misspelt profile keys and rule names without a word; these tests do not."""

import itertools
import re
from pathlib import Path

import pytest
import yaml

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


def planned(snakemake, profile, *options):
    """Return the needs of a job that draws pictures, as a dry run with a profile states them."""
    done = snakemake("--dry-run", "--workflow-profile", profile, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Using workflow specific profile" in done.stdout + done.stderr
    job = re.search(r"rule reconstruct_images:.*?resources: ([^\n]*)", done.stdout, flags=re.DOTALL)
    assert job
    return set(job[1].split(", "))


def test_the_slurm_profile_plans_and_asks_for_one_gpu_and_what_the_rule_says(snakemake):
    needs = planned(snakemake, ROOT / "profiles" / "slurm")
    assert {"gpu=1", "mem_mb=4000"} <= needs
    assert not any(need.startswith(("slurm_partition", "gres")) for need in needs)


def adapted(tmp_path, name, uncommented, changed=()):
    """Write a profile as a site does: with commented lines in force, and others changed."""
    text = (ROOT / "profiles" / name / "profile.yaml").read_text()
    for line in uncommented:
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    for old, new in changed:
        assert text.count(old) == 1
        text = text.replace(old, new)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "profile.yaml").write_text(text)
    return tmp_path / "site"


def test_a_partition_of_gpus_is_written_once_for_all_rules_that_ask_for_one(snakemake, tmp_path):
    names = ["slurm_partition: \"'cpu'\"", "slurm_partition: \"'gpu'\""]
    assert {"gpu=1", "slurm_partition=gpu"} <= planned(snakemake, adapted(tmp_path, "slurm", names))


def test_a_site_that_knows_gres_alone_is_asked_for_gres(snakemake, tmp_path):
    site = adapted(tmp_path, "slurm", ["gres: \"'gpu:1'\""], [("    gpu: 1\n", "    gpu: 0\n")])
    needs = planned(snakemake, site)
    assert "gres=gpu:1" in needs
    assert "gpu=1" not in needs


def test_the_lsf_profile_plans_and_asks_for_a_gpu(snakemake):
    pytest.importorskip(
        "snakemake_executor_plugin_lsf", reason="snakemake-executor-plugin-lsf is not installed"
    )
    assert {"lsf_extra=-gpu num=1", "mem_mb=4000"} <= planned(snakemake, ROOT / "profiles" / "lsf")


@pytest.mark.parametrize("name", ["slurm", "lsf"])
def test_cluster_profiles_name_every_rule_of_a_study_that_asks_for_a_gpu(name):
    """A partition of GPUs is written for all of them; a job that is left out would wait in the wrong one."""
    files = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
    studies = "\n".join(file.read_text() for file in files if file.name != "miniature.smk")
    rules = re.split(r"^rule ", studies, flags=re.MULTILINE)[1:]
    asking = {rule.split(":")[0] for rule in rules if "gpu=1" in rule}
    assert "sample_features" in asking
    assert asking == set(load(ROOT / "profiles" / name / "profile.yaml")["set-resources"])


@pytest.mark.parametrize("name", ["slurm", "lsf"])
def test_needs_that_follow_from_the_study_are_left_to_the_rules(name):
    for rule, given in load(ROOT / "profiles" / name / "profile.yaml")["set-resources"].items():
        assert not given.keys() & {"mem_mb", "runtime", "threads"}, rule
