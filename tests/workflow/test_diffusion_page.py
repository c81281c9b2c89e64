"""docs/diffusion.md shows the figures that the workflow makes, all of them and no others."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cortex2image.models.registry import MODEL_SETS
from cortex2image.models.unet import EMPTY_SHARE, build_scheduler

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "diffusion.md").read_text()
SHOWN = re.findall(r"!\[[^\]]+\]\(diffusion/([a-z-]+\.png)\)", PAGE)


def test_the_rule_makes_what_the_page_shows_in_its_order(snakemake):
    done = snakemake("--dry-run", "diffusion_page")
    assert done.returncode == 0, done.stdout + done.stderr
    job = re.search(r"rule explain_diffusion:.*?output: ([^\n]*)", done.stdout, flags=re.DOTALL)
    assert job
    assert [Path(path).name for path in job[1].split(", ")] == SHOWN


def test_the_pictures_are_beside_the_page():
    assert sorted(path.name for path in (ROOT / "docs" / "diffusion").iterdir()) == sorted(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
def test_pictures_are_small(name):
    path = ROOT / "docs" / "diffusion" / name
    with Image.open(path) as picture:
        assert picture.width <= 1000
    assert path.stat().st_size <= 150_000


def test_the_page_links_lead_somewhere():
    links = {link for link in re.findall(r"\]\(([^)#]+)\)", PAGE) if "://" not in link}
    assert all((ROOT / "docs" / link).exists() for link in links), links


def test_the_numbers_of_the_page_are_those_of_the_miniature():
    miniature = MODEL_SETS["miniature"]
    channels, side, _ = miniature.latent_shape
    ratio = 10 * np.log10(1 / (1 / build_scheduler().alphas_cumprod.numpy() - 1))
    crossing = int(np.argmin(np.abs(ratio)))
    words = " ".join(PAGE.split())
    for stated in (
        f"a picture of {miniature.image_size} × {miniature.image_size} pixels",
        f"a latent of {side} × {side} places and {channels} channels",
        f"this latent, {channels * side * side} numbers",
        f"{miniature.text_length} tokens of {miniature.text_width} numbers",
        f"It is {ratio[0]:.0f} dB at t = 0, crosses 0 dB near t = {crossing}",
        f"and ends at −{-ratio[-1]:.0f} dB",
    ):
        assert stated in words, stated
    assert EMPTY_SHARE == 0.1, "the page says that one caption in ten was left empty"
