"""The first page in a real browser: the table sorts, turns into cards, and its words explain themselves."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.support.browser import opened_page

pytestmark = pytest.mark.xdist_group("browser")


def column(page: Page, number: int) -> list[float]:
    rows = page.locator("table.headlines").first.locator("tbody tr")
    return [float(row.locator("> *").nth(number).get_attribute("data-value")) for row in rows.all()]


def test_the_table_sorts_by_a_score_and_back_by_method(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "index.html")
        assert column(page, 0) == [0, 1, 2]
        page.click("table.headlines >> nth=0 >> role=button[name='Sort by pixel correlation']")
        assert column(page, 1) == sorted(column(page, 1))
        page.click("table.headlines >> nth=0 >> role=button[name='Sort by pixel correlation']")
        assert column(page, 1) == sorted(column(page, 1), reverse=True)
        page.click("table.headlines >> nth=0 >> thead >> text=Method")
        assert column(page, 0) == [0, 1, 2]
        opened.require_quiet()


def test_words_of_the_table_explain_themselves_by_keyboard(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "index.html")
        page.focus("thead .term >> nth=0")
        assert "Pearson r of all pixels" in page.inner_text(".explanation")
        page.focus(".bar-key .term:text-is('ceiling')")
        assert "perfect decoding" in page.inner_text(".explanation")


def test_on_a_phone_every_method_is_a_card_with_names_of_its_scores(browser: Browser, report: Path) -> None:
    with opened_page(browser, "phone") as opened:
        page = opened.goto(report / "index.html")
        cell = page.locator("table.headlines td").first
        label = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
        assert "pixel correlation" in label
        assert cell.bounding_box()["width"] > 300
        box, inner = (page.locator(at).first for at in ("#scores .scroll", "table.headlines"))
        assert inner.bounding_box()["width"] <= box.bounding_box()["width"]


def test_a_bar_draws_the_score_within_its_interval(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "index.html")
        bar = page.locator("td svg.bar").first
        dot, line = (bar.locator(at).bounding_box() for at in ("circle", "line.interval"))
        middle = dot["x"] + dot["width"] / 2
        assert line["x"] < middle < line["x"] + line["width"]
        assert bar.get_attribute("aria-label").count("0.") >= 4


def test_warnings_open_and_pictures_lead_to_all_of_them(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "index.html")
        assert page.locator(".glimpse .pair").count() == 4
        sizes = page.evaluate("[...document.querySelectorAll('.glimpse img')].map(i => i.naturalWidth)")
        assert len(sizes) == 8
        assert min(sizes) > 0
        warning = page.locator("details.warning", has_text="simulated")
        assert warning.locator("p").first.is_hidden()
        warning.locator("summary").click()
        assert warning.locator("p").first.is_visible()
        page.click(".glimpse .pair >> nth=0")
        assert page.url.endswith("gallery.html")
