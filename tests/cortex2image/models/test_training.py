import csv

import numpy as np
import pytest
import torch
from torch import nn

from cortex2image.models.training import Schedule, Trainer, noise


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


def test_a_killed_run_goes_on_to_the_same_weights(tmp_path, monkeypatch):
    schedule = Schedule(steps=60, rate=0.05)
    network, loss = problem()
    Trainer(network, schedule, tmp_path / "whole.pt", "line", 0).run(loss)

    def killed(rng, share):
        if share >= 0.5:
            raise KeyboardInterrupt
        return broken_loss(rng, share)

    monkeypatch.setattr("cortex2image.models.training.SAVE_EVERY_S", 0.0)
    broken, broken_loss = problem()
    with pytest.raises(KeyboardInterrupt):
        Trainer(broken, schedule, tmp_path / "broken.pt", "line", 0).run(killed)
    resumed, loss = problem()
    trainer = Trainer(resumed, schedule, tmp_path / "broken.pt", "line", 0)
    assert trainer.step == 30
    trainer.run(loss)
    torch.testing.assert_close(resumed.weight, network.weight, rtol=0, atol=0)


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


def test_the_loss_curve_is_a_table(tmp_path):
    network, loss = problem()
    trainer = Trainer(network, Schedule(steps=30, rate=0.05), tmp_path / "state.pt", "line", 0)
    trainer.run(loss)
    trainer.write_curve(tmp_path / "curve.csv")
    rows = list(csv.DictReader((tmp_path / "curve.csv").open()))
    assert rows[-1]["step"] == "30"
    assert float(rows[-1]["loss"]) > 0
