import numpy as np
import pytest
from PIL import Image
from tests.support.reconstructions import without_incident
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.steps import picture_sheets
from cortex2image.steps.picture_sheets import files_of, main, read_square
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import EVALUATION, RECONSTRUCTIONS

NAMES = [f"scene-{i}" for i in range(6)]
SAMPLES = {"z": 1, "zc": 2}


def write_square(path, grey):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((16, 16, 3), grey, np.uint8)).save(path)
    return str(path)


@pytest.fixture
def subject(tmp_path):
    """A subject with stimuli of grey 60 to 65, and pictures of grey 80 to 85 (z) and 120 to 131 (zc)."""
    write_stimuli(tmp_path, seen=True)
    for method, grey in (("z", 80), ("zc", 120)):
        keys = [(name, k) for name in NAMES for k in range(SAMPLES[method])]
        pictures = [write_square(tmp_path / method / f"{i}.png", grey + i) for i in range(len(keys))]
        rows = {"stimulus_id": [name for name, _ in keys], "sample": [k for _, k in keys]}
        drawn = {"seed": list(range(len(keys))), "image_path": pictures} | without_incident(len(keys))
        RECONSTRUCTIONS.write(rows | drawn, tmp_path / f"{method}.parquet")
        scores = {
            "metric": ["twoway_clip"] * len(keys),
            "value": [0.1 * NAMES.index(name) for name, _ in keys],
            "as_rival": [0.5] * len(keys),
        }
        EVALUATION.write(rows | scores, tmp_path / f"{method}-scores.parquet")
    return tmp_path


def write_stimuli(folder, seen):
    paths = [write_square(folder / "seen" / f"{i}.png", 60 + i) for i in range(len(NAMES))]
    count = len(NAMES)
    data = {"stimulus_id": NAMES, "split": ["test"] * count, "captions": [["x"]] * count}
    data |= {"image_path": paths if seen else [None] * count, "category": ["cat"] * count}
    STIMULI.write(data, folder / "stimuli.parquet")


def draw(folder, scored=True, methods=("z", "zc"), tables=("z", "zc"), **evaluate):
    pictures, scores = ([str(folder / f"{name}{end}.parquet") for name in tables] for end in ("", "-scores"))
    files = ["--stimuli", str(folder / "stimuli.parquet"), "--reconstructions", *pictures]
    files += ["--sheets", str(folder / "sheets"), *(["--evaluation", *scores] if scored else [])]
    settings = as_option(study="tiny", reconstruct={"methods": methods}, evaluate=evaluate)
    main(["--subject", "sub-01", *files, *settings])
    return sorted(path.name for path in (folder / "sheets").iterdir())


def greys(path):
    """Return the greys of the pictures on a sheet by row; pixels of letters hardly move their middles."""
    pixels = np.asarray(Image.open(path).convert("RGB"))
    rows = {}
    for grey in range(60, 140):
        places = np.argwhere((pixels == grey).all(axis=2))
        if len(places) >= 90 * 90:
            top, left = np.median(places, axis=0)
            rows.setdefault(round(top / 50), []).append((left, grey))
    return [[grey for _, grey in sorted(rows[top])] for top in sorted(rows)]


def test_each_method_has_all_its_pictures_and_its_best_and_worst(subject):
    kinds = ["", "-best", "-worst"]
    assert draw(subject) == sorted(f"{method}{kind}.png" for method in SAMPLES for kind in kinds)
    every = [[60 + i, 80 + i, 120 + 2 * i, 121 + 2 * i] for i in range(6)]
    assert greys(subject / "sheets" / "zc.png") == every
    assert greys(subject / "sheets" / "zc-best.png") == every[:2:-1]
    assert greys(subject / "sheets" / "zc-worst.png") == every[:3]
    assert greys(subject / "sheets" / "z.png") == [[60 + i, 80 + i] for i in range(6)]


def test_without_scores_none_is_best(subject):
    write_stimuli(subject, seen=False)
    assert draw(subject, scored=False) == ["z.png", "zc.png"]
    assert greys(subject / "sheets" / "z.png") == [[80 + i] for i in range(6)]


def test_a_second_run_leaves_nothing_of_the_first(subject):
    draw(subject)
    assert draw(subject, methods=("z",), tables=("z",)) == ["z-best.png", "z-worst.png", "z.png"]


def test_pages_are_numbered(monkeypatch):
    monkeypatch.setattr(picture_sheets, "pages", lambda sheet, read: [b"page"] * sheet)
    assert [name for name, _ in files_of("zc", {"": 12, "best": 1})] == [
        *(f"zc-{number:02d}.png" for number in range(1, 13)),
        "zc-best.png",
    ]


def test_pictures_are_cut_to_their_central_square(tmp_path):
    wide = np.zeros((8, 24, 3), np.uint8)
    wide[:, 8:16] = 200
    Image.fromarray(wide).save(tmp_path / "wide.png")
    square = np.asarray(read_square(str(tmp_path / "wide.png"), 4))
    assert square.shape == (4, 4, 3)
    assert square[1:3, 1:3].min() > 190


def test_a_missing_picture_leaves_no_sheets(subject):
    (subject / "zc" / "3.png").unlink()
    with pytest.raises(DataError, match=r"zc/3\.png"):
        draw(subject)
    assert not (subject / "sheets").exists()


@pytest.mark.parametrize("scored", [True, False])
def test_a_table_too_few(subject, scored):
    with pytest.raises(ConfigError, match=r"--reconstructions(.|\n)*2 tables: of z, zc"):
        draw(subject, scored, tables=("z",))


def test_a_metric_that_was_not_computed(subject):
    with pytest.raises(DataError, match=r"among twoway_clip(.|\n)*no pixcorr"):
        draw(subject, sheet_metric="pixcorr")
    assert not (subject / "sheets").exists()
