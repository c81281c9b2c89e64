"""The presets of the study differ in what docs/fidelity.md says, and in nothing else."""

import re
from pathlib import Path

import yaml

from cortex2image.config import load_schema, resolve

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


OVERLAY = """
study: released
features: {latent: sample}
reconstruct: {noise_level: as_released, shared_noise: true}
evaluate: {identification: as_released}
"""


def commands(done, step):
    assert done.returncode == 0, done.stdout + done.stderr
    parts = done.stdout.split(f"python -m cortex2image.steps.{step} ")[1:]
    return [part.split("2>")[0] for part in parts]


def test_the_keys_reach_the_steps(snakemake, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text((ROOT / "config" / "config.yaml").read_text())
    (tmp_path / "released.yaml").write_text(OVERLAY)
    done = snakemake("--dry-run", "--printshellcmds", config=tmp_path / "released.yaml")
    features = {re.search(r"--space (\w+)", c)[1]: c for c in commands(done, "extract_features")}
    assert {space for space, c in features.items() if "--latent sample --seed " in c} == {"z", "zc"}
    assert {space for space, c in features.items() if "--noise-level as_released" in c} == {"zc"}
    drawn = commands(done, "reconstruct_images")
    assert drawn
    assert all("--noise-level as_released --latent sample --shared-noise " in c for c in drawn)
    assert all("--identification as_released " in c for c in commands(done, "evaluate_images"))


def test_the_default_study_draws_no_latent_and_shares_no_noise(snakemake):
    done = snakemake("--dry-run", "--printshellcmds")
    assert "--latent sample" not in done.stdout
    assert "--shared-noise" not in done.stdout
    assert all("--identification reconstruction " in c for c in commands(done, "evaluate_images"))
