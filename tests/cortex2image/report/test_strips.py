import pandas as pd
import pytest

from cortex2image.errors import DataError
from cortex2image.report.strips import (
    ACROSS,
    INDEX,
    Strips,
    nearest_stimuli,
    picture_files,
    read_strips,
    strip_columns,
)

STIMULI = pd.DataFrame(
    {"stimulus_id": ["b", "a", "t"], "image_path": ["seen/b.png", "seen/a.png", "seen/t.png"]}
)


def drawn(method: str, samples: int) -> pd.DataFrame:
    keys = [(name, k) for name in ("b", "a") for k in reversed(range(samples))]
    table = pd.DataFrame(keys, columns=["stimulus_id", "sample"])
    return table.assign(image_path=[f"{method}/{name}-{k}.png" for name, k in keys])


METHODS = {"z": drawn("z", 1), "c": drawn("c", 2)}


def test_columns_hold_what_was_seen_and_every_sample_in_order() -> None:
    samples = (("z", 0), ("c", 0), ("c", 1))
    assert strip_columns(METHODS, identity=True) == (("seen", 0), ("nearest", 0), *samples)
    assert strip_columns(METHODS, identity=False) == samples


def test_each_stimulus_has_the_files_of_its_columns() -> None:
    columns = strip_columns(METHODS, identity=True)
    files = picture_files(columns, STIMULI, METHODS, {"a": "t", "b": "b"})
    assert list(files) == ["a", "b"]
    assert files["a"] == ["seen/a.png", "seen/t.png", "z/a-0.png", "c/a-0.png", "c/a-1.png"]
    assert files["b"] == ["seen/b.png", "seen/b.png", "z/b-0.png", "c/b-0.png", "c/b-1.png"]


def test_a_missing_sample_is_named() -> None:
    methods = METHODS | {"c": METHODS["c"].iloc[:-1]}
    with pytest.raises(DataError, match="a picture of a: c, sample 0"):
        picture_files(strip_columns(methods, identity=False), STIMULI, methods, {})


@pytest.mark.parametrize("nearest", [{"a": "t"}, {"a": "t", "b": "unknown"}])
def test_a_stimulus_without_a_nearest_picture_is_named(nearest: dict[str, str]) -> None:
    with pytest.raises(DataError, match="a picture of b: nearest"):
        picture_files(strip_columns(METHODS, identity=True), STIMULI, METHODS, nearest)


def test_a_picture_that_was_seen_must_be_known() -> None:
    unknown = STIMULI.assign(image_path=[None, "seen/a.png", "seen/t.png"])
    with pytest.raises(DataError, match="a picture of b: seen"):
        picture_files((("seen", 0), ("z", 0)), unknown, METHODS, {})


def test_an_index_is_read_as_it_was_written(tmp_path) -> None:
    columns = (("seen", 0), *(("c", k) for k in range(100)))
    strips = Strips(128, columns, ("<a>", "ねこ"))
    (tmp_path / INDEX).write_text(strips.to_json(), encoding="utf-8")
    found = read_strips(tmp_path)
    assert found == strips
    assert (found.across, found.lines) == (ACROSS, 2)
    assert found.tiles_of("c") == list(range(1, 101))


@pytest.mark.parametrize("content", ["", "[]", '{"tile": 64}', '{"tile": "x", "columns": [], "stimuli": []}'])
def test_a_damaged_index_is_refused(tmp_path, content: str) -> None:
    (tmp_path / INDEX).write_text(content)
    with pytest.raises(DataError, match=INDEX):
        read_strips(tmp_path)


@pytest.mark.parametrize(
    ("measures", "expected"), [(("phash", "embedding_clip", "pixels"), "e"), (("phash", "pixels"), "p")]
)
def test_the_nearest_stimulus_is_that_of_the_measure_that_pages_show(measures, expected) -> None:
    rows = [(s, "a", m, f"{s}-{m[0]}") for s in ("sub-01", "sub-02") for m in measures]
    table = pd.DataFrame(rows, columns=["subject", "stimulus_id", "measure", "nearest_train"])
    assert nearest_stimuli(table, "sub-02") == {"a": f"sub-02-{expected}"}
