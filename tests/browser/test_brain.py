"""The page of the brain in a real browser: what it shows of voxels and stimuli is what was planted."""

import json
import re
import shutil
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from tests.support.brain_view import AFFINE, FDR, ViewedSubject, view, write_viewed_subject
from tests.support.browser import Opened
from tests.support.report_study import ROIS, STIMULUS_IDS, command_line, write_study

from cortex2image.steps.report import main

pytestmark = pytest.mark.xdist_group("browser")
MODELS = ("z", "c", "zc")


def planted(folder: Path, subject: str = "sub-01") -> ViewedSubject:
    """Return what the report of random numbers shows of a subject."""
    return write_viewed_subject(folder, subject, MODELS, STIMULUS_IDS, ROIS)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> ViewedSubject:
    return planted(tmp_path_factory.mktemp("truth"))


def ready(page: Page) -> Page:
    page.wait_for_selector("#viewer[aria-busy=false]")
    page.wait_for_selector("#strongest button")
    page.wait_for_selector("#seen p")
    return page


def read_out(page: Page) -> dict[str, str]:
    terms, texts = page.locator("#readout dt"), page.locator("#readout dd")
    return dict(zip(terms.all_inner_texts(), texts.all_inner_texts(), strict=True))


def numbers(text: str) -> list[float]:
    return [float(part) for part in re.findall(r"-?\d+(?:\.\d+)?", text.replace("\N{MINUS SIGN}", "-"))]


def test_a_voxel_of_the_fragment_is_read_out(opened: Opened, report: Path, truth: ViewedSubject) -> None:
    voxel = 37
    i, j, k = truth.indices[voxel]
    page = ready(opened.goto(report / "brain.html", f"#subject=sub-01&voxel={i},{j},{k}"))
    found = read_out(page)
    assert found["Number"] == str(voxel)
    assert numbers(found["Index i, j, k"]) == [i, j, k]
    world = AFFINE[:3, :3] @ (i, j, k) + AFFINE[:3, 3]
    np.testing.assert_allclose(numbers(found["Place"]), world, atol=0.051)
    assert found["Region"] == truth.regions[voxel]
    assert abs(numbers(found["z (layout)"])[0] - truth.r["z"][voxel]) < 0.006
    assert abs(numbers(found["Ceiling of r"])[0] - np.sqrt(truth.ceiling[voxel])) < 0.006


# The column of the first vertical line of the cross, and the row of the horizontal line that it meets.
CROSS = """canvas => {
    const { width, height } = canvas;
    const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
    const [columns, rows] = [width, height].map(n => [...Array(n).keys()]);
    const is = (i, ...colour) => colour.every((part, c) => data[i + c] === part);
    const orange = (x, y) => is(4 * (x + width * y), 0xd5, 0x5e, 0x00);
    const x = columns.find(x => rows.filter(y => orange(x, y)).length > 60);
    const y = rows.find(y => orange(x - 4, y) && orange(x + 4, y));
    return { x, y };
}"""


def test_left_in_the_picture_is_left_in_the_brain(opened: Opened, report: Path, truth: ViewedSubject) -> None:
    """The slice from above is the first: the cross lies where the world says, and a click there finds it."""
    world = truth.indices @ AFFINE[:3, :3].T + AFFINE[:3, 3]
    order = np.argsort(world[:, 0]), np.argsort(world[:, 1])
    left, right, back, front = (int(axis[end]) for axis in order for end in (0, -1))
    page = ready(opened.goto(report / "brain.html"))
    at = {}
    for voxel in (left, right, back, front):
        page.evaluate("hash => { location.hash = hash }", f"voxel={voxel}")
        page.wait_for_selector(f"#readout dd:first-of-type:text-is('{voxel}')")
        canvas = page.locator("#panels canvas").first
        at[voxel] = canvas.evaluate(CROSS)
    assert at[left]["x"] < at[right]["x"] - 40
    assert at[front]["y"] < at[back]["y"] - 40
    canvas.click(position={"x": at[front]["x"], "y": at[front]["y"]})
    assert read_out(page)["Number"] == str(front)


def test_arrow_keys_move_the_cross(opened: Opened, report: Path, truth: ViewedSubject) -> None:
    places = {tuple(place): voxel for voxel, place in enumerate(truth.indices.tolist())}
    before = np.array([3, 4, 3])  # in the middle of the ball: every neighbour is a voxel
    page = ready(opened.goto(report / "brain.html", "#voxel=3,4,3"))
    page.locator("#panels canvas").first.focus()
    for key, axis in (("ArrowRight", 0), ("ArrowUp", 1), ("PageUp", 2)):
        page.keyboard.press(key)
        found = np.array(numbers(read_out(page)["Index i, j, k"]), dtype=int)
        moved = AFFINE[:3, :3] @ (found - before)
        assert np.argmax(np.abs(moved)) == axis
        assert moved[axis] > 1
        assert read_out(page)["Number"] == str(places[tuple(found.tolist())])
        before = found


