"""How much memory a process may still take, on the machine or on a GPU."""

from pathlib import Path

import psutil

from cortex2image.device import choose_device

CGROUPS = Path("/sys/fs/cgroup")
# Limit, use, and the pages of `memory.stat` that the kernel gives back on demand: version 2, version 1.
FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
)


def fit_gb(device: str) -> float:
    """Return the bound on a fit that is given none, in GB (1e9 bytes): half of what its device has left.

    Parameters
    ----------
    device : "auto", "cpu", "cuda" or "cuda:N"
        See :func:`~cortex2image.device.choose_device`, also for what it raises.
    """
    import torch

    chosen = choose_device(device)
    if chosen.type == "cuda":
        return torch.cuda.mem_get_info(chosen)[0] / 2e9
    return available_gb() / 2


def available_gb(cgroups: Path = CGROUPS) -> float:
    """Return the memory, in GB (1e9 bytes), that is left in the machine, or in its container if less."""
    return min([psutil.virtual_memory().available, *_left_in_container(cgroups)]) / 1e9


def _left_in_container(cgroups: Path) -> list[int]:
    left = []
    for limit, use, cache in FILES:
        limit_file, use_file = cgroups / limit, cgroups / use
        if limit_file.exists() and (text := limit_file.read_text().strip()) != "max":
            stat = dict(line.split() for line in limit_file.with_name("memory.stat").read_text().splitlines())
            left.append(max(0, int(text) - int(use_file.read_text()) + int(stat[cache])))
    return left
