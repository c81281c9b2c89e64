"""Rating in a real browser: what is shown, kept and saved, and that the saved file can be read back."""

import json
import re
import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from tests.support.browser import opened_page

from cortex2image.rating.choices import read_choices
from cortex2image.rating.pictures import rated_pictures
from cortex2image.report.scripts import data_script
from cortex2image.tables.results import RECONSTRUCTIONS

pytestmark = pytest.mark.xdist_group("browser")
SUBJECTS, METHODS = ("sub-01", "sub-02"), ("z", "c", "zc")
RATER = 'Åsa <b>"O\'Neil"</b> / {1}'


def started(opened, report: Path, rater: str = "a", design: str = "methods") -> Page:
    page = opened.goto(report / "rate.html")
    page.fill("#rater", rater)
    page.check(f"input[value={design}]")
    page.click("text=Start")
    ready(page)
    return page


def ready(page: Page) -> None:
    """Wait until the pictures of a trial are there: before that, no choice counts."""
    page.wait_for_function(
        "['seen', 'left', 'right'].every((id) => document.getElementById(id).naturalWidth > 0)"
    )
    page.wait_for_timeout(50)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        ready(page)


def shown(page: Page) -> tuple[str, ...]:
    return tuple(page.get_attribute(f"#{name}", "src") or "" for name in ("seen", "left", "right"))


def saved(page: Page, button: str = "#save") -> dict:
    with page.expect_download() as download:
        page.click(button)
    return json.loads(Path(download.value.path()).read_text(encoding="utf-8"))


def all_rated(report: Path):
    tables = {
        (s, m): RECONSTRUCTIONS.read(report.parent / s / "reconstructions" / f"{m}.parquet").to_pandas()
        for s in SUBJECTS
        for m in METHODS
    }
    return rated_pictures(7, 30, tables)


def test_choices_by_keyboard_are_saved_and_can_be_read_back(browser: Browser, report: Path, tmp_path) -> None:
    with opened_page(browser) as opened:
        page = started(opened, report, RATER)
        pictures = [shown(page)]
        for key in ("ArrowLeft", "ArrowRight", " "):
            press(page, key)
            pictures.append(shown(page))
        assert len(set(pictures)) == 4
        assert page.inner_text("#count") == "3 of 180 done"
        rating = saved(page)
        opened.require_quiet()
    assert [trial["choice"] for trial in rating["trials"]] == ["left", "right", "none"]
    assert [f"rating/{trial['left']}.webp" for trial in rating["trials"]] == [p[1] for p in pictures[:3]]
    assert (rating["study"], rating["seed"], rating["rater"], rating["offered"]) == ("tiny", "7", RATER, 180)
    assert all(0 <= trial["seconds"] < 60 for trial in rating["trials"])
    path = tmp_path / "ratings.json"
    path.write_text(json.dumps(rating))
    choices = read_choices([path], "tiny", 7, all_rated(report))
    assert choices["side"].tolist() == ["left", "right", "none"]
    assert set(choices["rater"]) == {RATER}


def test_every_trial_of_a_person_is_reached_and_rounds_are_balanced(browser: Browser, report: Path) -> None:
    made = {one.name: one for one in all_rated(report)}
    with opened_page(browser) as opened:
        page = started(opened, report, "quick", "identification")
        page.evaluate("Image.prototype.decode = () => Promise.resolve()")
        for _ in range(180):
            page.keyboard.press("ArrowLeft")
            page.wait_for_timeout(5)
        page.wait_for_selector("#end:not([hidden])")
        rating = saved(page, "#save-end")
    trials = rating["trials"]
    assert len({(t["subject"], t["stimulus"], made[t["left"]].method) for t in trials}) == 180
    first = {(t["subject"], made[t["left"]].method) for t in trials[:6]}
    assert len(first) == 6
    right_is_left = [made[t["left"]].stimulus == t["stimulus"] for t in trials]
    assert 0.35 < sum(right_is_left) / 180 < 0.65


