"""Rates and memory of a device, for the benchmark of drawing."""

import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn

from cortex2image.networks.tuning import use_onednn

SIDE, RUNS = {"cpu": 1024, "cuda": 8192}, 10
NSD = 982 * 5 * 4
"""Pictures: stimuli that all subjects saw, samples, subjects."""


def matrix_rate(device: torch.device, dtype: torch.dtype) -> float:
    """Return the multiplications a second of a product of square matrices, the best of ten.

    On a CPU in float32 the better of the libraries that PyTorch has for it.
    """
    side = SIDE[device.type]
    rows = torch.randn(side, side, device=device, dtype=dtype)
    layers = [nn.Linear(side, side, bias=False, device=device, dtype=dtype)]
    if device.type == "cpu" and dtype == torch.float32:
        layers.append(nn.Linear(side, side, bias=False))
        use_onednn(layers[-1])
    with torch.inference_mode():
        return side**3 / min(_seconds(layer, rows) for layer in layers)


def _seconds(layer: nn.Module, rows: torch.Tensor) -> float:
    best = float("inf")
    for _ in range(RUNS + 1):
        wait_for(rows.device)
        start = time.perf_counter()
        layer(rows)
        wait_for(rows.device)
        best = min(best, time.perf_counter() - start)
    return best


def wait_for(device: torch.device) -> None:
    """Wait until a GPU has done what it was asked for."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def peak_bytes(device: torch.device) -> Iterator[Callable[[], float]]:
    """Yield what gives the peak of memory: of a GPU since then, else of the process since it started."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        yield lambda: float(torch.cuda.max_memory_allocated(device))
    else:
        yield lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


def hours(rate: float) -> float:
    """Return the hours of five samples of the shared stimuli of NSD for four subjects."""
    return NSD / rate / 3600
