import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from tests.support.studies import as_option, some_study

from cortex2image.errors import ConfigError, ContractError, DataError
from cortex2image.sources import ROOT
from cortex2image.steps.report import READS, main, read_map
from cortex2image.study.config import slice_json
from cortex2image.tables.contracts import (
    DECODED_SCORES,
    ENCODING_SCORES,
    RECONSTRUCTIONS,
    SCORES,
    STIMULI,
    TRIALS,
    VOXELS,
)

SUBJECTS, METHODS, MODELS, ROIS = (
    ("sub-01", "sub-02"),
    ("z", "c", "zc"),
    ("z", "c", "zc"),
    ("early", "ventral"),
)
SPACES = ("z", "c")
STIMULUS_IDS = [f"images/scene_{i:02d}" for i in range(30)]
CATEGORIES = ("cat", "house", "shoe")
METRICS = ("pixcorr", "twoway_clip")
SHAPE = (9, 11, 7)


def write_picture(path: Path, rng: np.random.Generator, size: int = 16) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC).save(path)
    return str(path)


def write_stimuli(root: Path, rng: np.random.Generator, with_images: bool) -> None:
    pictures = [write_picture(root / "seen" / f"{i}.png", rng) for i in range(len(STIMULUS_IDS))]
    data = {
        "stimulus_id": STIMULUS_IDS,
        "split": ["test"] * len(STIMULUS_IDS),
        "captions": [[f"a small <{i}> & a large thing"] for i in range(len(STIMULUS_IDS))],
        "image_path": pictures if with_images else [None] * len(STIMULUS_IDS),
        "category": [CATEGORIES[i % 3] for i in range(len(STIMULUS_IDS))],
    }
    STIMULI.write(data, root / "stimuli.parquet")


def write_scores(root: Path, rng: np.random.Generator, methods: tuple[str, ...]) -> None:
    keys = [(s, m, k) for s in (*SUBJECTS, "all") for m in methods for k in METRICS]
    value = rng.uniform(0.5, 0.9, len(keys))
    data = {
        "subject": [s for s, _, _ in keys],
        "method": [m for _, m, _ in keys],
        "metric": [k for _, _, k in keys],
        "n": [len(STIMULUS_IDS)] * len(keys),
        "value": value,
        "ci_low": value - 0.04,
        "ci_high": value + 0.05,
        "null_mean": np.full(len(keys), 0.5),
        "null_sd": np.full(len(keys), 0.03),
        "p": np.where(value > 0.6, 0.0005, 0.25),
        "ceiling": [None] * len(keys),
        "higher_is_better": [True] * len(keys),
        "metric_version": ["1"] * len(keys),
    }
    SCORES.write(data, root / "scores.parquet")


def write_encoding(root: Path, rng: np.random.Generator, models: tuple[str, ...]) -> None:
    keys = [(s, m, r) for s in (*SUBJECTS, "all") for m in models for r in ("all", *ROIS)]
    data = {
        "subject": [s for s, _, _ in keys],
        "model": [m for _, m, _ in keys],
        "roi": [r for _, _, r in keys],
        "voxels": [200] * len(keys),
        "mean_r": rng.uniform(0.0, 0.6, len(keys)),
        "mean_r_ceiling_normalised": rng.uniform(0.2, 0.9, len(keys)),
        "fraction_significant": rng.uniform(0.0, 1.0, len(keys)),
    }
    ENCODING_SCORES.write(data, root / "encoding_scores.parquet")
    mask = np.linalg.norm((np.indices(SHAPE).T / (np.array(SHAPE) - 1) - 0.5).T, axis=0) < 0.5
    for subject in SUBJECTS:
        for model in models:
            volume = np.where(mask, rng.uniform(-0.2, 0.8, SHAPE), np.nan).astype(np.float32)
            path = root / subject / "maps" / f"{model}.nii.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            nib.save(nib.Nifti1Image(volume, np.diag([-3.0, 3.0, 3.5, 1.0])), path)


