"""The documentation builds without a warning, and opens from disk in a real browser."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from tests.support.browser import WIDTHS, opened_page
from tests.support.documents import ROOT

pytestmark = pytest.mark.xdist_group("browser")
SHOWN = ("index", "tutorial", "equations", "faq", "metrics")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the pages, built as CONTRIBUTING.md says; any warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-c", "docs", ".", str(folder)]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "docs"


def test_every_page_of_the_folder_is_on_the_site(site: Path) -> None:
    written = {page.stem for page in (ROOT / "docs").glob("*.md")}
    assert {page.stem for page in site.glob("*.html")} == written
    assert (site.parent / "config" / "README.html").exists()
    assert (site.parent / "CHANGELOG.html").exists()


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.parent.rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"([^\"]+)", page.read_text())
        assert [address for address in loaded if re.match(r"(?:https?:)?//", address)] == [], page
    for style in (site.parent / "_static").rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", style.read_text()), style


def test_equations_are_markup_and_not_source(site: Path) -> None:
    text = (site / "equations.html").read_text()
    written = (ROOT / "docs" / "equations.md").read_text().count("```math")
    assert written > 10
    assert text.count('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"') == written
    shown = re.sub(r"<(pre|code)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"\\[a-zA-Z]", shown)


@pytest.mark.parametrize("name", SHOWN)
def test_pages_open_from_disk_without_errors_or_requests(browser: Browser, site: Path, name: str) -> None:
    for width in ("phone", "desk"):
        with opened_page(browser, width) as opened:
            page = opened.goto(site / f"{name}.html")
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]
            opened.require_quiet()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_fault_of_accessibility(browser: Browser, site: Path, theme: str) -> None:
    for name, width in itertools.product(SHOWN[:3], ("phone", "desk")):
        with opened_page(browser, width, theme) as opened:
            found = Axe().run(opened.goto(site / f"{name}.html")).response["violations"]
            serious = [v for v in found if v["impact"] in ("serious", "critical")]
            assert [(name, width, v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []


def test_search_works_from_disk(browser: Browser, site: Path) -> None:
    with opened_page(browser) as opened:
        page = opened.goto(site.parent / "search.html", "?q=jackknife")
        page.wait_for_selector("#search-results li a")
        found = page.eval_on_selector_all("#search-results li a", "links => links.map(a => a.href)")
        assert any("equations.html" in address for address in found)
        opened.require_quiet()
