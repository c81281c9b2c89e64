"""The page of methods: the text can be taken away, and citations lead to references."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.support.browser import opened_page

pytestmark = pytest.mark.xdist_group("browser")


def test_the_text_is_copied_or_the_page_says_what_to_do(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "methods.html")
        page.click("#copy-methods")
        page.wait_for_function("document.querySelector('#copied').textContent !== ''")
        opened.require_quiet()


def test_what_is_copied_is_the_text_file(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "methods.html")
        assert page.evaluate("c2i.load('methods')") == (report / "downloads/methods.txt").read_text()


def test_every_citation_leads_to_a_reference(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "methods.html")
        links = page.eval_on_selector_all("#text a, #limits a", "links => links.map(a => a.hash.slice(1))")
        assert len(links) > 10
        assert all(page.query_selector(f"#{link}") for link in links)
        entries = (report / "downloads/references.bib").read_text()
        assert all(f"{{{link.removeprefix('ref-')}," in entries for link in links)
