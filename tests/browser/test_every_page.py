"""Every page of the report in a real browser: no error, no request, and no serious fault of accessibility."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.support.browser import WIDTHS, opened_page

from cortex2image.study.report_pages import HIDDEN, PAGES

pytestmark = pytest.mark.xdist_group("browser")
EVERY = (*PAGES, *HIDDEN)


@pytest.mark.parametrize("name", EVERY)
def test_a_page_opens_from_disk_without_errors_or_requests(browser: Browser, report: Path, name: str) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / f"{name}.html")
        assert page.title().endswith("· tiny")
        opened.require_quiet()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY)
def test_no_serious_fault_of_accessibility(browser: Browser, report: Path, name: str, theme: str) -> None:
    with opened_page(browser, theme=theme) as opened:
        page = opened.goto(report / f"{name}.html")
        found = Axe().run(page).response["violations"]
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", EVERY)
def test_no_page_is_wider_than_the_window(browser: Browser, report: Path, name: str, width: str) -> None:
    with opened_page(browser, width) as opened:
        page = opened.goto(report / f"{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]


def test_the_theme_can_be_chosen_and_stays(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "index.html")
        light = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.click("#theme")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
        page.click("nav >> text=Scores")
        page.wait_for_url("**/scores.html")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_an_explanation_opens_on_focus_and_closes_on_escape(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "index.html")
        page.evaluate(
            """() => document.querySelector("#main").append(
                 c2i.element("button", {"class": "term", "data-explanation": "<b>words</b>"}, "term"))"""
        )
        page.focus(".term:text('term')")
        assert page.inner_text(".explanation") == "<b>words</b>"
        page.keyboard.press("Escape")
        assert page.is_hidden(".explanation")
