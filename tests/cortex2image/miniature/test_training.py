import csv

import numpy as np
import pytest
import torch
from torch import nn

from cortex2image.device import device_of
from cortex2image.files import sha256
from cortex2image.miniature import training
from cortex2image.miniature.training import Schedule, Trainer, noise, origin_of
from cortex2image.sources import ROOT, source_files


def problem():
    """A line to be found from noisy points: slope 3, intercept -1."""
    network = nn.Linear(1, 1)
    nn.init.zeros_(network.weight)
    nn.init.zeros_(network.bias)

    def loss(rng, share):
        x = noise(rng, 64, 1)
        return ((network(x) - (3 * x - 1 + 0.01 * noise(rng, 64, 1))) ** 2).mean()

    return network, loss


def test_it_finds_the_planted_line(tmp_path):
    network, loss = problem()
    Trainer(network, Schedule(steps=400, rate=0.05, ema=0.9), tmp_path / "state.pt", "line", 0).run(loss)
    assert network.weight.item() == pytest.approx(3, abs=0.02)
    assert network.bias.item() == pytest.approx(-1, abs=0.02)


def test_a_killed_run_goes_on_to_the_same_weights_and_the_same_curve(tmp_path, monkeypatch):
    monkeypatch.setattr("cortex2image.miniature.training.CURVE_EVERY", 8)
    schedule = Schedule(steps=60, rate=0.05)
    network, loss = problem()
    whole = Trainer(network, schedule, tmp_path / "whole.pt", "line", 0)
    whole.run(loss)

    def killed(rng, share):
        if share >= 0.5:
            raise KeyboardInterrupt
        return broken_loss(rng, share)

    monkeypatch.setattr("cortex2image.miniature.training.SAVE_EVERY_S", 0.0)
    broken, broken_loss = problem()
    with pytest.raises(KeyboardInterrupt):
        Trainer(broken, schedule, tmp_path / "broken.pt", "line", 0).run(killed)
    resumed, loss = problem()
    trainer = Trainer(resumed, schedule, tmp_path / "broken.pt", "line", 0)
    assert trainer.step == 30
    trainer.run(loss)
    torch.testing.assert_close(resumed.weight, network.weight, rtol=0, atol=0)
    assert trainer.curve == whole.curve


@pytest.mark.parametrize("changed", [{"seed": 1}, {"origin": "other data"}, {"schedule": Schedule(60, 0.1)}])
def test_a_checkpoint_of_another_run_is_not_gone_on_from(tmp_path, capsys, changed):
    run = {"schedule": Schedule(steps=60, rate=0.05), "seed": 0, "origin": "data"}
    network, loss = problem()
    Trainer(network, checkpoint=tmp_path / "state.pt", label="line", **run).run(loss)
    network, loss = problem()
    assert Trainer(network, checkpoint=tmp_path / "state.pt", label="line", **run).step == 60
    network, loss = problem()
    assert Trainer(network, checkpoint=tmp_path / "state.pt", label="line", **run | changed).step == 0
    assert "starting over" in capsys.readouterr().err


def test_the_origin_of_a_run_is_its_code_and_its_data(tmp_path):
    (tmp_path / "data.npy").write_text("one")
    steps = [f"cortex2image.steps.train_{network}" for network in ("unet", "clip")]
    origins = [origin_of(step, tmp_path / "data.npy") for step in steps]
    (tmp_path / "data.npy").write_text("two")
    origins += [origin_of(step, tmp_path / "data.npy") for step in steps]
    assert len(set(origins)) == 4


@pytest.mark.parametrize(("changed", "same"), [("study/settings.py", True), ("miniature/unet.py", False)])
def test_a_new_setting_of_a_study_starts_no_training_again(monkeypatch, changed, same):
    def edited(path):
        return "edited" if path == ROOT / "cortex2image" / changed else sha256(path)

    step = "cortex2image.steps.train_unet"
    assert f"cortex2image/{changed}" in source_files(step, ROOT)
    before = origin_of(step)
    monkeypatch.setattr(training, "sha256", edited)
    assert (origin_of(step) == before) is same


NETWORKS = ("autoencoder", "clip", "judge", "unet")


@pytest.mark.parametrize("network", NETWORKS)
def test_what_is_made_of_a_model_set_starts_no_training_again(network):
    names = ("networks/registry", "networks/checksums", "networks/load", "judges/open")
    shared = {f"cortex2image/{name}.py" for name in names}
    assert all((ROOT / path).is_file() for path in shared)
    sources = {*source_files(f"cortex2image.steps.train_{network}", ROOT)}
    assert "cortex2image/miniature/training.py" in sources
    assert not shared & sources


@pytest.mark.gpu
@pytest.mark.usefixtures("gpu")
def test_a_gpu_is_shown_the_same_batches(tmp_path):
    slopes = []
    for device in ("cpu", "cuda"):
        network = nn.Linear(1, 1)
        nn.init.zeros_(network.weight)
        nn.init.zeros_(network.bias)
        place = device_of(network.to(device))

        def loss(rng, share, network=network, place=place):
            x = noise(rng, 64, 1).to(place)
            return ((network(x) - 3 * x) ** 2).mean()

        Trainer(network, Schedule(steps=20, rate=0.05), tmp_path / f"{device}.pt", "line", 0).run(loss)
        slopes.append(network.weight.item())
    assert slopes[1] == pytest.approx(slopes[0], rel=1e-4)


def test_the_rate_warms_up_and_falls_to_zero():
    schedule = Schedule(steps=1000, rate=1.0, warm_up=100)
    rates = np.array([schedule.rate_at(step) for step in range(1000)])
    assert rates.argmax() in {99, 100}
    assert rates[0] == pytest.approx(0.01)
    assert rates[549] == pytest.approx(0.5, abs=0.01)
    assert rates[-1] < 1e-4


def test_the_average_lags_behind_the_weights(tmp_path):
    network, loss = problem()
    trainer = Trainer(
        network, Schedule(steps=40, rate=0.05, warm_up=1, ema=0.99), tmp_path / "s.pt", "line", 0
    )
    trainer.run(loss)
    last = torch.load(tmp_path / "s.pt", weights_only=True)["network"]["weight"]
    assert 0 < network.weight.item() < last.item()


@pytest.mark.parametrize("seconds", [0.0, 1000.0])
def test_the_loss_curve_has_rows_by_step_however_long_a_step_takes(tmp_path, monkeypatch, seconds):
    monkeypatch.setattr("cortex2image.miniature.training.REPORT_EVERY_S", seconds)
    network, loss = problem()
    losses = []

    def noted(rng, share):
        value = loss(rng, share)
        losses.append(value.item())
        return value

    trainer = Trainer(network, Schedule(steps=230, rate=0.05), tmp_path / "state.pt", "line", 0)
    trainer.run(noted)
    trainer.write_curve(tmp_path / "curve.csv")
    rows = list(csv.DictReader((tmp_path / "curve.csv").open()))
    assert [row["step"] for row in rows] == ["100", "200", "230"]
    means = [np.mean(losses[:100]), np.mean(losses[100:200]), np.mean(losses[200:])]
    np.testing.assert_allclose([float(row["loss"]) for row in rows], means, atol=1e-5)
