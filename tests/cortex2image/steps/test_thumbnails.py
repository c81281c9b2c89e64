import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.support.reconstructions import without_incident
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.report.strips import read_strips
from cortex2image.steps.thumbnails import main
from cortex2image.tables.novelty import NOVELTY
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import RECONSTRUCTIONS

NAMES = ["a/<b>", "c"]
SEEN, TRAINING, FIRST = 40, 90, 120
"""Grey of the first test picture, of the training picture, of the first reconstruction."""


def grey(path: Path, value: int, size: tuple[int, int] = (32, 32)) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((*size, 3), value, np.uint8)).save(path)
    return str(path)


@pytest.fixture
def subject(tmp_path: Path) -> Path:
    seen = [grey(tmp_path / f"seen-{i}.png", SEEN + 10 * i, (48, 80)) for i in range(2)]
    names = [*NAMES, "train"]
    count = len(names)
    data = {"stimulus_id": names, "split": ["test", "test", "train"], "captions": [["x"]] * count}
    data |= {"image_path": [*seen, grey(tmp_path / "train.png", TRAINING)], "category": [None] * count}
    STIMULI.write(data, tmp_path / "stimuli.parquet")
    keys = [(name, k) for name in NAMES for k in range(2)]
    rows = {"stimulus_id": [name for name, _ in keys], "sample": [k for _, k in keys], "seed": [0] * 4}
    rows["image_path"] = [grey(tmp_path / "c" / f"{i}.png", FIRST + 20 * i) for i in range(4)]
    RECONSTRUCTIONS.write(rows | without_incident(4), tmp_path / "c.parquet")
    nearest = {"subject": ["sub-01"] * 2, "stimulus_id": NAMES, "measure": ["pixels"] * 2}
    nearest |= {"nearest_train": ["train"] * 2, "similarity": [0.5] * 2, "rank": [1, 2]}
    NOVELTY.write(nearest | {"duplicate": [False] * 2}, tmp_path / "novelty.parquet", duplicates="[]")
    return tmp_path


def draw(folder: Path, *, novelty: bool = True, methods: tuple[str, ...] = ("c",), threads: int = 1) -> Path:
    options = ["--subject", "sub-01", "--stimuli", str(folder / "stimuli.parquet")]
    options += ["--reconstructions", str(folder / "c.parquet"), "--threads", str(threads)]
    options += ["--novelty", str(folder / "novelty.parquet")] if novelty else []
    main([*options, "--pictures", str(folder / "out"), *as_option(reconstruct={"methods": methods})])
    return folder / "out"


def greys(path: Path) -> list[int]:
    """Return the grey of the middle of each tile of a strip of one line."""
    with Image.open(path) as strip:
        pixels = np.asarray(strip.convert("L"))
    return [
        int(tile[12:20, 12:20].mean().round()) for tile in np.split(pixels, pixels.shape[1] // 32, axis=1)
    ]


def test_a_strip_holds_the_pictures_of_its_columns(subject: Path) -> None:
    folder = draw(subject)
    strips = read_strips(folder)
    assert strips.stimuli == tuple(NAMES)
    assert strips.columns == (("seen", 0), ("nearest", 0), ("c", 0), ("c", 1))
    assert sorted(path.name for path in folder.iterdir()) == ["00000.webp", "00001.webp", "strips.json"]
    assert greys(folder / "00000.webp") == pytest.approx([SEEN, TRAINING, FIRST, FIRST + 20], abs=2)
    assert greys(folder / "00001.webp") == pytest.approx([SEEN + 10, TRAINING, FIRST + 40, FIRST + 60], abs=2)


def test_without_identity_there_are_reconstructions_alone(subject: Path) -> None:
    assert greys(draw(subject, novelty=False) / "00001.webp") == pytest.approx(
        [FIRST + 40, FIRST + 60], abs=2
    )


def test_threads_change_no_byte(subject: Path) -> None:
    one = {path.name: path.read_bytes() for path in draw(subject).iterdir()}
    assert {path.name: path.read_bytes() for path in draw(subject, threads=3).iterdir()} == one


@pytest.mark.parametrize("content", [None, b"no picture"])
def test_a_missing_or_damaged_picture_changes_nothing(subject: Path, content: bytes | None) -> None:
    before = {path.name: path.read_bytes() for path in draw(subject).iterdir()}
    path = subject / "c" / "3.png"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(DataError, match=re.escape(str(path))):
        draw(subject)
    assert {path.name: path.read_bytes() for path in (subject / "out").iterdir()} == before
    assert [path.name for path in subject.iterdir() if path.name.startswith(".")] == []


def test_one_table_per_method(subject: Path) -> None:
    with pytest.raises(ConfigError, match="2 tables: of z, c"):
        draw(subject, methods=("z", "c"))
