"""One small study, run once through Snakemake in a copy of the repository, for every test of this folder."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PARTS = ("Snakefile", "pyproject.toml", "workflow", "config", "profiles", "envs", "resources")
SMALL = """
study: small
subjects: [sub-01, sub-02]
simulation: {train_stimuli: 240, test_stimuli: 16, test_repeats: 3}
ridge: {alphas: [10, 1000], folds: 3}
reconstruct: {samples: 2, steps: 4}
evaluate: {permutations: 200, bootstraps: 200}
"""
TINY_TRAINING = {
    "training_scenes": 300,
    "test_scenes": 120,
    "validation_scenes": 4,
    "guidance_tried": [1.0, 2.0],
    "generated": 4,
    "compared": 8,
    "samples": 2,
    "steps": 2,
    "detector_steps": 2,
    "autoencoder_steps": 1,
    "clip_steps": 1,
    "judge_steps": 1,
    "unet_steps": 1,
    "remarks": "",
}


@dataclass
class Clone:
    """A copy of the repository in which the small study has run."""

    root: Path

    def snakemake(
        self, *arguments: str, config: str = "small.yaml", overrides: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run Snakemake on a study, by default the small one, as a user in the clone would."""
        command = [str(BIN / "snakemake"), *arguments, "--cores", "2", "--configfile", config]
        command += ["--config", *overrides] if overrides else []
        return subprocess.run(
            command, cwd=self.root, env=os.environ.copy(), capture_output=True, text=True, check=False
        )

    def planned(self) -> set[tuple[str, str]]:
        """Return (rule, wildcards) of every job that a dry run would start, joins and all."""
        done = self.snakemake("--dry-run", "--quiet", "host")
        assert done.returncode == 0, done.stdout + done.stderr
        if "Nothing to be done" in done.stdout + done.stderr:
            return set()
        jobs = re.split(r"^(?:local)?rule (\w+):$", done.stdout, flags=re.MULTILINE)[1:]
        found = set()
        for rule, text in zip(jobs[::2], jobs[1::2], strict=True):
            wildcards = re.search(r"^    wildcards: (.*)$", text, flags=re.MULTILINE)
            found.add((rule, wildcards[1] if wildcards else ""))
        return found


def copied(root: Path) -> Path:
    """Copy what a clone of the repository holds, but for its tests and documents."""
    for part in PARTS:
        source, target = ROOT / part, root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return root


@pytest.fixture(scope="session")
def clone(tmp_path_factory) -> Clone:
    root = copied(tmp_path_factory.mktemp("clone") / "cortex2image")
    (root / "small.yaml").write_text(SMALL)
    done = Clone(root).snakemake()
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return Clone(root)


@pytest.fixture(scope="session")
def untrained_clone(tmp_path_factory) -> Clone:
    """A copy of the repository in which training takes a batch per network, and nothing has run."""
    root = copied(tmp_path_factory.mktemp("untrained") / "cortex2image")
    planned = yaml.safe_load((root / "config" / "miniature.yaml").read_text())
    assert planned.keys() >= TINY_TRAINING.keys()
    (root / "config" / "miniature.yaml").write_text(yaml.safe_dump(planned | TINY_TRAINING))
    return Clone(root)
