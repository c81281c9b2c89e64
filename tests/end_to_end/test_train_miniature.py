"""The miniature from nothing: rules, networks, scores, card and check sums, with a batch per network."""

import csv

import pytest

from cortex2image.networks.checksums import verify
from cortex2image.networks.registry import model_set

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.xdist_group("training")]


@pytest.fixture(scope="module")
def shipped(untrained_clone):
    done = untrained_clone.snakemake("train_miniature", config="config/config.yaml")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return untrained_clone.root / "results" / "miniature" / "shipped"


def files(folder):
    """The files of a folder but for the mark that Snakemake leaves in its outputs."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name for name in found if name != ".snakemake_timestamp"}


def test_one_command_makes_the_folder_that_is_shipped(shipped, untrained_clone):
    kept = untrained_clone.root / "resources" / "miniature"
    assert files(shipped) == files(kept)
    verify(model_set("miniature", str(shipped)))


def test_each_network_leaves_its_log_its_curve_and_its_scores(shipped, untrained_clone):
    networks = ["autoencoder", "clip", "unet"]
    logs = [untrained_clone.root / "logs" / f"train_{network}.log" for network in networks]
    logs += [untrained_clone.root / "logs" / "train_judge" / f"{name}.log" for name in ("cnn", "residual")]
    assert all("1/1 loss" in log.read_text() for log in logs)
    for name in (*networks, "judge-cnn", "judge-residual"):
        assert (shipped / "training" / f"{name}.csv").read_text().startswith("step,loss,rate\n1,")
    with (shipped / "training" / "held-out.csv").open(newline="") as file:
        parts = {row["part"] for row in csv.DictReader(file)}
    assert {"autoencoder", "clip", "judges", "text to image", "image to image"} <= parts


def test_a_second_run_has_nothing_to_do(shipped, untrained_clone):
    again = untrained_clone.snakemake("train_miniature", "--dry-run", config="config/config.yaml")
    assert "Nothing to be done" in again.stdout + again.stderr
