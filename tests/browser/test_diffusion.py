"""The page of the diffusion process: its chart shows the numbers of the chosen subject and axis."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.support.browser import opened_page

from cortex2image.tables.results import ENCODING_SCORES

pytestmark = pytest.mark.xdist_group("browser")


def shown_values(page: Page) -> list[list[str]]:
    page.evaluate("document.getElementById('numbers').open = true")
    script = "rows => rows.map(r => [...r.querySelectorAll('.value')].map(v => v.textContent))"
    return page.eval_on_selector_all("#chart-table tbody tr", script)


def expected(report: Path, subject: str, column: str, models: tuple[str, ...]) -> list[list[str]]:
    table = ENCODING_SCORES.read(report.parent / "encoding_scores.parquet").to_pandas()
    rows = table[table["subject"] == subject].set_index(["roi", "model"])[column]
    return [[f"{rows[roi, model]:.3f}" for model in models] for roi in ("all", "early", "ventral")]


def test_the_chart_shows_the_chosen_numbers(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "diffusion.html")
        page.wait_for_selector(".panel svg")
        assert page.locator(".panel").count() == 3
        assert shown_values(page) == expected(report, "all", "mean_r", ("zc-n0.5", "zc"))
        page.select_option("#choose-subject", "sub-02")
        page.select_option("#choose-axis", "layers")
        models = ("unet-down0-n0.8-t2", "unet-mid-n0.8-t2")
        assert shown_values(page) == expected(report, "sub-02", "mean_r", models)
        page.select_option("#choose-number", "share")
        assert shown_values(page) == expected(report, "sub-02", "fraction_significant", models)
        assert "share of voxels" in page.inner_text("#chart-words")
        opened.require_quiet()


def test_points_lie_at_their_values(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "diffusion.html")
        page.wait_for_selector(".panel svg")
        script = "all => all.map(c => [Number(c.getAttribute('cy')), c.querySelector('title').textContent])"
        points = page.eval_on_selector_all(".panel circle", script)
        heights = [(float(words.split(": ")[1].split(" ")[0]), height) for height, words in points]
        assert len(heights) == 2 * 3
        ordered = [height for _, height in sorted(heights)]
        assert ordered == sorted(ordered, reverse=True)


def test_significant_voxels_take_the_place_of_every_voxel(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "diffusion.html")
        first, second = page.locator(".either .first").first, page.locator(".either .second").first
        assert first.is_visible()
        assert second.is_hidden()
        page.locator(".either label", has_text="significant voxels only").first.click()
        assert first.is_hidden()
        assert second.is_visible()
        source = second.locator("img").get_attribute("src")
        assert source is not None
        assert (report / source).exists()


def test_what_was_not_run_names_its_target(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "diffusion.html")
        words = " ".join(page.locator("#extras .gap").all_inner_texts())
        for target in ("series", "attribute", "prefer"):
            assert f"snakemake --cores all {target}" in words


def test_panels_of_regions_stand_beside_each_other(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "diffusion.html")
        tops = page.locator("#charts figure").evaluate_all("all => all.map(one => one.offsetTop)")
        assert len(tops) == 3
        assert len(set(tops)) == 1
