"""How much memory is available, on the machine or on a GPU."""

from pathlib import Path

import psutil
import torch

from cortex2image.device import choose_device

CGROUPS = Path("/sys/fs/cgroup")
# Files of control groups, version 2 and version 1: limit, use, and the entry of `memory.stat` for pages that
# the kernel frees on demand.
FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "total_inactive_file"),
)


def free_gb(device: str) -> dict[str, float | None]:
    """Return the free memory of the machine (`free_gb`), and half of a GPU's (`gpu_gb`), in GB.

    Parameters
    ----------
    device : "auto", "cpu", "cuda" or "cuda:N"
        See :func:`~cortex2image.device.choose_device`, also for the errors it raises.
    """
    chosen = choose_device(device)
    on_gpu = torch.cuda.mem_get_info(chosen)[0] / 2e9 if chosen.type == "cuda" else None
    return {"free_gb": available_gb(), "gpu_gb": on_gpu}


def available_gb(cgroups: Path = CGROUPS) -> float:
    """Return the free memory of the machine, or of the container if less, in GB (1e9 bytes)."""
    free = int(psutil.virtual_memory().available)
    return min([free, *_left_in_container(cgroups)]) / 1e9


def _left_in_container(cgroups: Path) -> list[int]:
    """Return the bytes left below each limit that is set; freeable pages count as free."""
    left = []
    for limit, use, cache in FILES:
        limit_file, use_file = cgroups / limit, cgroups / use
        if limit_file.exists() and (text := limit_file.read_text().strip()) != "max":
            stat = dict(line.split() for line in limit_file.with_name("memory.stat").read_text().splitlines())
            left.append(max(0, int(text) - int(use_file.read_text()) + int(stat[cache])))
    return left
