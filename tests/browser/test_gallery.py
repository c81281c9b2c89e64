"""The gallery in a real browser: what is filtered, sorted, laid over each other and kept in the address."""

import io
import json
import re
import shutil
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page
from tests.support.browser import Opened, opened_page
from tests.support.report_study import HOSTILE, STIMULUS_IDS, write_study

from cortex2image.steps.report import main
from cortex2image.tables.results import EVALUATION

pytestmark = pytest.mark.xdist_group("browser")
ROWS = ".entry h3"
JS_SAFE = "-_.!~*'()"
"""What encodeURIComponent leaves as it is beside letters and digits."""


@pytest.fixture
def gallery(opened: Opened, report: Path) -> Page:
    page = opened.goto(report / "gallery.html")
    page.wait_for_selector(".tile")
    return page


def names(page: Page) -> list[str]:
    """Return the names of all rows in their order."""
    return page.eval_on_selector_all(f"{ROWS} a", "all => all.map((one) => one.textContent)")


def until(page: Page, count: int) -> None:
    page.wait_for_function(f"document.querySelectorAll('.entry').length === {count}")


def scores(report: Path, method: str, metric: str) -> dict[str, float]:
    """Return the mean over subjects and samples of each stimulus, from the tables."""
    total: dict[str, list[float]] = {}
    for subject in ("sub-01", "sub-02"):
        table = EVALUATION.read(report.parent / subject / "evaluation" / f"{method}.parquet").to_pandas()
        of_subject = table[table["metric"] == metric].groupby("stimulus_id")["value"].mean()
        for name, value in of_subject.items():
            total.setdefault(str(name), []).append(value)
    return {name: sum(values) / 2 for name, values in total.items()}


def test_all_test_stimuli_are_there_in_random_order_of_the_seed(gallery: Page, report: Path) -> None:
    shown = names(gallery)
    assert sorted(shown) == sorted(STIMULUS_IDS)
    assert shown != sorted(STIMULUS_IDS)
    assert "30 of 30 test stimuli, in random order (seed 7)" in gallery.inner_text("#said")
    gallery.click("#turn")
    gallery.wait_for_function("location.hash === '#turn=1'")
    again = names(gallery)
    assert sorted(again) == sorted(shown)
    assert again != shown
    gallery.reload()
    gallery.wait_for_selector(".tile")
    assert names(gallery) == again


def test_a_tile_shows_its_own_picture(opened: Opened, report: Path) -> None:
    page = opened.goto(report / "gallery.html", "#order=name")
    tile = page.locator('[aria-label="zc (layout and meaning), sample 2, sub-02, of images/scene_00"]')
    tile.wait_for()
    page.wait_for_timeout(200)
    folder = report.parent / "sub-02" / "reconstructions" / "zc"
    shown = coarse(Image.open(io.BytesIO(tile.screenshot())))
    likeness = {
        file.name: np.corrcoef(shown, coarse(Image.open(file)))[0, 1] for file in folder.glob("*.png")
    }
    assert max(likeness, key=likeness.__getitem__) == f"{STIMULUS_IDS.index('images/scene_00')}-1.png"
    assert max(likeness.values()) > 0.97


def coarse(picture: Image.Image) -> np.ndarray:
    """Return a picture as 4 x 4 colours in one row."""
    return np.asarray(picture.convert("RGB").resize((4, 4), Image.Resampling.BOX), float).ravel()


def test_rows_far_below_are_filled_when_they_come_near_and_emptied_again(gallery: Page) -> None:
    last = ".entry >> nth=-1"
    assert gallery.locator(last).locator(".tile").count() == 0
    gallery.locator(last).scroll_into_view_if_needed()
    gallery.wait_for_function("[...document.querySelectorAll('.entry')].at(-1).querySelector('.tile')")
    height = gallery.evaluate("document.querySelector('.entry').offsetHeight")
    gallery.wait_for_function("!document.querySelector('.entry').querySelector('.tile')")
    assert gallery.evaluate("document.querySelector('.entry').offsetHeight") == height


def test_sorting_by_score_follows_the_tables_and_warns(gallery: Page, report: Path) -> None:
    means = scores(report, "c", "twoway_clip")
    assert gallery.is_hidden("#selected")
    gallery.select_option("[name=order]", "best")
    gallery.select_option("[name=metric]", "twoway_clip")
    gallery.select_option("[name=by]", "c")
    gallery.wait_for_function("document.querySelector('#said').textContent.includes('two-way')")
    assert "not representative" in gallery.inner_text("#selected")
    shown = [means[name] for name in names(gallery)]
    assert shown == pytest.approx(sorted(shown, reverse=True))
    gallery.select_option("[name=order]", "worst")
    gallery.wait_for_function("document.querySelector('#said').textContent.includes('worst first')")
    assert [means[name] for name in names(gallery)] == pytest.approx(sorted(shown))
    first = gallery.inner_text(f"{ROWS} >> nth=0")
    assert f"{min(shown):.3f}" in first


