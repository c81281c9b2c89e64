import json
import re
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from PIL import Image
from tests.support.report_study import (
    CATEGORIES,
    DUPLICATE,
    MEASURES,
    SPACES,
    STIMULUS_IDS,
    SUBJECTS,
    command_line,
    write_study,
    write_trials,
    write_voxels,
)

from cortex2image.errors import ConfigError, ContractError, DataError
from cortex2image.steps.report import main
from cortex2image.tables.scores import COMPARISONS, SCORES

METHODS = MODELS = ("z", "c", "zc")


@pytest.fixture(scope="module")
def with_images(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = tmp_path_factory.mktemp("report") / "simulated"
    arguments = write_study(root, METHODS, MODELS, with_images=True, reader="simulated")
    main(arguments)
    return root, arguments


@pytest.fixture(scope="module")
def page(with_images: tuple[Path, list[str]]) -> str:
    return (with_images[0] / "report" / "index.html").read_text()


@pytest.fixture(scope="module")
def categories(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = tmp_path_factory.mktemp("report") / "categories"
    arguments = write_study(root, ("c",), ("c",), with_images=False, reader="haxby2001")
    main(arguments)
    return root, arguments


@pytest.fixture(scope="module")
def category_page(categories: tuple[Path, list[str]]) -> str:
    return (categories[0] / "report" / "index.html").read_text()


def test_the_page_needs_no_other_file_and_no_network(page: str) -> None:
    sources = re.findall(r'\bsrc="([^"]*)"', page)
    assert sources
    assert all(source.startswith("data:image/") for source in sources)
    links = re.findall(r'\bhref="([^"]*)"', page)
    assert all(not re.match(r"(https?:)?//", link) for link in links)
    assert not re.search(r"<(script|link|iframe|object)\b|@import|url\(", page)


def test_links_to_files_lead_somewhere(with_images: tuple[Path, list[str]], page: str) -> None:
    links = [link for link in re.findall(r'\bhref="([^"#]+)"', page) if not link.endswith("scores.csv")]
    assert len(links) >= 6
    assert all((with_images[0] / "report" / link).exists() for link in links)
    anchors = re.findall(r'\bhref="#([^"]+)"', page)
    assert set(anchors) <= set(re.findall(r'\bid="([^"]+)"', page))


def test_every_picture_is_shown_once_per_subject(page: str) -> None:
    for subject_pictures in re.split(r"<h3>sub-", page.split('id="pictures"')[1].split("</section>")[0])[1:]:
        assert subject_pictures.count("<img") == len(STIMULUS_IDS) * (1 + 1 + 2 + 2)
        assert "6 more stimuli" in subject_pictures


def test_captions_are_text_and_not_markup(page: str) -> None:
    assert "a small &lt;3&gt; &amp; a large thing" in page
    assert "<3>" not in page


def test_simulated_brains_are_called_simulated(page: str, category_page: str) -> None:
    assert "These brains are simulated" in page
    assert "simulated" not in category_page.split("<body>")[1].split("provenance")[0].lower()


def test_provenance_is_on_the_page(page: str) -> None:
    assert "f" * 40 in page
    assert "with uncommitted changes" in page
    assert "a" * 64 in page
    assert "numpy 2.4.6" in page
    assert "torch None" not in page


def test_every_score_is_on_the_page(with_images: tuple[Path, list[str]], page: str) -> None:
    scores = SCORES.read(with_images[0] / "scores.parquet").to_pandas()
    assert all(f">{value:.3f}</span>" in page for value in scores["value"])
    assert page.count("p = 0.2500") + page.count("p = 0.250") == (scores["p"] == 0.25).sum()


def test_duplicates_and_the_span_of_features_are_on_the_page(page: str) -> None:
    assert "Test pictures were also training pictures" in page
    assert escape(DUPLICATE) in page
    section = page.split('<section id="novelty">')[1].split("</section>")[0]
    assert section.count("<tr>") >= len(METHODS) + len(SUBJECTS) * (len(MEASURES) + len(SPACES))
    assert "embedding by clip (cosine)" in section


def test_methods_stand_on_bars_and_are_compared(with_images: tuple[Path, list[str]], page: str) -> None:
    section = page.split('id="scores"')[1].split("<h3>Every metric</h3>")[0]
    assert section.count('<svg class="bar"') == len(METHODS) * 2
    rows = COMPARISONS.read(with_images[0] / "comparisons.parquet").to_pandas()
    pooled = rows[rows["subject"] == "all"].set_index(["metric", "method_a", "method_b"])["difference"]
    # Of two methods, the later one of the config is compared with the earlier one: zc with c and z, c with z.
    shown = [-pooled["pixcorr", "c", "zc"], pooled["pixcorr", "c", "z"], -pooled["pixcorr", "z", "zc"]]
    for value in shown:
        assert f">{value:.3f}</span>".replace("-", "\N{MINUS SIGN}") in section
    assert section.count("q = 0.300") + section.count("q = 0.001") == 6
    assert "pixel correlation" in section
    assert "two-way identification, clip embeds" in section


def test_a_single_method_is_compared_with_none(category_page: str) -> None:
    assert "Methods compared" not in category_page
    assert '<svg class="bar"' in category_page


def test_contact_sheet_holds_a_row_per_stimulus(with_images: tuple[Path, list[str]]) -> None:
    with Image.open(with_images[0] / "report" / "gallery-sub-02.png") as sheet:
        assert sheet.height == 16 + 66 * len(STIMULUS_IDS)
        assert sheet.width == 140 + 66 * 6


def test_without_images_pictures_are_grouped_by_category(category_page: str) -> None:
    pictures = category_page.split('id="pictures"')[1].split("</section>")[0]
    rows = re.findall(r'<th scope="row">(\w+)</th>', pictures)
    assert rows == [*CATEGORIES, *CATEGORIES]
    assert pictures.count('class="block"') == 2 * len(STIMULUS_IDS)
    assert "seen" not in re.sub("<[^>]*>", "", pictures)


def test_the_same_study_gives_the_same_bytes(categories: tuple[Path, list[str]], category_page: str) -> None:
    root, _ = categories
    main(command_line(root, ("c",), ("c",), root / "again"))
    assert (root / "again" / "index.html").read_text() == category_page
    sheets = [folder / "gallery-sub-01.png" for folder in (root / "report", root / "again")]
    assert sheets[0].read_bytes() == sheets[1].read_bytes()


def test_complete_recordings_need_no_warning(category_page: str) -> None:
    assert 'class="warning"' not in category_page


def test_what_was_left_out_is_said_before_any_score(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    problems = ["run-3_bold.nii.gz: no events", "run-4_bold.nii.gz: no <confounds>"]
    write_trials(root, "sub-02", runs=11, left_out=json.dumps(problems))
    write_voxels(root, "sub-02", left_out=json.dumps(["2 of 9 voxels lack data in a session"]))
    main(arguments)
    page = (root / "report" / "index.html").read_text()
    warning = page.split('class="warning"')[1].split("</ul>")[0]
    assert "sub-02 (11 runs used): run-3_bold.nii.gz: no events" in warning
    assert "sub-02 (11 runs used): run-4_bold.nii.gz: no &lt;confounds&gt;" in warning
    assert "sub-02 (11 runs used): 2 of 9 voxels lack data in a session" in warning
    assert "sub-01" not in warning
    assert page.index('class="warning"') < page.index('id="scores"')


@pytest.mark.parametrize("write", [write_trials, write_voxels])
def test_tables_that_do_not_say_what_was_left_out_leave_no_page(tmp_path: Path, write: Callable) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    write(root, "sub-01")
    table = write.__name__.removeprefix("write_")
    with pytest.raises(DataError, match=rf"sub-01/{table}\.parquet(.|\n)*left_out"):
        main(arguments)
    assert not (root / "report").exists()


def test_a_missing_picture_leaves_no_page(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    shutil.rmtree(root / "sub-02" / "reconstructions" / "z")
    with pytest.raises(DataError, match="a picture"):
        main(arguments)
    assert not (root / "report").exists()


def test_a_table_of_another_contract_leaves_no_page(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    shutil.copy(root / "encoding_scores.parquet", root / "scores.parquet")
    with pytest.raises(ContractError, match="contract scores"):
        main(arguments)
    assert not (root / "report").exists()


GRID = {"noise_levels": [0.5, 0.8], "steps": [2], "layers": ["down0", "mid"]}


@pytest.fixture(scope="module")
def grid_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("report") / "grid"
    main(write_study(root, ("z",), ("z", "c", "zc"), True, "bids", {"grid": GRID}, "flat maps of fsaverage5"))
    return (root / "report" / "index.html").read_text()


def test_every_figure_is_shown_with_and_without_a_threshold(grid_page: str) -> None:
    for subject in SUBJECTS:
        for name in ("spaces", "noise", "steps", "layers"):
            assert grid_page.count(f'name="{subject}-{name}"') == 2
            assert f'href="../{subject}/figures/{name}.csv"' in grid_page
    ids = re.findall(r'\bid="([^"]+)"', grid_page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\bfor="([^"]+)"', grid_page)) <= set(ids)


def test_captions_say_what_is_shown_and_what_it_does_not_mean(grid_page: str) -> None:
    words = " ".join(re.sub("<[^>]*>", "", grid_page).split())
    assert words.count("20 voxels, 30 test stimuli") == 4 * len(SUBJECTS)
    assert "neighbouring levels share most of their variance" in words
    assert "Grey voxels are undecided" in words
    assert "does not say that the region computes these features" in words
    assert "No voxel is significant for z." in words
    assert words.count("Flat maps of fsaverage5") == 4 * len(SUBJECTS)
    assert "Axial slices" not in words


def test_slices_say_that_no_matrix_was_given(page: str) -> None:
    assert page.count("No matrix to MNI152 was given") == len(SUBJECTS)
    assert page.count("Axial slices of the subject's own grid") == len(SUBJECTS)
    assert "Flat maps" not in page


def test_voxels_without_places_have_words_in_place_of_maps(tmp_path: Path) -> None:
    root = tmp_path / "table"
    main(write_study(root, ("c",), ("c",), False, "bold5000", canvas="nothing"))
    page = (root / "report" / "index.html").read_text()
    assert page.count("the data set does not say where its voxels lie") == len(SUBJECTS)
    assert "Axial slices" not in page
    assert 'type="radio"' not in page


@pytest.mark.parametrize(
    ("file", "content"),
    [("c.csv", None), ("c.png", b"no picture"), ("c-significant.png", None), ("c-regions.svg", None)],
)
def test_a_missing_or_damaged_figure_leaves_no_page(tmp_path: Path, file: str, content: bytes | None) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("c",), ("c",), with_images=False, reader="haxby2001")
    path = root / "sub-02" / "figures" / file.replace("c", "spaces", 1)
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(DataError, match=re.escape(str(path.name))):
        main(arguments)
    assert not (root / "report").exists()


@pytest.mark.parametrize(
    "option", ["trials", "voxels", "decoded-scores", "reconstructions", "figures", "figure-tables", "sheets"]
)
def test_a_file_too_few_leaves_no_page(tmp_path: Path, option: str) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    del arguments[arguments.index(f"--{option}") + 1]
    with pytest.raises(ConfigError, match=rf"--{option}(.|\n)*[24] files: of sub-01, sub-02"):
        main(arguments)
    assert not (root / "report").exists()
