"""The page of one stimulus in a real browser: pictures, places, controls, nearest picture, walking on."""

from pathlib import Path
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.support.browser import WIDTHS, Opened, opened_page
from tests.support.report_study import HOSTILE, STIMULUS_IDS, TRAINING

from cortex2image.tables.results import EVALUATION

pytestmark = pytest.mark.xdist_group("browser")
NAME = "images/scene_07"
ZC = "zc (layout and meaning)"


def goto(opened: Opened, report: Path, name: str, asked: str = "") -> Page:
    page = opened.goto(report / "stimulus.html", f"#{quote(name, safe='')}{asked}")
    page.wait_for_function("document.querySelector('#place').textContent !== ''")
    return page


def cells(page: Page, region: str, method: str) -> list[str]:
    """Return the texts of the row of a method in a table."""
    row = page.get_by_role("region", name=region, exact=True).locator(
        "tr", has=page.locator(f"th:text-is('{method}')")
    )
    return [text.strip() for text in row.locator("td").all_inner_texts()]


def values(report: Path, method: str, metric: str) -> list[float]:
    """Return the scores of the stimulus in sub-01, sample by sample."""
    table = EVALUATION.read(report.parent / "sub-01" / "evaluation" / f"{method}.parquet").to_pandas()
    rows = table[(table["metric"] == metric) & (table["stimulus_id"] == NAME)]
    return list(rows.sort_values("sample")["value"])


def test_every_picture_of_every_subject_is_there(opened: Opened, report: Path) -> None:
    page = goto(opened, report, NAME)
    assert page.inner_text("#name") == NAME
    assert page.locator("#pictures .picture").count() == 2 * (1 + 2 + 2)
    assert "a small <7> & a large thing" in page.inner_text("#facts")
    page.click("#pictures .picture >> nth=1")
    page.wait_for_selector("#compare .layer.over img")
    assert page.inner_text("#compare-title") == f"{NAME}: c (meaning), sample 1, sub-01"
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#compare-title") == f"{NAME}: c (meaning), sample 2, sub-01"


def test_the_place_of_the_right_picture_follows_from_its_score(opened: Opened, report: Path) -> None:
    page = goto(opened, report, NAME)
    [shown] = cells(page, "Places of the picture that was seen, sub-01", ZC)
    places = [round(1 + (1 - value) * 29) for value in values(report, "zc", "twoway_clip")]
    assert shown.split("\n")[0] == f"{places[0]}, {places[1]} of 30"
    chances = ", ".join(f"{100 * place / 30:.0f} %" for place in places)
    assert shown.split("\n")[-1] == f"luck: {chances}"


def test_luck_is_never_said_to_be_nothing(opened: Opened, report: Path) -> None:
    page = goto(opened, report, NAME)
    shown = page.evaluate(
        """async () => {
          const gallery = await c2i.load("gallery");
          const place = gallery.metrics.findIndex((metric) => metric.places);
          const filled = (value) => gallery.metrics.map((_, i) => (i === place ? value : null));
          const values = [filled(1), filled(0.995), filled(0.9)];
          const method = { mean: filled(1), of: filled(1000), values };
          const made = c2i.ranks(gallery).luck({ name: "sub" }, { methods: { zc: method } });
          return made.querySelectorAll("tbody tr")[2].cells[1].querySelector("small").textContent;
        }"""
    )
    assert shown == "luck: 0.1 %, 0.6 %, 10 %"


def test_scores_stand_with_their_ranks(opened: Opened, report: Path) -> None:
    page = goto(opened, report, NAME)
    table = EVALUATION.read(report.parent / "sub-01" / "evaluation" / "zc.parquet").to_pandas()
    means = table[table["metric"] == "pixcorr"].groupby("stimulus_id")["value"].mean()
    rank = 1 + (means > means[NAME] + 1e-12).sum()
    region = page.get_by_role("region", name="Scores, sub-01", exact=True)
    [row] = [row for row in region.locator("tbody tr").all() if "pixel correlation" in row.inner_text()]
    assert row.locator("td").all_inner_texts()[-1].split("\n") == [f"{means[NAME]:.3f}", f"rank {rank} of 30"]


def test_a_study_without_controls_says_so(opened: Opened, report: Path) -> None:
    page = goto(opened, report, NAME)
    assert "no control of these methods was run" in page.inner_text("#control .gap >> nth=0")


def test_the_nearest_training_picture_is_shown_and_duplicates_warn(opened: Opened, report: Path) -> None:
    page = goto(opened, report, NAME)
    assert page.locator("#nearest .tile").count() == 2 * 2
    assert page.locator("#nearest td a >> nth=0").inner_text() == TRAINING
    link = page.locator("#nearest td a >> nth=0").get_attribute("href")
    assert link is not None
    assert page.evaluate(
        """(href) => new Promise((done) => {
          const image = new Image();
          image.onload = () => done(true);
          image.onerror = () => done(false);
          image.src = href;
        })""",
        link,
    )
    page = goto(opened, report, STIMULUS_IDS[0])
    assert "was a training picture too" in page.inner_text("#nearest .warning >> nth=0")


def test_previous_and_next_follow_the_gallery(opened: Opened, report: Path) -> None:
    gallery = opened.goto(report / "gallery.html", "#order=best&by=c&metric=pixcorr&category=house")
    gallery.wait_for_selector(".tile")
    names = gallery.eval_on_selector_all(".entry h3 a", "all => all.map((one) => one.textContent)")
    gallery.click(".entry h3 a >> nth=0")
    gallery.wait_for_function(f"document.querySelector('#name')?.textContent === '{names[0]}'")
    assert gallery.inner_text("#place") == f"1 of {len(names)} in the order of the gallery"
    assert gallery.get_attribute("#before", "href") is None
    gallery.click("#after")
    gallery.wait_for_function(f"document.querySelector('#name').textContent === '{names[1]}'")
    gallery.keyboard.press("ArrowRight")
    gallery.wait_for_function(f"document.querySelector('#name').textContent === '{names[2]}'")
    gallery.click("#back")
    gallery.wait_for_selector(".tile")
    assert gallery.input_value("[name=order]") == "best"
    assert gallery.input_value("[name=category]") == "house"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_open_and_are_text(opened: Opened, report: Path, name: str) -> None:
    page = goto(opened, report, name)
    assert page.inner_text("#name") == name
    assert page.locator("#main b, #main train").count() == 0
    assert page.locator("#pictures .picture").count() == 10


def test_an_unknown_stimulus_is_said(opened: Opened, report: Path) -> None:
    page = opened.goto(report / "stimulus.html", "#nothing")
    page.wait_for_selector("#facts .gap")
    assert "no test stimulus nothing" in page.inner_text("#facts .gap")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_serious_fault_with_an_open_comparison(browser: Browser, report: Path, width: str) -> None:
    with opened_page(browser, width) as opened:
        page = goto(opened, report, NAME)
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]
        page.click("#pictures .picture >> nth=1")
        page.wait_for_selector("#compare .layer.over img")
        found = Axe().run(page).response["violations"]
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []
