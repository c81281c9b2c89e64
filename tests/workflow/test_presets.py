"""The presets of the study differ in what docs/fidelity.md says, and in nothing else."""

import json
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from tests.support.nsd_files import (
    write_design,
    write_hdf5,
    write_pictures,
    write_responses,
    write_stim_info,
    write_volume,
)
from tests.support.nsd_plan import PICTURES, TRIALS, make_plan

from cortex2image.data.nsd.facts import SUBJECTS
from cortex2image.data.nsd.layout import Layout, subject_number
from cortex2image.data.nsd.manifest import needed
from cortex2image.networks.registry import model_set
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


def write_nsd(layout, subjects, mask):
    """Write files of NSD for all sessions of subjects, whole but for the brain, which has eight voxels."""
    plan = make_plan((3,), 150, 50, 0)
    write_design(layout.design(), plan)
    write_stim_info(layout.stim_info(), plan, np.arange(PICTURES) + 1, np.full(PICTURES, "train2017"))
    write_pictures(layout.stimuli(), {1: np.zeros((4, 4, 3), np.uint8)})
    small = layout.root / "small"
    write_hdf5(small / "betas.hdf5", np.ones((2, 2, 2, TRIALS), np.int16))
    write_volume(small / "volume.nii.gz", np.ones((2, 2, 2), np.uint8), layout.space)
    for subject in subjects:
        number = subject_number(subject)
        write_responses(layout.responses(subject), plan, number, SUBJECTS[number].sessions)
    for file in needed(layout, subjects, None, "streams", mask):
        path = layout.root / file.key
        kinds = (one for one in small.iterdir() if path.name.endswith(one.name.partition(".")[2]))
        source = next(kinds, None)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            shutil.copy(source, path) if source else path.touch()


def touch(path, content=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


@pytest.fixture
def planned(snakemake, tmp_path):
    """Return a function that plans a preset and zc, for one subject; files and models are there by name."""

    def plan(name, *targets, subjects=("sub-01",), mask="atlas"):
        config = yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text())
        config["dataset"]["root"], config["models"]["folder"] = "nsd", "models"
        config["encode"]["models"] = ["z", "c", "zc"]
        config["dataset"]["mask"] = mask
        touch(tmp_path / "mine.yaml", yaml.safe_dump(config | {"subjects": list(subjects)}))
        layout = Layout(tmp_path / "nsd")
        write_nsd(layout, subjects, mask)
        regions = {"Unknown": 0, **config["dataset"]["rois"]["labels"]}
        names = "".join(f"{code} {name}\n" for name, code in regions.items())
        for subject in subjects:
            touch(layout.ctab(subject, "streams"), names)
        for file in (*model_set(config["models"]["set"]).files, "SHA256SUMS"):
            touch(tmp_path / "models" / file)
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
