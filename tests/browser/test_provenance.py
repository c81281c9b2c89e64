"""The page of provenance: settings are found as one types, tables sort and lie beside the page."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.support.browser import opened_page

from cortex2image.tables.scores import SCORES

pytestmark = pytest.mark.xdist_group("browser")


def test_settings_are_found_as_one_types(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "provenance.html")
        rows = page.locator("#settings tbody tr")
        every = rows.count()
        page.fill("#find", "guidance scale")
        assert page.locator("#settings tbody tr:visible").count() < every / 10
        assert page.is_visible("text=reconstruct/guidance_scale")
        assert page.inner_text("#found").endswith(f" of {every}")
        page.fill("#find", "")
        page.check("#chosen")
        shown = page.locator("#settings tbody tr:visible")
        assert 0 < shown.count() < every
        assert "seed" in shown.all_inner_texts()[1]
        opened.require_quiet()


def test_copies_of_tables_can_be_read(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "provenance.html")
        links = page.eval_on_selector_all("#tables a", "all => all.map(a => decodeURIComponent(a.pathname))")
        assert len(links) > 10
        assert all(Path(link).exists() for link in links)
        [scores] = [link for link in links if link.endswith("/scores.parquet")]
        assert SCORES.read(scores).equals(SCORES.read(report.parent / "scores.parquet"))


def test_tables_sort_by_their_rows(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "provenance.html")
        page.click("#tables th:has-text('Rows') button")
        found = page.eval_on_selector_all(
            "#tables tbody tr", "rows => rows.map(r => Number(r.cells[3].dataset.value))"
        )
        assert found == sorted(found)
        assert found[0] < found[-1]


def test_without_times_the_page_says_so(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "provenance.html")
        assert "benchmarks/tiny" in page.inner_text("#workflow .gap")
