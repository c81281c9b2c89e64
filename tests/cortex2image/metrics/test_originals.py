import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.originals import held_out_stimuli, original_paths
from cortex2image.tables.recordings import STIMULI


@pytest.fixture
def table(tmp_path):
    columns = {
        "stimulus_id": ["b", "c", "a"],
        "split": ["test", "train", "test"],
        "captions": [["x"]] * 3,
        "image_path": ["b.png", None, "a.png"],
        "category": [None] * 3,
    }
    STIMULI.write(columns, tmp_path / "stimuli.parquet")
    return str(tmp_path / "stimuli.parquet")


def test_stimuli_that_are_held_out_are_tested(table):
    assert held_out_stimuli(table, "none") == ["a", "b"]


def test_every_stimulus_of_a_cross_validated_study_is_tested(table):
    assert held_out_stimuli(table, "run") == ["a", "b", "c"]


def test_a_study_that_holds_nothing_out_is_refused(table):
    STIMULI.write(STIMULI.read(table).to_pydict() | {"split": ["train"] * 3}, table)
    with pytest.raises(DataError, match="at least one test stimulus"):
        held_out_stimuli(table, "none")


def test_paths_come_in_the_order_asked_for(table):
    assert original_paths(["a", "b"], table) == ["a.png", "b.png"]
    assert original_paths(["b", "a"], table) == ["b.png", "a.png"]


@pytest.mark.parametrize("without", ["c", "unheard-of"])
def test_a_stimulus_without_a_picture_is_named(table, without):
    with pytest.raises(DataError, match=f"1 without, first {without}"):
        original_paths(["a", without], table)