def test_filters_of_subjects_methods_categories_and_words(gallery: Page) -> None:
    labels = "all => all.map((one) => one.getAttribute('aria-label'))"
    gallery.uncheck("[name=subject][value=sub-01]")
    gallery.uncheck("[name=method][value=c]")
    gallery.wait_for_function("location.hash.includes('method=zc')")
    gallery.wait_for_selector(".tile")
    shown = gallery.eval_on_selector_all(".picture .tile", labels)
    assert shown
    assert all("sub-02" in label for label in shown)
    assert {label.split(",")[0] for label in shown} == {"z (layout)", "zc (layout and meaning)"}
    gallery.select_option("[name=category]", "house")
    until(gallery, 10)
    gallery.fill("[name=search]", "small <1>")
    until(gallery, 1)
    assert names(gallery) == ["images/scene_01"]
    gallery.fill("[name=search]", "nowhere")
    until(gallery, 0)
    assert gallery.inner_text("#said").startswith("0 of 30")


def test_the_address_holds_the_state_and_brings_it_back(opened: Opened, report: Path) -> None:
    asked = "#subject=sub-02&method=z&method=zc&category=cat&order=worst&by=z&metric=pixcorr"
    page = opened.goto(report / "gallery.html", asked)
    until(page, 10)
    methods = page.eval_on_selector_all("[name=method]:checked", "all => all.map((one) => one.value)")
    assert methods == ["z", "zc"]
    assert page.input_value("[name=order]") == "worst"
    before = names(page)
    page.fill("[name=search]", "thing")
    page.wait_for_function("location.hash.includes('search=thing')")
    page.goto(page.url.replace("gallery.html", "index.html").split("#")[0])
    page.go_back()
    until(page, 10)
    assert names(page) == before
    assert page.input_value("[name=search]") == "thing"


def test_what_the_study_does_not_have_is_passed_over(opened: Opened, report: Path) -> None:
    page = opened.goto(report / "gallery.html", "#subject=nobody&order=prettiest&metric=x&turn=q&view=1,2")
    until(page, 30)
    assert "in random order (seed 7)." in page.inner_text("#said")


def test_a_picture_opens_over_what_was_seen_with_a_slider(gallery: Page) -> None:
    gallery.click(".picture >> nth=0")
    gallery.wait_for_selector("#compare .layer.over img")
    gallery.wait_for_selector("#compare .layer:not(.over) img")
    clip = "getComputedStyle(document.querySelector('#compare .over')).clipPath"
    assert gallery.evaluate(clip) == "inset(0px 0px 0px 50%)"
    gallery.focus("#compare input[type=range]")
    title = gallery.inner_text("#compare-title")
    for _ in range(3):
        gallery.keyboard.press("ArrowRight")
    assert gallery.evaluate(clip) == "inset(0px 0px 0px 53%)"
    assert gallery.inner_text("#compare-title") == title
    gallery.keyboard.press("Escape")
    gallery.wait_for_function("!document.querySelector('#compare').open")
    assert gallery.evaluate("document.activeElement.className") == "picture"
    gallery.wait_for_function("!location.hash.includes('view=')")  # the dialog says later that it closed


LATE = """
const add = HTMLImageElement.prototype.addEventListener;
window.held = [];
HTMLImageElement.prototype.addEventListener = function (name, act) {
  add.call(this, name, (event) => (held.length < 2 ? held.push(() => act(event)) : act(event)));
};
"""
"""Holds the first two pictures back that arrive: the one that was made, and the one that was seen."""


def test_a_picture_that_comes_late_does_not_replace_the_next_one(opened: Opened, report: Path) -> None:
    opened.page.add_init_script(LATE)
    page = opened.goto(report / "gallery.html", "#order=name")
    page.click(".picture >> nth=0")
    page.wait_for_function("held.length === 2")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#compare .layer.over img")
    shown = page.get_attribute("#compare .layer.over img", "src")
    page.evaluate("held.forEach((act) => act())")
    assert page.get_attribute("#compare .layer.over img", "src") == shown
    assert (
        page.get_attribute("#compare .layer.over img", "alt")
        == "c (meaning), sample 1, sub-01, of 50% #1?x=y&order=best"
    )


def test_keys_of_the_browser_do_not_flicker(gallery: Page) -> None:
    gallery.click(".picture >> nth=0")
    gallery.keyboard.press("Control+f")
    assert gallery.get_attribute("#flicker", "aria-pressed") == "false"
    gallery.keyboard.press("f")
    assert gallery.get_attribute("#flicker", "aria-pressed") == "true"


