"""The presets of the study differ in what docs/fidelity.md says, and in nothing else."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from tests.support.nsd_heads import write_plannable_nsd

from cortex2image.study.config import load_schema, resolve
from cortex2image.study.fields import as_json

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fidelity.md").read_text()


def preset(name):
    return as_json(resolve(yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()), name))


def leaves(config, prefix=""):
    for key, value in config.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{key}/")
        else:
            yield f"{prefix}{key}", value


def keys(schema, prefix=""):
    for name, sub in schema.get("properties", {}).items():
        yield f"{prefix}{name}"
        yield from keys(sub, f"{prefix}{name}/")


def differences(page):
    """Read the rows of the first table: key, value of nsd.yaml, value of nsd-as-released.yaml."""
    rows = re.findall(r"^\| `([a-z_/]+)` \| `([^`]+)` \| `([^`]+)` \|", page, re.MULTILINE)
    return {key: (yaml.safe_load(ours), yaml.safe_load(theirs)) for key, ours, theirs in rows}


def test_the_presets_differ_in_what_the_page_says():
    ours, theirs = (dict(leaves(preset(name))) for name in ("nsd", "nsd-as-released"))
    assert ours.keys() == theirs.keys()
    found = {key: (ours[key], theirs[key]) for key in ours if ours[key] != theirs[key]}
    assert found.pop("study") == ("nsd", "nsd-as-released")
    assert found == differences(PAGE)


def test_the_presets_name_every_difference_themselves():
    """A default that changes must not change what the released study is."""
    for name in ("nsd", "nsd-as-released"):
        written = dict(leaves(yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text())))
        assert differences(PAGE).keys() <= written.keys()


def test_every_key_the_page_names_exists():
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)+)(?:: [a-z_]+)?`", PAGE))
    assert len(named) > 20
    assert named <= set(keys(load_schema()))


@pytest.fixture
def planned(snakemake, tmp_path):
    """Return a function that plans a preset and zc, for one subject; files and models are there by name."""

    def plan(name, *targets, subjects=("sub-01",), mask="atlas"):
        config = yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text())
        config["encode"]["models"] = ["z", "c", "zc"]
        config["dataset"]["mask"] = mask
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(write_plannable_nsd(tmp_path, config, subjects)))
        return snakemake(*targets, "--dry-run", "--printshellcmds", config=tmp_path / "mine.yaml")

    return plan


def jobs(done, step):
    """Return the settings that each command of a step is given, as leaves, and its other options."""
    assert done.returncode == 0, done.stdout + done.stderr
    found = []
    for part in done.stdout.split(f"python -m cortex2image.steps.{step} ")[1:]:
        words = shlex.split(part.split("2>")[0].replace("\\\n", " "))
        place = words.index("--settings")
        found.append((dict(leaves(json.loads(words[place + 1]))), words[:place] + words[place + 2 :]))
    return found


def settings(done, step, *keys):
    """Return what all commands of a step are told of some keys."""
    [same] = {json.dumps([given[key] for key in keys]) for given, _ in jobs(done, step)}
    return tuple(json.loads(same))


@pytest.mark.parametrize("name", ["nsd", "nsd-as-released"])
def test_every_difference_reaches_the_steps(planned, name):
    done, config = planned(name), dict(leaves(preset(name)))
    for step in ("stimuli", "trials", "prepared_betas"):
        assert settings(done, step, "dataset/sessions") == (config["dataset/sessions"],)
    assert settings(done, "standardise", "standardise/by") == (config["standardise/by"],)
    for step in ("decode_features", "encode_voxels"):
        assert settings(done, step, "ridge/selection") == (config["ridge/selection"],)
    drawn = ("models/precision", "features/latent", "reconstruct/noising", "reconstruct/shared_noise")
    assert settings(done, "reconstruct_images", *drawn) == tuple(config[key] for key in drawn)
    judged = "evaluate/metrics"
    assert settings(done, "evaluate_images", judged) == (config[judged],)
    features = {words[words.index("--space") + 1]: given for given, words in jobs(done, "extract_features")}
    assert features.keys() == {"z", "c"}
    sampled = config["features/latent"] == "sample"
    assert {space for space, given in features.items() if "seed" in given} == ({"z"} if sampled else set())
    assert {space for space, given in features.items() if "features/latent" in given} == {"z"}
    assert settings(done, "sample_features", *drawn[:3]) == tuple(config[key] for key in drawn[:3])


@pytest.mark.parametrize("name", ["nsd", "nsd-as-released"])
def test_whole_brains_of_all_subjects_are_planned_for_a_machine_with_64_gb(planned, name):
    done = planned(name, subjects=[f"sub-0{number}" for number in range(1, 9)], mask="brain")
    assert done.returncode == 0, done.stdout + done.stderr
    asked = [int(mb) for mb in re.findall(r"mem_mb=(\d+)", done.stdout)]
    assert len(asked) > 8 * 15
    assert max(asked) <= 64_000
    by_rule = dict(re.findall(r"rule (\w+):.*?mem_mb=(\d+)", done.stdout, re.DOTALL))
    assert int(by_rule["encode_voxels"]) > 30_000


def test_the_default_study_draws_no_latent_and_shares_no_noise(snakemake):
    done = snakemake("--dry-run", "--printshellcmds")
    drawn = settings(done, "reconstruct_images", "features/latent", "reconstruct/shared_noise")
    assert drawn == ("mean", False)
    assert settings(done, "evaluate_images", "evaluate/metrics") == (["headline"],)


def test_a_space_without_regions_ends_a_plan_that_also_asks_for_its_memory(planned):
    done = planned("nsd", "results/nsd/sub-01/decoded/zc.parquet")
    assert done.returncode != 0
    assert "decode/rois" in done.stderr
    assert "to do:" in done.stderr
    assert "KeyError" not in done.stdout + done.stderr
