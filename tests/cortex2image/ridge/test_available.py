"""Memory at hand: that of the machine, unless a container allows less."""

from pathlib import Path

import psutil
import pytest
import torch

from cortex2image.ridge import available
from cortex2image.ridge.available import available_gb, fit_gb


def write_limits(folder: Path, prefix: str, names: tuple[str, str], limit: str, cache: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{prefix}{names[0]}").write_text(limit)
    (folder / f"{prefix}{names[1]}").write_text("3000000\n")
    (folder / "memory.stat").write_text(f"anon 7\n{cache} 1000000\n")


def test_the_machine_is_the_limit_without_containers(tmp_path):
    total = psutil.virtual_memory().total / 1e9
    assert 0 < available_gb(tmp_path) <= total
    write_limits(tmp_path, "memory.", ("max", "current"), "max\n", "inactive_file")
    assert available_gb(tmp_path) > 0.002


@pytest.mark.parametrize(
    ("folder", "names", "cache"),
    [
        (".", ("max", "current"), "inactive_file"),
        ("memory", ("limit_in_bytes", "usage_in_bytes"), "total_inactive_file"),
    ],
    ids=["version 2", "version 1"],
)
def test_a_container_allows_its_limit_less_what_it_cannot_give_back(tmp_path, folder, names, cache):
    write_limits(tmp_path / folder, "memory.", names, "4000000\n", cache)
    assert available_gb(tmp_path) == pytest.approx(0.002)
    write_limits(tmp_path / folder, "memory.", names, "1000000\n", cache)
    assert available_gb(tmp_path) == 0


@pytest.mark.parametrize("device", ["cuda", "auto", "cuda:0"])
def test_a_fit_may_take_half_of_what_its_device_has_left(monkeypatch, device):
    monkeypatch.setattr(available, "available_gb", lambda: 8.0)
    assert fit_gb("cpu") == 4
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda asked: (int(6e9) * (asked.type == "cuda"), 10**12))
    assert fit_gb(device) == 3