def test_flicker_shows_both_in_turn_and_stops(gallery: Page) -> None:
    gallery.click(".picture >> nth=0")
    gallery.click("#flicker")
    assert gallery.get_attribute("#flicker", "aria-pressed") == "true"
    for state in ("hidden", "visible", "hidden"):
        gallery.wait_for_selector("#compare .over", state=state)
    gallery.click("#flicker")
    assert gallery.get_attribute("#flicker", "aria-pressed") == "false"
    assert gallery.is_visible("#compare .over")


def test_who_asked_for_less_motion_switches_by_hand(browser: Browser, report: Path) -> None:
    page = browser.new_page(reduced_motion="reduce")
    page.goto((report / "gallery.html").as_uri())
    page.click(".picture >> nth=0")
    page.click("#flicker")
    page.wait_for_timeout(1200)
    assert page.is_hidden("#compare .over")
    page.click("#flicker")
    assert page.is_visible("#compare .over")
    page.close()


def test_arrow_keys_walk_through_a_row_and_on_to_the_next(gallery: Page) -> None:
    rows = names(gallery)
    gallery.click(".picture >> nth=0")
    titles = [gallery.inner_text("#compare-title")]
    for _ in range(10):
        gallery.keyboard.press("ArrowRight")
        titles.append(gallery.inner_text("#compare-title"))
    assert titles[0] == f"{rows[0]}: z (layout), sub-01"
    assert titles[1:3] == [f"{rows[0]}: c (meaning), sample {k}, sub-01" for k in (1, 2)]
    assert titles[5] == f"{rows[0]}: z (layout), sub-02"
    assert titles[10] == f"{rows[1]}: z (layout), sub-01"
    gallery.keyboard.press("ArrowLeft")
    assert gallery.inner_text("#compare-title") == titles[9]


def test_an_open_picture_can_be_shared(gallery: Page, opened: Opened, report: Path) -> None:
    gallery.click(".picture >> nth=3")
    gallery.wait_for_function("location.hash.includes('view=')")
    title, fragment = gallery.inner_text("#compare-title"), gallery.evaluate("location.hash")
    gallery.goto("about:blank")
    page = opened.goto(report / "gallery.html", fragment)
    page.wait_for_selector("#compare[open]")
    assert page.inner_text("#compare-title") == title


def test_a_copied_report_without_its_study_still_shows_tiles(
    browser: Browser, report: Path, tmp_path: Path
) -> None:
    shutil.copytree(report, tmp_path / "copied")
    with opened_page(browser) as opened:
        page = opened.goto(tmp_path / "copied" / "gallery.html")
        page.click(".picture >> nth=0")
        page.wait_for_timeout(300)
        assert page.locator("#compare .over .tile").count() == 1
        assert page.locator("#compare .over img").count() == 0


def test_hostile_names_and_captions_are_text(gallery: Page) -> None:
    assert set(HOSTILE) <= set(names(gallery))
    assert gallery.locator(".entries b, .entries train").count() == 0
    words = gallery.inner_text(f"{ROWS} >> nth=0")
    assert re.search(r"a small <\d+> & a large thing", words)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_lead_to_their_own_page(opened: Opened, report: Path, name: str) -> None:
    page = opened.goto(report / "gallery.html", "#order=name&method=z")
    page.locator(ROWS).locator("a", has_text=name).click()
    page.wait_for_function(f"document.querySelector('#name')?.textContent === {json.dumps(name)}")
    assert page.url.endswith(f"stimulus.html#{quote(name, safe=JS_SAFE)}&method=z&order=name")


@pytest.fixture(scope="module")
def categories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("categories") / "study"
    main(write_study(root, ("c",), ("c",), with_images=False, reader="haxby2001"))
    return root / "report"


def test_without_identity_blocks_stand_together_by_category(opened: Opened, categories: Path) -> None:
    page = opened.goto(categories / "gallery.html")
    page.wait_for_selector(".tile")
    rows = page.eval_on_selector_all(ROWS, "all => all.map((one) => one.textContent)")
    assert rows == ["cat", "house", "shoe"]
    assert page.locator(".entry >> nth=0").locator(".picture").count() == 10 * 2 * 2
    page.click(".picture >> nth=0")
    page.wait_for_selector("#compare .layer.over img")
    assert page.is_hidden("#compare input[type=range]")
    page.keyboard.press("f")
    assert page.is_visible("#compare .layer.over img")
    page.keyboard.press("ArrowRight")
    assert "sample 2" in page.inner_text("#compare-title")
    page.keyboard.press("Escape")
    page.select_option("[name=category]", "shoe")
    until(page, 1)
