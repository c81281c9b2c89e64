"""Full-size sets in the plan: what is missing is said before anything runs."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from safetensors.numpy import save_file

from cortex2image.networks.registry import model_set

ROOT = Path(__file__).parents[2]
NAME = "stable-diffusion-v1-4"


@pytest.fixture
def full(tmp_path):
    """A config that lays a full-size set over the default study, in a folder of its own."""
    (tmp_path / "config").mkdir()
    shutil.copy(ROOT / "config" / "config.yaml", tmp_path / "config")
    config = {"study": "full", "models": {"set": NAME, "folder": "mine", "precision": "bfloat16"}}
    (tmp_path / "full.yaml").write_text(yaml.safe_dump(config))
    return tmp_path / "full.yaml"


def test_absent_models_are_named_with_the_way_to_get_them(snakemake, full):
    done = snakemake("features", "--dry-run", config=full)
    assert done.returncode == 1
    for name in model_set(NAME).files:
        assert name in done.stderr
    assert "snakemake --cores 1 download_models" in done.stderr
    assert "Traceback" not in done.stderr


def test_they_can_be_fetched_nevertheless(snakemake, full):
    done = snakemake("download_models", "--dry-run", "--quiet", "host", "--printshellcmds", config=full)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f'"folder": "mine", "set": "{NAME}"' in done.stdout


def test_recorded_models_have_a_plan(snakemake, full, tmp_path):
    for name in model_set(NAME).files:
        (tmp_path / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mine" / name).write_text(name)
    for origin in model_set(NAME).weights:
        save_file({"any": np.ones(1)}, tmp_path / "mine" / origin.path)
    for _ in range(2):  # what ran once runs again when it is asked for
        (tmp_path / "mine" / "SHA256SUMS").unlink(missing_ok=True)
        assert snakemake("record_models", config=full).returncode == 0
    done = snakemake("features", "--dry-run", "--quiet", "host", "--printshellcmds", config=full)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f'"folder": "mine", "precision": "bfloat16", "set": "{NAME}"' in done.stdout
