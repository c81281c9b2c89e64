"""The presets of the study differ in what docs/fidelity.md says, and in nothing else."""

import re
from pathlib import Path

import pytest
import yaml

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import needed
from cortex2image.networks.registry import model_set
from cortex2image.study.config import load_schema, resolve

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "fidelity.md").read_text()


def preset(name):
    return resolve(yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text()), name)


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


SESSIONS = 40
RESPONSES = "SESSION\tRUN\t73KID\t10KID\n" + "".join(f"{s}\t1\t1\t1\n" * 750 for s in range(1, SESSIONS + 1))


def touch(path, content=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


@pytest.fixture
def planned(snakemake, tmp_path):
    """Return a function that plans a preset and zc for one subject; files and models are there by name."""

    def plan(name):
        config = yaml.safe_load((ROOT / "config" / f"{name}.yaml").read_text())
        config["dataset"]["root"], config["models"]["folder"] = "nsd", "models"
        config["encode"]["models"] = ["z", "c", "zc"]
        touch(tmp_path / "mine.yaml", yaml.safe_dump(config | {"subjects": ["sub-01"]}))
        layout = Layout(tmp_path / "nsd")
        for file in needed(layout, ["sub-01"], None, "streams", "atlas"):
            touch(tmp_path / "nsd" / file.key, "no betas" * 10)
        touch(layout.responses("sub-01"), RESPONSES)
        regions = {"Unknown": 0, **config["dataset"]["rois"]["labels"]}
        touch(layout.ctab("sub-01", "streams"), "".join(f"{code} {name}\n" for name, code in regions.items()))
        for file in (*model_set(config["models"]["set"]).files, "SHA256SUMS"):
            touch(tmp_path / "models" / file)
        return snakemake("--dry-run", "--printshellcmds", config=tmp_path / "mine.yaml")

    return plan


def commands(done, step):
    assert done.returncode == 0, done.stdout + done.stderr
    parts = done.stdout.split(f"python -m cortex2image.steps.{step} ")[1:]
    return [part.split("2>")[0] for part in parts]


def options(done, step, *names):
    """Return what all commands of a step give for the options: None for an option that they lack."""
    found = {
        tuple((m := re.search(rf"--{name}(?: (\w+))?", command)) and (m[1] or True) for name in names)
        for command in commands(done, step)
    }
    [same] = found
    return same


@pytest.mark.parametrize("name", ["nsd", "nsd-as-released"])
def test_every_difference_reaches_the_steps(planned, name):
    done, config = planned(name), dict(leaves(preset(name)))
    sessions = config["dataset/sessions"] and str(config["dataset/sessions"])
    for step in ("stimuli", "trials", "prepared_betas"):
        assert options(done, step, "sessions") == (sessions,)
    assert options(done, "standardise", "by") == (config["standardise/by"],)
    for step in ("decode_features", "encode_voxels"):
        assert options(done, step, "selection") == (config["ridge/selection"],)
    drawn = {
        "precision": config["models/precision"],
        "latent": config["features/latent"],
        "noise-level": config["reconstruct/noise_level"],
        "shared-noise": config["reconstruct/shared_noise"] or None,
    }
    assert options(done, "reconstruct_images", *drawn) == tuple(drawn.values())
    assert options(done, "evaluate_images", "identification") == (config["evaluate/identification"],)
    features = {re.search(r"--space (\w+)", c)[1]: c for c in commands(done, "extract_features")}
    sampled = {"z", "zc"} if config["features/latent"] == "sample" else set()
    assert {space for space, c in features.items() if "--latent sample --seed " in c} == sampled
    level = f"--noise-level {config['reconstruct/noise_level']} "
    assert {space for space, c in features.items() if level in c} == {"zc"}


def test_the_default_study_draws_no_latent_and_shares_no_noise(snakemake):
    done = snakemake("--dry-run", "--printshellcmds")
    assert "--latent sample" not in done.stdout
    assert "--shared-noise" not in done.stdout
    assert all("--identification reconstruction " in c for c in commands(done, "evaluate_images"))