def test_thresholds_count_voxels(opened: Opened, report: Path, truth: ViewedSubject) -> None:
    page = ready(opened.goto(report / "brain.html"))
    page.select_option("#second-model", "")
    note, voxels = page.locator("#panels small").first, len(truth.indices)
    significant = int((truth.q["z"] < FDR).sum())
    expect(note).to_have_text(f"{voxels} of {voxels} voxels shown; {significant} significant")
    page.check("#significant")
    expect(note).to_contain_text(f"{significant} of {voxels} voxels shown")
    page.uncheck("#significant")
    page.fill("#threshold", "0.31")
    expect(note).to_contain_text(f"{(truth.r['z'] >= 0.31).sum()} of {voxels} voxels shown")
    page.select_option("#quantity", "share")
    reached = truth.r["z"] / np.sqrt(truth.ceiling) >= 0.31
    expect(note).to_contain_text(f"{reached.sum()} of {voxels} voxels shown")


def test_two_maps_stand_beside_their_difference(opened: Opened, report: Path, truth: ViewedSubject) -> None:
    page = ready(opened.goto(report / "brain.html"))
    page.select_option("#first-model", "c")
    page.select_option("#second-model", "zc")
    expect(page.locator("#panels canvas")).to_have_count(3)
    assert "c (meaning) minus zc (layout and meaning)" in page.locator("#panels h4").nth(2).inner_text()
    c, zc = (truth.q[name] < FDR for name in ("c", "zc"))
    notes = page.locator("#panels small").all_inner_texts()
    assert notes[0].endswith(f"; {c.sum()} significant")
    assert notes[2].endswith(f"; {(c | zc).sum()} significant in either map")
    ends = [numbers(text) for text in page.locator("#panels .scale").all_inner_texts()]
    assert ends[0] == ends[1]
    page.select_option("#second-model", "")
    expect(page.locator("#panels canvas")).to_have_count(1)


def test_a_map_that_comes_late_does_not_replace_a_later_choice(opened: Opened, report: Path) -> None:
    page = ready(opened.goto(report / "brain.html"))
    page.select_option("#second-model", "")
    # The map of zc, the third of the subject, is asked for first and comes last.
    page.evaluate(
        """() => {
          window.late = new Promise((resolve) => (window.release = resolve));
          brain.Subject.prototype.map = ((map) => async function (model) {
            if (model === "zc") await late;
            return map.call(this, model);
          })(brain.Subject.prototype.map);
        }"""
    )
    page.select_option("#first-model", "zc")
    page.select_option("#first-model", "c")
    expect(page.locator("#panels h4").first).to_contain_text("c (meaning)")
    page.evaluate("release()")
    page.wait_for_timeout(100)
    expect(page.locator("#panels h4").first).to_contain_text("c (meaning)")


def test_a_voxel_shows_the_stimuli_that_it_prefers(
    opened: Opened, report: Path, truth: ViewedSubject
) -> None:
    voxel = 52
    page = ready(opened.goto(report / "brain.html", f"#voxel={voxel}"))
    page.select_option("#source", "predicted-1")
    predicted, measured = truth.predicted["c"][:, voxel], truth.measured[:, voxel]
    best = truth.stimuli[int(predicted.argmax())]
    page.wait_for_selector(f"#strongest button:first-child[data-stimulus='{best}']")
    first = page.locator("#strongest button").first.inner_text()
    caption = f"a small <{STIMULUS_IDS.index(best)}> & a large thing"
    assert caption in first
    np.testing.assert_allclose(
        numbers(first.replace(caption, "")), [predicted.max(), measured[predicted.argmax()]], atol=0.02
    )
    weakest = page.locator("#weakest button").first.get_attribute("data-stimulus")
    assert weakest == truth.stimuli[int(predicted.argmin())]
    r = np.corrcoef(predicted, measured)[0, 1]
    assert f"r {r:.2f} over {len(STIMULUS_IDS)} test stimuli" in page.inner_text("#preferred-title")
    assert page.locator("#scatter circle").count() == len(STIMULUS_IDS)
    page.select_option("#scope", "region")
    page.wait_for_function(
        "document.getElementById('preferred-title').textContent.includes('mean of its voxels')"
    )
    inside = truth.regions == truth.regions[voxel]
    means = [values[:, inside].mean(axis=1) for values in (truth.predicted["c"], truth.measured)]
    assert f"r {np.corrcoef(*means)[0, 1]:.2f} over" in page.inner_text("#preferred-title")


def test_a_stimulus_of_the_fragment_shows_its_maps(
    opened: Opened, report: Path, truth: ViewedSubject
) -> None:
    name = truth.stimuli[11]
    page = ready(opened.goto(report / "brain.html", f"#subject=sub-01&stimulus={quote(name, safe='')}"))
    assert (
        page.locator("#seen").inner_text().startswith(f"a small <{STIMULUS_IDS.index(name)}> & a large thing")
    )
    assert f"Name: {name}" in page.inner_text("#seen")
    r = np.corrcoef(truth.predicted["z"][11], truth.measured[11])[0, 1]
    assert f"{len(truth.r['z'])} voxels the two maps correlate with r {r:.2f}" in page.inner_text(
        "#response-note"
    )
    assert page.locator("#response-panels canvas").count() == 2
    page.click("#next")
    following = truth.stimuli[12]
    expect(page.locator("#seen")).to_contain_text(f"Name: {following}")
    assert f"stimulus={quote(following, safe='')}" in page.url


