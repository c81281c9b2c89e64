"""Pictures by caption and by depth, from those that were seen to those that are drawn, step by step."""

import numpy as np
import pytest
from PIL import Image
from tests.support.stimuli import write_pictures, write_stimuli
from tests.support.studies import as_option

from cortex2image.errors import ConfigError
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.steps import extract_features, reconstruct_images
from cortex2image.study.methods import METHODS
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.recordings import TRIALS
from cortex2image.tables.results import DECODED, FEATURES, RECONSTRUCTIONS

STIMULI = ["s0", "s1", "s2"]


@pytest.fixture
def study(tmp_path, rng, monkeypatch, captioner_set, depth_set, tiny_model_set):
    """A working directory with three pictures that a subject saw, and three tiny model sets."""
    for models in (captioner_set, depth_set, tiny_model_set):
        monkeypatch.setitem(MODEL_SETS, models.name, models)
    monkeypatch.chdir(tmp_path)
    write_pictures(rng.integers(0, 256, (3, 16, 16, 3), dtype=np.uint8), tmp_path)
    write_stimuli(["0.png", "1.png", "2.png"], "stimuli.parquet")
    same = {"session": "ses-1", "run": "run-1", "fold": None, "repetition": 0, "onset": 0.0, "duration": 1.0}
    trials = {name: [value] * 3 for name, value in same.items()} | {"split": ["test"] * 3}
    TRIALS.write({"trial_id": ["a", "b", "c"], "stimulus_id": STIMULI} | trials, "trials.parquet")


def extract(space, models):
    """Extract true features, and give them with some noise as if they had been decoded."""
    settings = as_option(models={"set": models, "batch_size": 2})
    extract_features.main(
        [*f"--space {space} --stimuli stimuli.parquet --features true-{space}.parquet".split(), *settings]
    )
    true = matrix(FEATURES.read(f"true-{space}.parquet"), "feature")
    noise = np.random.default_rng(1).standard_normal(true.shape, dtype=np.float32)
    decoded = true + 0.3 * true.std(0) * noise
    DECODED.write({"stimulus_id": STIMULI, "feature": vectors(decoded)}, f"{space}.parquet")


def draw(method, models, batch_size):
    for space in METHODS[method].decoded:
        extract(space, models)
    tables = [f"{space}.parquet" for space in METHODS[method].decoded]
    drawing = {"samples": 2, "steps": 5, "strength": 0.8, "guidance_scale": 3}
    settings = as_option(models={"set": models, "batch_size": batch_size}, reconstruct=drawing)
    options = f"--method {method} --trials trials.parquet --stimuli stimuli.parquet"
    outputs = f"--shard 0 --shard-pictures {method}"
    reconstruct_images.main([*options.split(), *outputs.split(), "--decoded", *tables, *settings])
    rows = RECONSTRUCTIONS.read(f"{method}/rows.parquet").to_pylist()
    return np.stack([np.asarray(Image.open(row["image_path"])) for row in rows]).astype(int)


@pytest.mark.parametrize(("method", "models"), [("caption", "tiny-captioner"), ("depth", "tiny-depth")])
def test_pictures_of_every_stimulus_whatever_the_batches(study, method, models):
    one, four = draw(method, models, 1), draw(method, models, 4)
    assert one.shape == (6, 16, 16, 3)
    assert np.abs(one - four).max() <= 1
    assert len({picture.tobytes() for picture in one}) == 6


@pytest.mark.parametrize(("space", "part"), [("blip", "captioner"), ("depth", "depth")])
def test_a_set_without_the_network_is_refused_before_stimuli_are_read(study, space, part):
    with pytest.raises(ConfigError, match=f"part {part}"):
        extract_features.main(
            [
                *f"--space {space} --stimuli nowhere.parquet --features {space}.parquet".split(),
                *as_option(models={"set": "tiny"}),
            ]
        )
