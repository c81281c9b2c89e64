import json
import re
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import pytest
from tests.support.report_study import (
    CATEGORIES,
    DUPLICATE,
    MEASURES,
    SPACES,
    STIMULUS_IDS,
    SUBJECTS,
    TRAINING,
    command_line,
    write_ratings,
    write_study,
    write_trials,
    write_voxels,
)
from tests.support.report_training import write_learning_curves, write_studies

from cortex2image.errors import ContractError, DataError
from cortex2image.steps.report import main
from cortex2image.study.report_pages import PAGES
from cortex2image.tables.results import EVALUATION, RECONSTRUCTIONS
from cortex2image.tables.scores import COMPARISONS, SCORES

METHODS = MODELS = ("z", "c", "zc")


@pytest.fixture(scope="module")
def with_images(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = tmp_path_factory.mktemp("report") / "simulated"
    arguments = write_study(root, METHODS, MODELS, with_images=True, reader="simulated")
    main(arguments)
    return root, arguments


def all_pages(root: Path) -> str:
    """Return the text of all pages, in the order of the navigation."""
    return "".join((root / "report" / f"{page}.html").read_text() for page in PAGES)


@pytest.fixture(scope="module")
def page(with_images: tuple[Path, list[str]]) -> str:
    return all_pages(with_images[0])


@pytest.fixture(scope="module")
def categories(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    root = tmp_path_factory.mktemp("report") / "categories"
    arguments = write_study(root, ("c",), ("c",), with_images=False, reader="haxby2001")
    main(arguments)
    return root, arguments


@pytest.fixture(scope="module")
def category_page(categories: tuple[Path, list[str]]) -> str:
    return all_pages(categories[0])


def loaded(root: Path, name: str) -> Any:
    """Return the value that a data script of the report hands to its page."""
    text = (root / "report" / "data" / f"{name}.js").read_text()
    given, value = json.loads(f"[{text.removeprefix('c2i.data(').removesuffix(');' + chr(10))}]")
    assert given == name
    return value


def test_the_gallery_holds_every_test_stimulus_with_every_sample(with_images: tuple[Path, list[str]]) -> None:
    gallery = loaded(with_images[0], "gallery")
    assert gallery["ids"] == sorted(STIMULUS_IDS)
    assert sorted(gallery["shuffled"]) == list(range(len(STIMULUS_IDS)))
    assert gallery["shuffled"] != list(range(len(STIMULUS_IDS)))
    for subject in gallery["subjects"]:
        assert subject["tiles"] == {"seen": [0], "nearest": [1], "z": [2], "c": [3, 4], "zc": [5, 6]}
        assert subject["strips"] == list(range(len(STIMULUS_IDS)))


def test_records_give_the_scores_of_tables_and_their_ranks(with_images: tuple[Path, list[str]]) -> None:
    gallery = loaded(with_images[0], "gallery")
    assert [metric["places"] for metric in gallery["metrics"]] == [False, True]
    table = EVALUATION.read(with_images[0] / "sub-02" / "evaluation" / "zc.parquet").to_pandas()
    rows = table[table["metric"] == "twoway_clip"].pivot(
        index="stimulus_id", columns="sample", values="value"
    )
    sorts = loaded(with_images[0], "gallery-scores")["sub-02"]["zc"]["twoway_clip"]
    for number, name in enumerate(gallery["ids"]):
        record = loaded(with_images[0], f"stimuli/{number}")["subjects"]["sub-02"]
        zc = record["methods"]["zc"]
        assert [values[1] for values in zc["values"]] == pytest.approx(list(rows.loc[name]), abs=1e-4)
        assert [ranks[1] for ranks in zc["ranks"]] == [1 + (rows[k] > rows.loc[name, k]).sum() for k in rows]
        assert zc["mean"][1] == sorts[number] == pytest.approx(rows.loc[name].mean(), abs=1e-4)
        assert zc["of"][1] == len(STIMULUS_IDS)
        assert record["nearest"][0]["measure"] == "embedding by miniature CLIP (cosine)"
        assert record["nearest"][0]["stimulus"] == TRAINING
        files = [sample["file"] for sample in zc["samples"]] + [record["nearest"][0]["file"]]
        assert all((with_images[0] / "report" / file).is_file() for file in files)


def test_records_count_pictures_of_a_control_and_keep_captions(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("zc", "shuffled"), ("c",), with_images=True, reader="bids")
    path = root / "sub-01" / "reconstructions" / "zc.parquet"
    drawn = RECONSTRUCTIONS.read(path).to_pydict()
    drawn["caption"] = [f"<i>{name}</i>" for name in drawn["stimulus_id"]]
    drawn["black"] = [sample == 1 for sample in drawn["sample"]]
    RECONSTRUCTIONS.write(drawn, path)
    main(arguments)
    folder = root / "sub-01" / "evaluation"
    zc, shuffled = (EVALUATION.read(folder / f"{m}.parquet").to_pandas() for m in ("zc", "shuffled"))
    theirs = shuffled.loc[shuffled["metric"] == "pixcorr", "value"]
    for number, name in enumerate(loaded(root, "gallery")["ids"]):
        methods = loaded(root, f"stimuli/{number}")["subjects"]["sub-01"]["methods"]
        own = zc[(zc["metric"] == "pixcorr") & (zc["stimulus_id"] == name)].set_index("sample")["value"]
        assert methods["zc"]["control"] == "shuffled"
        assert [counts[0] for counts in methods["zc"]["as_good"]] == [
            (theirs >= own[k]).sum() for k in (0, 1)
        ]
        assert methods["zc"]["as_good_of"][0] == 2 * len(STIMULUS_IDS)
        assert "control" not in methods["shuffled"]
        assert [sample["caption"] for sample in methods["zc"]["samples"]] == [f"<i>{name}</i>"] * 2
        assert [sample.get("black", False) for sample in methods["zc"]["samples"]] == [False, True]


def test_pages_load_nothing_from_elsewhere(with_images: tuple[Path, list[str]]) -> None:
    report = with_images[0] / "report"
    for file in (*report.glob("*.html"), *report.glob("assets/*")):
        sources = re.findall(r'\b(?:src|href)="([^"]*)"|url\(([^)]*)\)|@import "([^"]*)"', file.read_text())
        assert not [source for found in sources for source in found if re.match(r"(https?:)?//", source)]


def test_links_lead_somewhere(with_images: tuple[Path, list[str]]) -> None:
    report = with_images[0] / "report"
    for page in report.glob("*.html"):
        links = re.findall(r'\b(?:src|href)="([^"#]+)(?:#[^"]*)?"', page.read_text())
        files = [link for link in links if not re.match("data:|https?:", link)]
        assert len(files) >= len(PAGES)
        assert [link for link in files if not (report / link).exists()] == []


def test_the_same_study_gives_the_same_bytes(categories: tuple[Path, list[str]], tmp_path: Path) -> None:
    root, _ = categories
    main(command_line(root, tmp_path / "again"))
    files = [path.relative_to(tmp_path / "again") for path in (tmp_path / "again").rglob("*.*")]
    assert len(files) > len(PAGES)
    for file in files:
        assert (tmp_path / "again" / file).read_bytes() == (root / "report" / file).read_bytes()


def test_captions_are_text_and_not_markup(with_images: tuple[Path, list[str]], page: str) -> None:
    gallery = loaded(with_images[0], "gallery")
    place = gallery["ids"].index(STIMULUS_IDS[3])
    assert gallery["captions"][place] == ["a small <3> & a large thing"]
    assert "<3>" not in page


def test_simulated_brains_are_called_simulated(page: str, category_page: str) -> None:
    assert "These brains are simulated" in page
    # The page of provenance explains every setting, those of simulated studies too.
    said = re.sub(r'<span class="what">[^<]*</span>', "", category_page)
    assert "simulated" not in said.lower()


def test_provenance_is_on_the_page(page: str) -> None:
    assert "f" * 40 in page
    assert "with uncommitted changes" in page
    assert "a" * 64 in page
    assert "numpy 2.4.6" in page
    assert "torch None" not in page


def script_data(root: Path, name: str) -> dict:
    """Return what a data script hands to the page."""
    text = (root / "report" / "data" / f"{name}.js").read_text()
    return json.loads(text.removeprefix(f'c2i.data("{name}", ').removesuffix(");\n"))


def test_every_score_is_in_the_data_of_the_page(with_images: tuple[Path, list[str]]) -> None:
    scores = SCORES.read(with_images[0] / "scores.parquet").to_pandas()
    table = script_data(with_images[0], "scores/table")
    keys = [[column["levels"][code] for code in column["codes"]] for column in map(table.get, SCORES.key)]
    shown = dict(zip(zip(*keys, strict=True), zip(table["value"], table["p"], strict=True), strict=True))
    assert len(shown) == len(scores)
    for row in scores.itertuples():
        assert shown[row.subject, row.method, row.metric] == (pytest.approx(row.value, rel=1e-5), row.p)


def test_duplicates_and_the_span_of_features_are_on_the_page(page: str) -> None:
    assert "Test pictures were also training pictures" in page
    assert escape(DUPLICATE) in page
    section = page.split('<section id="novelty">')[1].split("</section>")[0]
    assert section.count("<tr>") >= len(METHODS) + len(SUBJECTS) * (len(MEASURES) + len(SPACES))
    assert "embedding by miniature CLIP (cosine)" in section


def test_methods_stand_on_bars_and_are_compared(with_images: tuple[Path, list[str]]) -> None:
    section = (with_images[0] / "report" / "index.html").read_text()
    table = section.split('id="scores"')[1].split("</section>")[0]
    assert table.count('<svg class="bar" width="100%"') == len(METHODS) * 2
    rows = COMPARISONS.read(with_images[0] / "comparisons.parquet").to_pandas()
    pooled = rows[rows["subject"] == "all"].set_index(["metric", "method_a", "method_b"])["difference"]
    # Of two methods, the later one of the config is compared with the earlier one: zc with c and z, c with z.
    shown = [-pooled["pixcorr", "c", "zc"], pooled["pixcorr", "c", "z"], -pooled["pixcorr", "z", "zc"]]
    for value in shown:
        assert f">{value:.3f}</span>".replace("-", "\N{MINUS SIGN}") in section
    assert section.count("q = 0.300") + section.count("q = 0.001") == 6
    assert "pixel correlation" in section
    assert "two-way identification, miniature CLIP" in section


def test_a_single_method_is_compared_with_none(category_page: str) -> None:
    assert "Methods compared" not in category_page
    assert '<svg class="bar"' in category_page


def test_without_images_there_are_categories_and_no_scores(
    categories: tuple[Path, list[str]], category_page: str
) -> None:
    gallery = loaded(categories[0], "gallery")
    assert not gallery["identity"]
    assert gallery["metrics"] == []
    assert set(gallery["categories"]) == set(CATEGORIES)
    assert [subject["tiles"] for subject in gallery["subjects"]] == [{"c": [0, 1]}] * len(SUBJECTS)
    record = loaded(categories[0], "stimuli/0")
    assert record["seen"] is None
    assert "mean" not in record["subjects"]["sub-01"]["methods"]["c"]
    assert "best first" not in category_page


def test_complete_recordings_need_no_warning(category_page: str) -> None:
    assert 'class="warning"' in category_page
    assert "recordings are incomplete" not in category_page


def test_what_was_left_out_is_said_before_any_score(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    problems = ["run-3_bold.nii.gz: no events", "run-4_bold.nii.gz: no <confounds>"]
    write_trials(root, "sub-02", runs=11, left_out=json.dumps(problems))
    write_voxels(root, "sub-02", left_out=json.dumps(["2 of 9 voxels lack data in a session"]))
    main(arguments)
    page = all_pages(root)
    warning = page.split("Some recordings are incomplete.")[1].split("</ul>")[0]
    assert "sub-02 (11 runs used): run-3_bold.nii.gz: no events" in warning
    assert "sub-02 (11 runs used): run-4_bold.nii.gz: no &lt;confounds&gt;" in warning
    assert "sub-02 (11 runs used): 2 of 9 voxels lack data in a session" in warning
    assert "sub-01" not in warning
    assert page.index("Some recordings are incomplete.") < page.index('id="scores"')


GIVEN_NAMES = {"x86_64", "non_steady_state_outlier"}
IDENTIFIER = re.compile(r"\w*[a-z0-9]_[a-z0-9]\w*")


# The page of provenance explains the columns of tables, and names them.
@pytest.mark.parametrize("name", [page for page in PAGES if page != "provenance"])
def test_pages_show_words_and_no_names_of_columns(
    with_images: tuple[Path, list[str]], categories: tuple[Path, list[str]], name: str
) -> None:
    for root, _ in (with_images, categories):
        text = (root / "report" / f"{name}.html").read_text()
        text = re.sub(r"(?s)<(code|pre|script|style)\b.*?</\1>", "", text)
        shown = re.findall(r'\b(?:alt|title|aria-label|aria-description|data-label)="([^"]*)"', text)
        words = " ".join([re.sub("<[^>]*>", " ", text), *shown])
        # Stimuli keep the names of their files, as do files that a page links to, and columns of fMRIPrep.
        found = set(IDENTIFIER.findall(words)) - {Path(s).name for s in STIMULUS_IDS} - GIVEN_NAMES
        assert {name for name in found if f"{name}." not in words} == set()


@pytest.mark.parametrize("write", [write_trials, write_voxels])
def test_tables_that_do_not_say_what_was_left_out_leave_no_page(tmp_path: Path, write: Callable) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    write(root, "sub-01")
    table = write.__name__.removeprefix("write_")
    with pytest.raises(DataError, match=rf"sub-01/{table}\.parquet(.|\n)*left_out"):
        main(arguments)
    assert not list((root / "report").glob("*.html"))


def test_missing_strips_of_pictures_leave_no_page(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    shutil.rmtree(root / "report" / "pictures" / "sub-02")
    with pytest.raises(DataError, match=r"report_pictures(.|\n)*no such file"):
        main(arguments)
    assert not list((root / "report").glob("*.html"))


def test_scores_that_were_not_computed_leave_a_gap_that_names_their_target(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    main([part for part in arguments if "/evaluation/" not in part])
    for page in ("gallery", "stimulus"):
        text = (root / "report" / f"{page}.html").read_text()
        assert "snakemake --cores all evaluate" in text.split('class="gap"')[1].split("</p>")[0]
    assert loaded(root, "gallery-scores") == {}


def test_a_table_of_another_contract_leaves_no_page(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    shutil.copy(root / "encoding_scores.parquet", root / "scores.parquet")
    with pytest.raises(ContractError, match="contract scores"):
        main(arguments)
    assert not list((root / "report").glob("*.html"))


GRID = {"noise_levels": [0.5, 0.8], "steps": [2], "layers": ["down0", "mid"]}


@pytest.fixture(scope="module")
def grid_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("report") / "grid"
    main(write_study(root, ("z",), ("z", "c", "zc"), True, "bids", {"grid": GRID}, "flat maps of fsaverage5"))
    return all_pages(root)


def test_every_figure_is_shown_with_and_without_a_threshold(grid_page: str) -> None:
    for subject in SUBJECTS:
        for name in ("spaces", "noise", "steps", "layers"):
            assert grid_page.count(f'name="{subject}-{name}"') == (0 if name == "spaces" else 2)
            table = f"../{subject}/figures/{name}" if name == "spaces" else f"figures/{name}-{subject}"
            assert f'href="{table}.csv"' in grid_page
    for page in grid_page.split("<!doctype html>"):
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
    ids = re.findall(r'\bid="([^"]+)"', grid_page)
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
    main(write_study(root, ("c",), ("c",), True, "bold5000", canvas="nothing"))
    page = all_pages(root)
    assert page.count("the data set does not say where its voxels lie") == len(SUBJECTS)
    assert "Axial slices" not in page
    assert 'class="either"' not in page


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
    assert not list((root / "report").glob("*.html"))


def test_what_was_not_made_is_a_gap_that_names_the_target(page: str, category_page: str) -> None:
    for shown in (page, category_page):
        gaps = re.findall(r'<p class="gap">(.*?)</p>', shown, re.DOTALL)
        for target in ("compare", "learning_curve"):
            assert [gap for gap in gaps if f"<code>snakemake {target}</code>" in gap]


def test_studies_and_learning_curves_are_shown_once_they_were_made(tmp_path: Path) -> None:
    root = tmp_path / "study"
    write_study(root, METHODS, MODELS, with_images=True, reader="simulated")
    write_studies(root, ("tiny", "<other>"))
    write_learning_curves(root, SUBJECTS, SPACES)
    main(command_line(root, root / "report"))
    page = (root / "report" / "scores.html").read_text()
    section = page.split('<section id="training">')[1].split("</section>")[0]
    assert "gap" not in section
    assert '<th scope="row">&lt;other&gt;</th>' in section
    assert '<td class="number">601</td>' in section
    drawn = (root / "report" / "figures" / "learning_curve.csv").read_text()
    assert len(drawn.splitlines()) == 1 + len(SUBJECTS) * len(SPACES) * 3 * 4
    assert "results/demo" not in section
    assert str(root / "learning_curve.svg") in section


def test_without_scores_of_single_stimuli_the_page_says_so(tmp_path: Path) -> None:
    root = tmp_path / "study"
    write_study(root, METHODS, MODELS, with_images=True, reader="simulated")
    for subject in SUBJECTS:
        shutil.rmtree(root / subject / "evaluation")
    (root / "sample_scores.parquet").unlink()
    main(command_line(root, root / "report"))
    page = (root / "report" / "scores.html").read_text()
    assert "Scores of single stimuli are missing. Run <code>snakemake evaluate</code>" in page
    assert "No method has several samples that were scored" in page
    assert script_data(root, "scores/stimuli") == {}


def test_a_study_of_one_subject_says_that_there_is_nothing_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.report_study.SUBJECTS", SUBJECTS[:1])
    root = tmp_path / "study"
    main(write_study(root, METHODS, MODELS, with_images=True, reader="bids"))
    page = (root / "report" / "group.html").read_text()
    assert f"There is one subject only, {SUBJECTS[0]}" in page
    assert "Spread over subjects" not in page
    assert (root / "report" / "figures" / "subjects-scores.svg").exists()
    assert "There is one subject only." in (root / "report" / "index.html").read_text()


def test_subjects_are_compared_in_words(page: str) -> None:
    section = page.split('<section id="by-subject">')[1].split("</section>")[0]
    words = " ".join(re.sub("<[^>]*>", " ", section).split())
    assert "zc (layout and meaning) is" in words
    assert re.search(r"z \(layout\) than|than z \(layout\)", words)
    assert re.findall(r"\b[012] of 2\b", words)


def test_without_scores_of_pictures_pages_name_the_target(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    scores = SCORES.read(root / "scores.parquet").to_pandas()
    SCORES.write(
        scores.assign(method="decoded_z", metric="pattern_correlation")[::2], root / "scores.parquet"
    )
    main(arguments)
    for name in ("index", "group"):
        gap = (root / "report" / f"{name}.html").read_text().split('class="gap"')[1].split("</p>")[0]
        assert "results/tiny/scores.parquet" in gap


def test_what_people_chose_is_shown_once_their_files_were_read(tmp_path: Path) -> None:
    root = tmp_path / "rated"
    write_study(root, METHODS, MODELS, with_images=True, reader="simulated")
    main(command_line(root, root / "report"))
    page = root / "report" / "rate.html"
    assert "Nobody's choices yet" in page.read_text()
    write_ratings(root, ("a", "<i>b</i>"))
    main(command_line(root, root / "report"))
    text = page.read_text()
    assert "0.62 to 0.79" in text
    assert "q = 0.004" in text
    assert "<td>&lt;i&gt;b&lt;/i&gt;</td>" in text
    assert "<i>b</i>" not in text
    assert "Nobody" not in text


def test_pictures_to_rate_are_small_and_bear_no_name(with_images: tuple[Path, list[str]]) -> None:
    root, _ = with_images
    files = list((root / "report" / "rating").iterdir())
    assert len(files) == len(STIMULUS_IDS) * (1 + len(SUBJECTS) * len(METHODS))
    assert all(re.fullmatch(r"[0-9a-f]{16}\.webp", file.name) for file in files)
    assert max(file.stat().st_size for file in files) < 20_000


def test_a_study_of_categories_says_why_there_is_nothing_to_rate(tmp_path: Path) -> None:
    root = tmp_path / "categories"
    main(write_study(root, ("c",), ("c",), with_images=False, reader="haxby2001"))
    assert "does not say which picture was on the screen" in (root / "report" / "rate.html").read_text()
    assert list((root / "report" / "rating").iterdir()) == []
    assert not (root / "report" / "data" / "rating.js").exists()
