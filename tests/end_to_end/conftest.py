"""One small study, run once through Snakemake in a copy of the repository, for every test of this folder."""

import pytest
import yaml
from tests.support.alone import run_alone
from tests.support.snakemake import Clone, copied

SMALL = """
study: small
subjects: [sub-01, sub-02]
simulation: {train_stimuli: 240, test_stimuli: 16, test_repeats: 3}
ridge: {alphas: [10, 1000], folds: 3}
reconstruct: {samples: 2, steps: 4}
evaluate: {permutations: 200, bootstraps: 200}
encode: {permutations: 200, grid: {noise_levels: [0.5], steps: [1], layers: [down0, mid]}}
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


@pytest.fixture(scope="session")
def clone(tmp_path_factory) -> Clone:
    """A copy of the repository in which the small study has run, every job with its own inputs alone."""
    root = copied(tmp_path_factory.mktemp("clone") / "cortex2image")
    (root / "small.yaml").write_text(SMALL)
    done = run_alone(root, "results/small/simulated/bids", "all", "--configfile", "small.yaml")
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