def write_subject(root: Path, subject: str, methods: tuple[str, ...], rng: np.random.Generator) -> None:
    for space in SPACES:
        r = rng.uniform(-0.2, 0.8, 50)
        data = {"unit": np.arange(50), "r": [None, *r[1:]], "alpha": np.full(50, 100.0)}
        DECODED_SCORES.write(data, root / subject / "decoded" / f"{space}-scores.parquet")
    for method in methods:
        folder = root / subject / "reconstructions" / method
        samples = 1 if method == "z" else 2
        keys = [(i, k) for i in range(len(STIMULUS_IDS)) for k in range(samples)]
        data = {
            "stimulus_id": [STIMULUS_IDS[i] for i, _ in keys],
            "sample": [k for _, k in keys],
            "seed": list(range(len(keys))),
            "image_path": [write_picture(folder / f"{i}-{k}.png", rng) for i, k in keys],
        }
        RECONSTRUCTIONS.write(data, folder.with_suffix(".parquet"))


def write_trials(root: Path, subject: str, **metadata: object) -> None:
    count = len(STIMULUS_IDS)
    data = {
        "trial_id": STIMULUS_IDS,
        "stimulus_id": STIMULUS_IDS,
        "session": ["ses-1"] * count,
        "run": ["run-1"] * count,
        "repetition": [0] * count,
        "split": ["test"] * count,
        "fold": [None] * count,
        "onset": [0.0] * count,
        "duration": [1.0] * count,
    }
    TRIALS.write(data, root / subject / "trials.parquet", **metadata)


def write_voxels(root: Path, subject: str, **metadata: object) -> None:
    numbers = {name: [0] for name in ("voxel_id", "i", "j", "k")}
    rest = {"roi": ["early"], "hemisphere": ["left"], "ncsnr": [None], "noise_ceiling": [None]}
    VOXELS.write(numbers | rest, root / subject / "voxels.parquet", **metadata)


def write_provenance(root: Path, reader: str) -> None:
    config = {
        "study": "tiny",
        "seed": 7,
        "dataset": {"reader": reader},
        "models": {"set": "miniature"},
        "encode": {"fdr": 0.05},
    }
    facts = {
        "version": "0.1.0",
        "git": {"commit": "f" * 40, "dirty": True},
        "python": "3.11.2",
        "platform": "Linux x86_64",
        "packages": {"numpy": "2.4.6", "torch": None},
        "torchvision": "shimmed",
        "models": {"set": "miniature", "sha256": "a" * 64},
        "seeds": {"study": 7, "rule": "by identity"},
        "config": config,
    }
    (root / "provenance.json").write_text(json.dumps(facts))


def write_study(
    root: Path, methods: tuple[str, ...], models: tuple[str, ...], with_images: bool, reader: str
) -> list[str]:
    """Write a study of random numbers under `root`; return the command line of its report."""
    rng = np.random.default_rng(0)
    root.mkdir()
    write_stimuli(root, rng, with_images)
    write_scores(root, rng, methods)
    write_encoding(root, rng, models)
    for subject in SUBJECTS:
        write_subject(root, subject, methods, rng)
        write_trials(root, subject, runs=12, left_out="[]")
        write_voxels(root, subject, left_out="[]")
    write_provenance(root, reader)
    return command_line(root, methods, models, root / "report")


