"""The example of docs/own-decoder.md, run as it stands there on two tiny subjects with the shipped models."""

import copy
import re
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml
from PIL import Image
from tests.support.configs import CONFIGS, shipped
from tests.support.tiny_subject import TRAIN, write_tiny_subject

from cortex2image.diffusion.denoise import Denoiser, Sampling
from cortex2image.networks.load import load_diffusion
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.planning.jobs import Jobs
from cortex2image.reconstruction.pictures import pictures
from cortex2image.steps import reconstruct_images
from cortex2image.study.config import resolve
from cortex2image.study.methods import METHODS
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import FEATURES, RECONSTRUCTIONS

PAGE = (CONFIGS.parent / "docs" / "own-decoder.md").read_text()
SUBJECTS = ("sub-01", "sub-02")
SPACES = {"z": 1024, "c": 24 * 128}


class Wildcards(dict):
    """Wildcards of a job as functions of rules read them."""

    __getattr__ = dict.__getitem__


def block(language):
    """Return the first block of the page in a language."""
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A working directory with responses and features of both subjects; z and c follow from the responses."""
    monkeypatch.chdir(tmp_path)
    for subject in SUBJECTS:
        folder = Path("results/demo", subject)
        folder.mkdir(parents=True)
        few = FEATURES.read(write_tiny_subject(folder)["features"])
    rng = np.random.default_rng(0)
    for space, width in SPACES.items():
        values = matrix(few, "feature") @ rng.standard_normal((4, width)) / 2
        table = {"stimulus_id": few["stimulus_id"], "feature": vectors(values)}
        FEATURES.write(table, f"results/demo/features/{space}.parquet")
    stimuli = few["stimulus_id"].to_pylist()
    STIMULI.write(
        {
            "stimulus_id": stimuli,
            "split": np.array(["train" if row < TRAIN else "test" for row in range(len(stimuli))]),
            "captions": [["a"]] * len(stimuli),
            "image_path": ["p.png"] * len(stimuli),
            "category": [None] * len(stimuli),
        },
        "results/demo/stimuli.parquet",
    )


@pytest.fixture
def config():
    """The config of the example over the default study, with one picture per stimulus."""
    merged = copy.deepcopy(shipped())
    merged["reconstruct"] |= yaml.safe_load(block("yaml"))["reconstruct"] | {"samples": 1}
    return merged


def run_decoder():
    exec(compile(block("python"), "my_decoder.py", "exec"), {"__name__": "__main__"})


def test_the_example_predicts_and_is_drawn(study, config):
    run_decoder()
    wanted = resolve(config)
    jobs, job = Jobs(wanted, CONFIGS / "miniature.yaml"), Wildcards(subject="sub-02", method="external-mine")
    read = jobs.drawing.decoded_of_method(job)
    assert read == ["predictions/sub-02-z.npy", "predictions/sub-02-c.npy"]
    assert jobs.drawing.identities_of_method(job) == ["predictions/sub-02-z.txt", "predictions/sub-02-c.txt"]
    reconstruct_images.main(
        [
            *("--method", "external-mine", "--trials", "results/demo/sub-02/trials.parquet"),
            *("--stimuli", "results/demo/stimuli.parquet", "--decoded", *read),
            *("--shard", "0", "--shard-pictures", "drawn"),
            *("--settings", jobs.settings.of_method("reconstruct_images")(job)),
        ]
    )
    rows = RECONSTRUCTIONS.read("drawn/rows.parquet").to_pylist()
    stimuli = Path("predictions/sub-02-z.txt").read_text().splitlines()
    assert [row["stimulus_id"] for row in rows] == sorted(stimuli)
    assert len(rows) == 8
    drawn = np.stack([np.asarray(Image.open(row["image_path"])) for row in rows])
    denoiser = Denoiser(
        load_diffusion(MODEL_SETS["miniature"]), Sampling.of(wanted.reconstruct, wanted.features)
    )
    features = {space: np.load(f"predictions/sub-02-{space}.npy").astype(np.float32) for space in SPACES}
    expected = pictures(METHODS["zc"], denoiser, features, [row["seed"] for row in rows])
    np.testing.assert_allclose(drawn.astype(int), expected.astype(int), atol=1)


def test_the_example_decodes(study):
    """Its predictions go with the true features, which follow from the responses but for noise."""
    run_decoder()
    for space in SPACES:
        table = pq.read_table(f"results/demo/features/{space}.parquet").to_pylist()
        true = {row["stimulus_id"]: row["feature"] for row in table}
        for subject in SUBJECTS:
            stimuli = Path(f"predictions/{subject}-{space}.txt").read_text().splitlines()
            predicted = np.load(f"predictions/{subject}-{space}.npy")
            own = [values - values.mean(0) for values in (predicted, np.stack([true[s] for s in stimuli]))]
            assert np.corrcoef(own[0].ravel(), own[1].ravel())[0, 1] > 0.5