def test_the_order_follows_from_the_name(browser: Browser, report: Path) -> None:
    orders = []
    for rater in ("one", "one", "two"):
        context = browser.new_context()
        page = context.new_page()
        page.goto((report / "rate.html").resolve().as_uri())
        page.fill("#rater", rater)
        page.click("text=Start")
        order = []
        for _ in range(4):
            ready(page)
            order.append(shown(page))
            page.keyboard.press("ArrowLeft")
        orders.append(order)
        context.close()
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


def test_a_person_goes_on_where_they_stopped(browser: Browser, report: Path) -> None:
    with opened_page(browser) as opened:
        page = started(opened, report, "pausing")
        press(page, "ArrowLeft", "ArrowRight")
        before = shown(page)
        page.click("#pause")
        assert page.is_hidden("#trial")
        page.keyboard.press("ArrowLeft")
        page.click("#go-on")
        ready(page)
        assert shown(page) == before
        page = started(opened, report, "pausing")
        assert page.inner_text("#count") == "2 of 180 done"
        assert shown(page) == before
        press(page, "b")
        assert page.inner_text("#count") == "1 of 180 done"


def test_two_stimuli_that_share_their_pictures_are_two_trials(
    browser: Browser, report: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "report"
    shutil.copytree(report, folder)
    data = json.loads((folder / "data" / "rating.js").read_text().partition(", ")[2].rpartition(")")[0])
    pair = data["designs"]["identification"][0][0][2:]
    data["designs"]["identification"] = [[[0, 0, *pair]], [[0, 1, *pair]]]
    (folder / "data" / "rating.js").write_text(data_script("rating", data))
    with opened_page(browser) as opened:
        for rater in "abcdef":
            page = started(opened, folder, rater, "identification")
            press(page, "ArrowLeft")
            page = started(opened, folder, rater, "identification")
            assert page.inner_text("#count") == "1 of 2 done"


def test_a_saved_file_goes_on_in_another_browser(browser: Browser, report: Path, tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    with opened_page(browser) as opened:
        page = started(opened, report, "travelling")
        press(page, "ArrowLeft", "ArrowRight")
        path.write_text(json.dumps(saved(page)))
        before = shown(page)
    with opened_page(browser) as opened:
        page = opened.goto(report / "rate.html")
        page.set_input_files("#earlier", path)
        ready(page)
        assert shown(page) == before
        press(page, " ")
        assert [t["choice"] for t in saved(page)["trials"]] == ["left", "right", "none"]


OTHER_FILES = {
    "{": "cannot be read",
    "{}": "no file that this page saved",
    '{"format": "cortex2image-ratings", "study": "<b>x</b>"}': "another study, <b>x</b>",
}


@pytest.mark.parametrize("text", OTHER_FILES)
def test_another_file_is_refused(browser: Browser, report: Path, tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with opened_page(browser) as opened:
        page = opened.goto(report / "rate.html")
        page.set_input_files("#earlier", path)
        page.wait_for_function("document.getElementById('trouble').textContent")
        assert OTHER_FILES[text] in page.inner_text("#trouble")
        assert page.is_visible("#setup")


def test_nothing_on_the_page_names_a_method(report: Path) -> None:
    data = (report / "data" / "rating.js").read_text()
    assert not re.search(r'"(z|c|zc)"', data)
    files = list((report / "rating").iterdir())
    assert len(files) == 30 + 2 * 3 * 30
    assert all(re.fullmatch(r"[0-9a-f]{16}\.webp", file.name) for file in files)


def test_a_trial_fits_a_phone_and_is_accessible(browser: Browser, report: Path) -> None:
    for width, theme in (("phone", "light"), ("desk", "dark")):
        with opened_page(browser, width, theme) as opened:
            page = started(opened, report, f"{width}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            for name in ("#seen", "#left", "#right", ".answers"):
                box = page.locator(name).bounding_box()
                assert box["y"] + box["height"] <= 900
            found = Axe().run(page).response["violations"]
            assert [v["id"] for v in found if v["impact"] in ("serious", "critical")] == []
