"""The benchmark of drawing runs, only smaller here, and all of its methods draw the same pictures."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.benchmarks.drawing import BARE, OURS, RELEASED, main, verdicts
from tests.benchmarks.drawing_rates import hours, matrix_rate
from tests.benchmarks.measure import Measured

from cortex2image.networks.registry import MODEL_SETS


def test_the_miniature_draws_what_diffusers_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    words = ["--stimuli", "2", "--steps", "3", "--repeats", "1", "--batches", "4", "--threads", "1", "--page"]
    main([*words, str(page)])
    text = page.read_text()
    assert all(f"| {name} |" in text for name in (OURS, BARE, RELEASED, "diffusers, 4 at once"))
    differing = re.search(r"differ in ([\d.]+)% of values, by (\d+) of 255", text)
    assert differing is not None
    assert float(differing[1]) < 0.1
    assert int(differing[2]) <= 1
    assert text.count("%") == 5
    # Two steps are kept, and each has two passes of the U-Net; the rest are the VAE's.
    costs = re.search(r"takes ([\d.]+) billion", text)
    assert costs is not None
    assert 4 * MODEL_SETS["miniature"].unet_gmac < float(costs[1]) < 6 * MODEL_SETS["miniature"].unet_gmac


def test_thin_stable_diffusion_of_512_pixels(capsys: pytest.CaptureFixture[str]) -> None:
    words = "--model sd14 --size tiny --device cpu --precisions float32 --batches 1,2 --repeats 1 --threads 1"
    main(words.split())
    said = capsys.readouterr().out
    rates = [float(rate) for rate in re.findall(r"\| float32 \| \d \| ([\d.]+) \|", said)]
    assert len(rates) == 2
    told = re.search(r"4 subjects at the best of these rates: ([\d.]+) hours", said)
    assert told
    # Rates are printed with three digits.
    assert float(told[1]) == pytest.approx(hours(max(rates)), rel=0.02)


def test_goals_follow_from_what_was_seen() -> None:
    ours, other = np.zeros((2, 2), np.uint8), np.array([[0, 1], [0, 0]], np.uint8)
    seen = {
        OURS: Measured([1.0], value=ours),
        BARE: Measured([0.5]),
        RELEASED: Measured([4.0], value=other),
        "diffusers, 8 at once": Measured([3.0], value=other),
    }
    over, faster, same = verdicts(seen)
    assert over.endswith("2.00 times the networks alone (<= 1.2) missed.")
    assert "4.00 times" in faster
    assert "3.00 times those of diffusers, 8 at once" in faster
    assert same == "- Pictures of diffusers differ in 25.0000% of values, by 1 of 255 at most."


def test_hours_of_nsd() -> None:
    assert hours(4.0) == pytest.approx(982 * 5 * 4 / 4 / 3600)


def test_the_rate_of_products_is_that_of_a_processor() -> None:
    torch.set_num_threads(1)
    assert 1e9 < matrix_rate(torch.device("cpu"), torch.float32) < 1e12
