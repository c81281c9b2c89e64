"""Training loop of the miniature: seeded by step, resumable, with a moving average of the weights."""

import csv
import hashlib
import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from cortex2image.device import choose_device, device_of
from cortex2image.files import atomic, sha256
from cortex2image.progress import say
from cortex2image.seeds import rng_for, seed_for
from cortex2image.sources import ROOT, source_files

Network = TypeVar("Network", bound=nn.Module)
SETTINGS = "cortex2image/study/"
Loss = Callable[[np.random.Generator, float], torch.Tensor]
"""Function of the random generator of a step and the share of training done, in [0, 1): a scalar loss."""

CURVE_EVERY = 100
"""Steps between two rows of the loss curve; counted in steps, the curve does not depend on speed."""
REPORT_EVERY_S = 20.0
SAVE_EVERY_S = 120.0


@dataclass(frozen=True)
class Schedule:
    """Settings of training: AdamW, linear warm-up, cosine decay to zero, moving average of weights."""

    steps: int
    rate: float
    warm_up: int = 100
    betas: tuple[float, float] = (0.9, 0.99)
    weight_decay: float = 0.01
    clip: float = 1.0
    ema: float = 0.998

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step, counted from 0."""
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        share = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.rate * 0.5 * (1 + math.cos(math.pi * share))


class Trainer:
    """Training of one network with a checkpoint from which an interrupted run resumes.

    Random draws of a step depend on the seed, the label and the step alone. On a CPU, a resumed run is
    therefore bit for bit equal to an uninterrupted run with the same number of threads. A GPU sums in no
    fixed order, so two runs on a GPU drift apart. Draws are made on the CPU in any case, so a GPU sees the
    same batches.

    Parameters
    ----------
    network : torch.nn.Module
        Network to train, on its own device. After :meth:`run` it holds the averaged weights and is on the
        CPU.
    schedule : Schedule
    checkpoint : path
        File with the state of training. A checkpoint of a different run is replaced, not resumed.
    label : str
    seed : int
    origin : str
        Digest of code and data, which identifies the run; see :func:`origin_of`.
    """

    def __init__(
        self,
        network: nn.Module,
        schedule: Schedule,
        checkpoint: str | Path,
        label: str,
        seed: int,
        origin: str = "",
    ):
        self.network, self.schedule, self.label, self.seed = network, schedule, label, seed
        self.checkpoint, self.device = Path(checkpoint), device_of(network)
        self.run_name = f"{schedule}, seed {seed}, {origin}"
        self.optimiser = torch.optim.AdamW(
            network.parameters(), schedule.rate, betas=schedule.betas, weight_decay=schedule.weight_decay
        )
        self.average = {name: value.detach().clone() for name, value in network.state_dict().items()}
        self.step = 0
        self.curve: list[tuple[int, float, float]] = []
        self.window: list[float] = []
        if self.checkpoint.exists():
            self._restore()

    def run(self, loss: Loss, bfloat16: bool = False) -> None:
        """Train to the last step, then load the averaged weights into the network."""
        self.network.train()
        started = reported = saved = time.monotonic()
        first = self.step
        while self.step < self.schedule.steps:
            self._record(self._advance(loss, bfloat16))
            now = time.monotonic()
            if now - reported > REPORT_EVERY_S or self.step == self.schedule.steps:
                self._report((now - started) / (self.step - first))
                reported = now
            if now - saved > SAVE_EVERY_S:
                self._save()
                saved = now
        self._save()
        self.network.load_state_dict(self.average)
        self.network.cpu().eval()

    def write_curve(self, path: str | Path) -> None:
        """Write the loss curve as CSV: step, mean loss since the row before, learning rate.

        There is one row every `CURVE_EVERY` steps and one for the last step, however often a run was resumed.
        """
        with atomic(path) as temporary, temporary.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["step", "loss", "rate"])
            writer.writerows((step, f"{loss:.5f}", f"{rate:.3e}") for step, loss, rate in self.curve)

    def _advance(self, loss: Loss, bfloat16: bool) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = self.schedule.rate_at(self.step)
        rng = rng_for(self.seed, "train", self.label, self.step)
        with torch.autocast(self.device.type, torch.bfloat16) if bfloat16 else nullcontext():
            value = loss(rng, self.step / self.schedule.steps)
        self.optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.schedule.clip)
        self.optimiser.step()
        self.step += 1
        self._move_average()
        return value.item()

    @torch.no_grad()
    def _move_average(self) -> None:
        keep = min(self.schedule.ema, (1 + self.step) / (10 + self.step))
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1 - keep)
            else:
                self.average[name].copy_(value)

    def _record(self, loss: float) -> None:
        self.window.append(loss)
        if self.step % CURVE_EVERY == 0 or self.step == self.schedule.steps:
            self.curve.append((self.step, float(np.mean(self.window)), self.schedule.rate_at(self.step - 1)))
            self.window = []

    def _report(self, seconds: float) -> None:
        loss = float(np.mean(self.window)) if self.window else self.curve[-1][1]
        left = (self.schedule.steps - self.step) * seconds / 60
        done = f"{self.label}: {self.step}/{self.schedule.steps}"
        say(f"{done} loss {loss:.4f}, {seconds:.3f} s/step, {left:.1f} min left")

    def _save(self) -> None:
        state = {
            "run": self.run_name,
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "curve": self.curve,
            "window": self.window,
        }
        with atomic(self.checkpoint) as temporary:
            torch.save(state, temporary)

    def _restore(self) -> None:
        state = torch.load(self.checkpoint, weights_only=True, map_location=self.device)
        if state.get("run") != self.run_name:
            say(f"{self.label}: starting over; {self.checkpoint} is of other settings, code or data")
            return
        self.step, self.average = state["step"], state["average"]
        self.curve, self.window = state["curve"], state["window"]
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        say(f"{self.label}: resumed at step {self.step}")


def seeded(build: Callable[[], Network], seed: int, label: str) -> Network:
    """Return a network with random initial weights, on the GPU if there is one.

    Parameters
    ----------
    build : function
        Returns the network.
    seed : int
    label : str
        Name of the network, which the weights depend on.
    """
    torch.manual_seed(seed_for(seed, "initial weights", label) % 2**32)
    return build().to(choose_device("auto"))


def origin_of(module: str, *data: str | Path) -> str:
    """Return a digest of the source files of a step, save those that declare settings, and of what it reads.

    Parameters
    ----------
    module : str
        Dotted name of the step.
    *data : path
        Files that the training reads.
    """
    # A step is given the values of its settings, so a change of what any step may ask for changes no weights.
    sources = [source for source in source_files(module, ROOT) if not source.startswith(SETTINGS)]
    files = [ROOT / source for source in sources]
    return hashlib.sha256("".join(sha256(Path(path)) for path in [*files, *data]).encode()).hexdigest()


def noise(rng: np.random.Generator, *shape: int) -> torch.Tensor:
    """Return standard normal numbers drawn from a NumPy generator."""
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))