def command_line(root: Path, methods: tuple[str, ...], models: tuple[str, ...], report: Path) -> list[str]:
    """Return the command line of the report of the study under `root`, which is written to `report`."""
    files = {
        "stimuli": [root / "stimuli.parquet"],
        "scores": [root / "scores.parquet"],
        "encoding-scores": [root / "encoding_scores.parquet"],
        "provenance": [root / "provenance.json"],
        "templates": sorted((ROOT / "report").iterdir()),
        "trials": of_all(root, "trials.parquet"),
        "voxels": of_all(root, "voxels.parquet"),
        "decoded-scores": of_all(root, "decoded/{}-scores.parquet", SPACES),
        "reconstructions": of_all(root, "reconstructions/{}.parquet", methods),
        "maps": of_all(root, "maps/{}.nii.gz", models),
        "sheets": [report / f"gallery-{subject}.png" for subject in SUBJECTS],
        "page": [report / "index.html"],
    }
    settings = as_option(
        subjects=SUBJECTS,
        decode={"rois": dict.fromkeys(SPACES, ROIS)},
        reconstruct={"methods": methods},
        encode={"models": models},
    )
    return [*(part for name, paths in files.items() for part in (f"--{name}", *map(str, paths))), *settings]


def of_all(root: Path, name: str, items: tuple[str, ...] = ("",)) -> list[Path]:
    """Return a file of each subject and item, the first subject's first."""
    return [root / subject / name.format(item) for subject in SUBJECTS for item in items]


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
    with pytest.raises(DataError, match="readable picture"):
        main(arguments)
    assert not (root / "report").exists()


def test_a_table_of_another_contract_leaves_no_page(tmp_path: Path) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    shutil.copy(root / "encoding_scores.parquet", root / "scores.parquet")
    with pytest.raises(ContractError, match="contract scores"):
        main(arguments)
    assert not (root / "report").exists()


def test_surfaces_have_words_in_place_of_maps(tmp_path: Path) -> None:
    root = tmp_path / "surface"
    arguments = write_study(root, ("c",), ("c",), with_images=False, reader="nsd")
    for subject in SUBJECTS:
        vertices = np.linspace(0, 1, 50, dtype=np.float32).reshape(-1, 1, 1)
        nib.save(nib.Nifti1Image(vertices, np.eye(4)), root / subject / "maps" / "c.nii.gz")
    main(arguments)
    page = (root / "report" / "index.html").read_text()
    assert page.count("No map: what was encoded are the vertices of a surface") == len(SUBJECTS)
    assert "Axial slices" not in page


def test_maps_are_turned_to_the_axes_of_the_head(tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    affine = np.array([[0, 0, 4.0, 0], [-2.0, 0, 0, 0], [0, 3.0, 0, 0], [0, 0, 0, 1.0]])
    path = tmp_path / "map.nii.gz"
    nib.save(nib.Nifti1Image(values, affine), path)
    read = read_map(path)
    np.testing.assert_array_equal(read.volume, values.transpose(2, 0, 1)[:, ::-1])
    assert read.zooms == (4.0, 2.0, 3.0)


def test_a_truncated_map_is_named(tmp_path: Path) -> None:
    path = tmp_path / "map.nii.gz"
    nib.save(nib.Nifti1Image(np.random.default_rng(0).random((9, 9, 9)), np.eye(4)), path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(DataError, match=r"map\.nii\.gz"):
        read_map(path)


@pytest.mark.parametrize(
    "option", ["trials", "voxels", "decoded-scores", "reconstructions", "maps", "sheets"]
)
def test_a_file_too_few_leaves_no_page(tmp_path: Path, option: str) -> None:
    root = tmp_path / "study"
    arguments = write_study(root, ("z",), ("z",), with_images=True, reader="bids")
    del arguments[arguments.index(f"--{option}") + 1]
    with pytest.raises(ConfigError, match=rf"--{option}(.|\n)*[24] files: of sub-01, sub-02"):
        main(arguments)
    assert not (root / "report").exists()


def test_each_accuracy_of_decoding_is_of_the_space_whose_file_it_is_in(tmp_path: Path) -> None:
    """Rules name files in the order of the spaces in the config, which the settings must keep."""
    study = some_study(READS, subjects=SUBJECTS, decode={"rois": dict.fromkeys(SPACES, ROIS)})
    again = json.loads(slice_json(study, READS))
    assert list(again["decode"]["rois"]) == list(study.decode.rois) == list(SPACES)
