"""The page of scores in a real browser: filters, sorting, methods against each other, and downloads."""

import csv
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.support.browser import WIDTHS, opened_page
from tests.support.report_study import STIMULUS_IDS

from cortex2image.metrics.registry import metric_facts
from cortex2image.report.score_data import score_data, score_words
from cortex2image.report.site import data_script
from cortex2image.report.words import method_word, metric_word
from cortex2image.tables.scores import COMPARISONS, SCORES

pytestmark = pytest.mark.xdist_group("browser")


def ready(page: Page) -> Page:
    page.wait_for_selector(".scatter")
    page.wait_for_selector("#score-table tbody tr")
    return page


def choose(page: Page, inside: str, label: str, value: str) -> None:
    page.locator(inside).get_by_label(label, exact=True).select_option(value)


def shown_scores(page: Page) -> list[float]:
    cells = page.locator("#score-table .value").all_inner_texts()
    return [float(cell.replace("\N{MINUS SIGN}", "-")) for cell in cells]


def scores_of(report: Path, **chosen: str) -> list[float]:
    rows = SCORES.read(report.parent / "scores.parquet").to_pandas()
    for column, value in chosen.items():
        rows = rows[rows[column] == value]
    return [round(value, 3) for value in rows["value"]]


def test_filters_leave_the_rows_they_name(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = ready(opened.goto(report / "scores.html"))
        assert sorted(shown_scores(page)) == sorted(scores_of(report, subject="all"))
        choose(page, "#score-table", "Subject", "sub-02")
        choose(page, "#score-table", "Method", "zc")
        assert sorted(shown_scores(page)) == sorted(scores_of(report, subject="sub-02", method="zc"))
        choose(page, "#score-table", "Kind of metric", "pixels")
        wanted = {"subject": "sub-02", "method": "zc", "metric": "pixcorr"}
        assert shown_scores(page) == scores_of(report, **wanted)
        page.locator("#score-table").get_by_label("Search").fill("nothing is called this")
        assert shown_scores(page) == []
        assert "0 of 0 rows" in page.inner_text("#score-table [role=status]")
        opened.require_quiet()


def test_search_finds_metrics_by_any_part_of_their_names(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = ready(opened.goto(report / "scores.html"))
        page.locator("#score-table").get_by_label("Search").fill("TWOWAY_clip")
        assert sorted(shown_scores(page)) == sorted(scores_of(report, subject="all", metric="twoway_clip"))


def test_a_heading_sorts_up_then_down_then_not(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = ready(opened.goto(report / "scores.html"))
        unsorted = shown_scores(page)
        heading = page.locator("#score-table th", has_text="Score")
        heading.locator("button").press("Enter")
        assert shown_scores(page) == sorted(unsorted)
        assert heading.get_attribute("aria-sort") == "ascending"
        heading.locator("button").click()
        assert shown_scores(page) == sorted(unsorted, reverse=True)
        heading.locator("button").click()
        assert shown_scores(page) == unsorted
        assert heading.get_attribute("aria-sort") is None


def test_rows_are_downloaded_as_they_are_filtered(browser: Browser, report: Path, tmp_path: Path) -> None:
    with opened_page(browser) as opened:
        page = ready(opened.goto(report / "scores.html"))
        choose(page, "#score-table", "Method", "c")
        with page.expect_download() as waiting:
            page.locator("#score-table").get_by_text("data of these rows").click()
        waiting.value.save_as(tmp_path / "rows.csv")
    rows = list(csv.DictReader((tmp_path / "rows.csv").open(encoding="utf-8")))
    assert {row["method"] for row in rows} == {"c"}
    assert sorted(round(float(row["value"]), 3) for row in rows) == sorted(
        scores_of(report, subject="all", method="c")
    )


def test_a_cell_opens_the_two_methods_it_compares(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = ready(opened.goto(report / "scores.html"))
        choose(page, "#comparison", "Metric", "pixcorr")
        page.wait_for_selector(f".scatter text:has-text('{metric_word('pixcorr').title}')")
        pair = f"{method_word('z').title} less {method_word('c').title}: "
        page.get_by_label(pair).click()
        page.wait_for_selector(f".differences [aria-pressed=true][aria-label^='{pair}']")
        rows = COMPARISONS.read(report.parent / "comparisons.parquet").to_pandas()
        row = rows[(rows["subject"] == "all") & (rows["metric"] == "pixcorr")]
        row = row.set_index(["method_a", "method_b"]).loc[("c", "z")]
        less = f"{-row['difference']:.3f}".replace("-", "\N{MINUS SIGN}")
        assert less in page.inner_text("#comparison > [role=status]")
        # A dot per stimulus and subject, all of them.
        assert page.locator(".scatter circle").count() == 2 * 30
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith(pair)
        opened.require_quiet()


def test_dots_and_lists_lead_to_their_stimulus(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = ready(opened.goto(report / "scores.html"))
        choose(page, "#comparison", "Subject", "sub-01")
        page.wait_for_function("document.querySelectorAll('.scatter circle').length === 30")
        links = page.locator(".extremes a")
        assert links.count() == 4 * 6
        assert {links.nth(i).inner_text() for i in range(24)} <= set(STIMULUS_IDS)
        best = page.locator(".extremes").first
        values = [float(text) for text in best.locator("span").all_inner_texts()]
        assert values == sorted(values, reverse=True)
        first = page.locator(".scatter circle").first
        stimulus = first.locator("title").text_content().rsplit(", sub-01:", 1)[0]
        first.click(force=True)
        page.wait_for_url("**/stimulus.html#*")
        assert page.evaluate("decodeURIComponent(location.hash.slice(1))") == stimulus


def test_the_scatter_is_downloaded_as_a_drawing_of_its_own(
    browser: Browser, report: Path, tmp_path: Path
) -> None:
    with opened_page(browser) as opened:
        page = ready(opened.goto(report / "scores.html"))
        with page.expect_download() as waiting:
            page.locator(".plot").get_by_text("drawing (SVG)").click()
        waiting.value.save_as(tmp_path / "drawing.svg")
        alone = opened.goto(tmp_path / "drawing.svg")
        assert alone.evaluate("document.querySelectorAll('circle').length") == 60
        assert alone.evaluate("getComputedStyle(document.querySelector('circle')).fill") == "rgb(0, 114, 178)"
        opened.require_quiet()


def test_samples_are_listed_when_they_are_asked_for(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = ready(opened.goto(report / "scores.html"))
        assert page.locator("#sample-table tr").count() == 0
        page.get_by_text("All metrics", exact=True).click()
        page.wait_for_selector("#sample-table tbody tr")
        assert "best by the truth" in page.inner_text("#sample-table")


HOSTILE = '<img src=x onerror="alert(1)">/"早期\'&'


def test_strange_names_are_shown_as_text(browser: Browser, report: Path, tmp_path: Path) -> None:
    """A subject, a stimulus and a region with markup in their names: written as data, shown as text."""
    changed = tmp_path / "report"
    shutil.copytree(report, changed)
    metric = f"brain_ceiling_{HOSTILE}"
    rows = SCORES.read(report.parent / "scores.parquet").to_pandas()
    rows = rows[rows["subject"] != "all"].replace(
        {"metric": {"pixcorr": metric}, "subject": {"sub-01": HOSTILE}}
    )
    words = score_words([metric, "twoway_clip"], ["z", "c", "zc"])
    values = {HOSTILE: {"z": [0.1, 0.2], "c": [0.3, 0.4], "zc": [0.5, 0.1]}}
    data = {"scores/words": words, "scores/table": score_data(rows, ["z", "c", "zc"])}
    of_metric = {"values": values, "pairs": {"subject": {"levels": [], "codes": []}}}
    data |= {"scores/metric-0": of_metric, "scores/metric-1": of_metric}
    data |= {"scores/stimuli": {HOSTILE: [HOSTILE, "b"]}}
    for name, value in data.items():
        (changed / "data" / f"{name}.js").write_text(data_script(name, value))
    with opened_page(browser) as opened:
        page = opened.goto(changed / "scores.html")
        page.wait_for_selector("#score-table tbody tr")
        page.wait_for_selector("#comparison select")
        choose(page, "#comparison", "Subject", HOSTILE)
        page.wait_for_selector(".extremes a")
        assert metric_facts(metric).title in page.inner_text("#score-table")
        assert HOSTILE in page.inner_text(".extremes")
        assert page.locator("img[src=x]").count() == 0
        opened.require_quiet()


def test_data_that_are_missing_leave_words(browser: Browser, report: Path, tmp_path: Path) -> None:
    shutil.copytree(report, tmp_path / "report")
    (tmp_path / "report" / "data" / "scores" / "metric-1.js").unlink()
    with opened_page(browser) as opened:
        page = opened.goto(tmp_path / "report" / "scores.html")
        page.wait_for_selector("#comparison .gap")
        assert "copy the whole folder of the report" in page.inner_text("#comparison .gap")
        assert page.locator("#score-table tbody tr").count()


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    page.wait_for_selector("#sample-table tbody tr")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_serious_fault_of_accessibility_in_what_scripts_make(
    browser: Browser, report: Path, theme: str
) -> None:
    with opened_page(browser, theme=theme) as opened:
        page = ready(opened.goto(report / "scores.html"))
        open_all(page)
        found = Axe().run(page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_open_part_fits_the_window(browser: Browser, report: Path, width: str) -> None:
    with opened_page(browser, width) as opened:
        page = ready(opened.goto(report / "scores.html"))
        open_all(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]


def test_charts_of_metrics_can_be_read(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = ready(opened.goto(report / "scores.html"))
        widths = page.locator("details[open] .charts figure").evaluate_all(
            "all => all.map(one => one.offsetWidth)"
        )
        assert min(widths) > 440