def test_another_subject_has_other_numbers(opened: Opened, report: Path, tmp_path: Path) -> None:
    other = planted(tmp_path, "sub-02")
    page = ready(opened.goto(report / "brain.html"))
    page.select_option("#subject", "sub-02")
    best = str(int(other.r["z"].argmax()))
    page.wait_for_function(f"document.querySelector('#readout dd').textContent === '{best}'")
    page.goto(page.url.split("#")[0] + "#subject=sub-01&voxel=3")
    page.wait_for_function("document.querySelector('#readout dd').textContent === '3'")
    assert page.input_value("#subject") == "sub-01"


def test_hidden_voxels_follow_the_theme(opened: Opened, report: Path) -> None:
    page = ready(opened.goto(report / "brain.html"))
    page.check("#significant")
    drawn = "document.querySelector('#panels canvas').toDataURL()"
    light = page.evaluate(drawn)
    page.click("#theme")
    page.wait_for_function(f"{drawn} !== {light!r}")


def test_a_number_that_is_no_voxel_is_refused(opened: Opened, report: Path) -> None:
    page = ready(opened.goto(report / "brain.html", "#voxel=5"))
    page.fill("#voxel", "100000")
    page.click("#go button")
    assert read_out(page)["Number"] == "5"
    page.fill("#voxel", "6")
    page.click("#go button")
    assert read_out(page)["Number"] == "6"


@pytest.fixture(scope="module")
def surface(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a report whose first subject is on fsaverage5, and whose second one has no view yet."""
    root = tmp_path_factory.mktemp("surface") / "study"
    arguments = write_study(root, ("z",), MODELS, True, "bids", dataset={"space": "MNI152NLin2009cAsym"})
    large = np.array([[24.0, 0, 0, -72], [0, 24, 0, -100], [0, 0, 24, -50], [0, 0, 0, 1]])
    subject = write_viewed_subject(
        root.with_name("large"), "sub-01", MODELS, STIMULUS_IDS, ROIS, affine=large
    )
    view(subject, root / "report/brain/sub-01", space="MNI152NLin2009cAsym")
    shutil.rmtree(root / "report/brain/sub-02")
    arguments = command_line(root, root / "report")
    arguments.remove(str(root / "report/brain/sub-02"))
    main(arguments)
    return root / "report"


def test_the_surface_is_drawn_and_can_be_turned_and_asked(opened: Opened, surface: Path) -> None:
    page = ready(opened.goto(surface / "brain.html"))
    left = page.locator("#surface canvas").first
    colours = """canvas => {
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(new Uint32Array(data.buffer)).size;
    }"""
    assert left.evaluate(colours) > 20
    outer = left.evaluate("canvas => canvas.toDataURL()")
    page.click("#surface button:text('Inner side')")
    assert left.evaluate("canvas => canvas.toDataURL()") != outer
    page.click("#surface button:text('Outer side')")
    assert left.evaluate("canvas => canvas.toDataURL()") == outer
    page.select_option("#surface select", index=1)
    assert left.evaluate("canvas => canvas.toDataURL()") != outer
    # Seen from the left, the front of the left hemisphere is on the left of the picture.
    box = left.bounding_box()
    assert box is not None
    places = []
    for share in (0.2, 0.8):
        left.click(position={"x": share * box["width"], "y": 0.5 * box["height"]})
        places.append(numbers(read_out(page)["Place"]))
    front, back = places
    assert front[1] > back[1] + 40
    assert front[0] < 0
    assert back[0] < 0


def test_responses_to_a_stimulus_lie_on_the_surface_too(opened: Opened, surface: Path) -> None:
    page = ready(opened.goto(surface / "brain.html"))
    right = page.locator("#response-surface canvas").nth(1)
    predicted = right.evaluate("canvas => canvas.toDataURL()")
    page.select_option("#response-surface select", label="Measured")
    measured = right.evaluate("canvas => canvas.toDataURL()")
    assert measured != predicted
    page.click("#next")
    second = json.dumps(sorted(STIMULUS_IDS)[1])
    page.wait_for_function(f"document.getElementById('seen').textContent.includes({second})")
    assert page.input_value("#response-surface select") == "Measured"
    assert right.evaluate("canvas => canvas.toDataURL()") != measured


def test_a_subject_without_a_view_leaves_a_gap_that_names_the_target(opened: Opened, surface: Path) -> None:
    page = ready(opened.goto(surface / "brain.html"))
    assert "report/brain/sub-02" in page.locator(".gap").first.inner_text()
    assert page.locator("#subject option").all_inner_texts() == ["sub-01"]
