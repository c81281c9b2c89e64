"""The page of quality: signs lead to what they are about, gaps name their target."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.support.browser import opened_page

from cortex2image.report.quality_rules import RULES, SIGNS

pytestmark = pytest.mark.xdist_group("browser")


def test_every_check_has_a_sign_per_subject_and_leads_to_a_section(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "quality.html")
        rows = page.locator(".signs tbody tr")
        assert rows.count() == len(RULES)
        assert page.locator(".signs .sign").count() == 2 * len(RULES)
        links = page.eval_on_selector_all(".signs th a", "links => links.map(a => a.hash)")
        assert all(page.query_selector(link) for link in links)
        opened.require_quiet()


def test_pressing_signs_come_first_and_are_words(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "quality.html")
        script = "rows => rows.map(r => [...r.querySelectorAll('.sign')].map(s => s.textContent))"
        worst = [min(map(SIGNS.index, row)) for row in page.eval_on_selector_all(".signs tbody tr", script)]
        assert worst == sorted(worst)
        assert {worst[0], worst[-1]} == {SIGNS.index("problem"), SIGNS.index("fine")}
        # The random study says that a test picture of sub-01 is a training picture.
        row = page.locator(".signs tr", has_text="Test pictures that train too")
        assert row.locator(".sign").all_inner_texts() == ["problem", "fine"]


def test_missing_noise_ceilings_leave_a_gap_and_motion_its_chart(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(report / "quality.html")
        assert "snakemake preprocess" in page.inner_text("#ceiling .gap")
        assert page.locator("#motion figure img").count() == 1
        assert "sub-01 at most 0.12 mm" in (page.get_attribute("#motion figure img", "alt") or "")
