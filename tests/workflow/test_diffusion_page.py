"""docs/diffusion.md shows the figures that the workflow makes, all of them and no others."""

import re
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from cortex2image.miniature.examples import COARSE
from cortex2image.miniature.unet import EMPTY_SHARE, build_scheduler
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.steps.explain_diffusion import MODEL_TEXT
from cortex2image.tutorial.figures import MANY_STEPS, STEP_COUNTS, STRENGTHS, TIMESTEPS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "diffusion.md").read_text()
WORDS = " ".join(PAGE.split())
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


@pytest.mark.parametrize("name", SHOWN)
def test_pictures_are_made_with_the_shipped_model(name):
    """Otherwise run the target diffusion_page and copy its pictures to docs/diffusion."""
    with Image.open(ROOT / "docs" / "diffusion" / name) as picture:
        assert picture.info[MODEL_TEXT] == model_hash(MODEL_SETS["miniature"])


def test_the_page_links_lead_somewhere():
    links = {link for link in re.findall(r"\]\(([^)#]+)\)", PAGE) if "://" not in link}
    assert all((ROOT / "docs" / link).exists() for link in links), links


def test_the_numbers_of_the_page_are_those_of_the_miniature():
    miniature = MODEL_SETS["miniature"]
    channels, side, _ = miniature.latent_shape
    ratio = 10 * np.log10(1 / (1 / build_scheduler().alphas_cumprod.numpy() - 1))
    crossing = int(np.argmin(np.abs(ratio)))
    for stated in (
        f"a picture of {miniature.image_size} × {miniature.image_size} pixels",
        f"a latent of {side} × {side} places and {channels} channels",
        f"this latent, {channels * side * side} numbers",
        f"{miniature.text_length} tokens of {miniature.text_width} numbers",
        f"It is {ratio[0]:.0f} dB at t = 0, crosses 0 dB near t = {crossing}",
        f"and ends at −{-ratio[-1]:.0f} dB",
    ):
        assert stated in WORDS, stated
    assert EMPTY_SHARE == 0.1, "the page says that one caption in ten was left empty"


def test_the_schedule_of_the_page_is_that_of_the_miniature():
    scheduler = build_scheduler()
    betas, total = scheduler.betas.numpy(), scheduler.config.num_train_timesteps
    np.testing.assert_allclose(
        np.sqrt(betas), np.linspace(betas[0] ** 0.5, betas[-1] ** 0.5, total), rtol=1e-5
    )
    for stated in (
        f"Each of {total} small steps",
        f"Noise is added in {total} steps",
        f"from {betas[0]:.5f} to {betas[-1]:.3f}, linear in their square root",
    ):
        assert stated in WORDS, stated
    assert len(TIMESTEPS) == 7, "the page says at how many timesteps the two ways are shown and compared"


def test_the_timesteps_of_the_page_are_those_of_the_sampler():
    steps = settings("miniature.yaml")["steps"]
    visited = timesteps(steps)
    begins = {share: visited[round(steps * (1 - share))] for share in STRENGTHS}
    left = float(build_scheduler().alphas_cumprod[visited[0]] ** 0.5)
    for stated in (
        f"the {steps} timesteps at which the pictures of this page stop unless they say otherwise: "
        f"{visited[0]}, {visited[1]} and so on to {visited[-1]}",
        f"difference to {MANY_STEPS} steps",
        f"{STEP_COUNTS[0]} steps stop at t = {' and '.join(map(str, timesteps(STEP_COUNTS[0])))}",
        f"which it takes for $x_{{{visited[0]}}}$",
        rf"$\sqrt{{\bar\alpha_{{{visited[0]}}}}}$ = {left:.2f}",
        f"of {steps} steps {begins[0.2]} at s = 0.2, {begins[0.8]} at s = 0.8 and {begins[1.0]} at s = 1",
        f"Here {COARSE} × {COARSE} pixels",
    ):
        assert stated in WORDS, stated


def test_the_page_paints_as_the_default_study_does():
    study, miniature = settings("config.yaml")["reconstruct"], settings("miniature.yaml")
    assert f"The default study uses {study['strength']}." in WORDS
    assert study["strength"] in STRENGTHS
    assert study["steps"] == miniature["steps"]
    assert study["guidance_scale"] == miniature["guidance"]


def settings(name):
    return yaml.safe_load((ROOT / "config" / name).read_text())


def timesteps(steps):
    scheduler = build_scheduler()
    scheduler.set_timesteps(steps)
    return scheduler.timesteps.tolist()
