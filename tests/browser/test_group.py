"""The page of subjects in a real browser: drawings load, tables sort, on a phone drawings keep their size."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.support.browser import opened_page

pytestmark = pytest.mark.xdist_group("browser")


def test_drawings_load_and_their_data_are_files(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "group.html")
        images = page.locator("figure.drawn img")
        assert images.count() == 3
        for image in images.all():
            image.scroll_into_view_if_needed()
            page.wait_for_function("i => i.complete && i.naturalWidth > 300", arg=image.element_handle())
        for link in page.locator(".tools a").all():
            assert (report / link.get_attribute("href")).exists()
        opened.require_quiet()


def test_the_recordings_sort_by_a_column(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "group.html")
        first = page.locator("#recorded tbody th").first
        assert first.inner_text() == "sub-01"
        for _ in range(2):
            page.click("#recorded thead >> text=Subject")
        assert first.inner_text() == "sub-02"


def test_on_a_phone_a_drawing_scrolls_instead_of_shrinking(browser: Browser, report: Path) -> None:
    with opened_page(browser, "phone") as opened:
        page = opened.goto(report / "group.html")
        image = page.locator("#by-subject figure.drawn img")
        image.scroll_into_view_if_needed()
        page.wait_for_function("i => i.complete && i.naturalWidth > 0", arg=image.element_handle())
        assert image.bounding_box()["width"] > 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_numbers_below_zero_sort_by_value(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "group.html")
        rows = page.locator("#recorded tbody tr")
        shown = ["\N{MINUS SIGN}0.004", "\N{MINUS SIGN}0.012"]
        for row, text in zip(rows.all(), shown, strict=True):
            row.locator("td").first.evaluate(
                "(cell, text) => { delete cell.dataset.value; cell.textContent = text; }", text
            )
        page.locator("#recorded thead th button").nth(1).click()
        assert page.locator("#recorded tbody td:nth-child(2)").all_inner_texts() == shown[::-1]
