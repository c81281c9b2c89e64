"""Shards that belong together are joined without a copy; everything else is refused, with what to delete."""

import os

import numpy as np
import pytest
from PIL import Image
from tests.support.reconstructions import without_incident

from cortex2image.errors import ContractError, DataError
from cortex2image.reconstruction.inputs import FeatureTable, Tables
from cortex2image.reconstruction.rows import plan
from cortex2image.reconstruction.shards import ROWS, check_pictures, digest, join, open_shards
from cortex2image.tables.results import RECONSTRUCTIONS

STIMULI = ["scene-b", "scene/a", "scene-c", "scene-d"]
FACTS = {"model_hash": "abc", "steps": 5, "study_seed": 7}


def write_shard(folder, first, stimuli, total=4, samples=2, side=4, **facts):
    """Write a shard of pictures of random pixels, and return its folder."""
    rows, rng = plan(stimuli, samples, 7, shared_noise=False), np.random.default_rng(first)
    folder.mkdir(parents=True)
    for row in rows:
        Image.fromarray(rng.integers(0, 256, (side, side, 3), np.uint8)).save(folder / row.file)
    table = {
        "stimulus_id": [stimuli[row.stimulus] for row in rows],
        "sample": [row.sample for row in rows],
        "seed": [row.seed for row in rows],
        "image_path": [f"elsewhere/{row.file}" for row in rows],
        **without_incident(len(rows)),
    }
    RECONSTRUCTIONS.write(table, folder / ROWS, first=first, stimuli=total, **(FACTS | facts))
    return folder


@pytest.fixture
def folders(tmp_path):
    return [write_shard(tmp_path / "0", 0, STIMULI[:3]), write_shard(tmp_path / "1", 3, STIMULI[3:])]


def joined(folders, tmp_path):
    target = tmp_path / "joined"
    target.mkdir()
    shards = open_shards(folders)
    for shard in shards:
        check_pictures(shard, 4)
    return target, join(shards, target, "results/zc")


def test_pictures_are_joined_in_the_order_of_stimuli_whatever_that_of_the_folders(tmp_path, folders):
    target, columns = joined(folders[::-1], tmp_path)
    rows = plan(STIMULI, 2, 7, shared_noise=False)
    assert columns["stimulus_id"] == [STIMULI[row.stimulus] for row in rows]
    assert columns["seed"] == [row.seed for row in rows]
    assert columns["image_path"] == [f"results/zc/{row.file}" for row in rows]
    assert sorted(path.name for path in target.iterdir()) == sorted(row.file for row in rows)


def test_no_disk_is_used_twice(tmp_path, folders):
    target, _ = joined(folders, tmp_path)
    drawn = {path.name: path.stat().st_ino for folder in folders for path in folder.glob("*.png")}
    assert {path.name: path.stat().st_ino for path in target.iterdir()} == drawn


def test_a_file_system_without_links_gets_copies(tmp_path, folders, monkeypatch):
    def refuse(*_):
        raise OSError("Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    target, _ = joined(folders, tmp_path)
    drawn = {path.name: path.read_bytes() for folder in folders for path in folder.glob("*.png")}
    assert {path.name: path.read_bytes() for path in target.iterdir()} == drawn


def test_what_the_pictures_depend_on_is_the_same_for_any_number_of_shards(tmp_path, folders):
    whole = write_shard(tmp_path / "whole", 0, STIMULI)
    assert (
        open_shards([whole])[0].facts
        == open_shards(folders)[0].facts
        == {
            "model_hash": "abc",
            "steps": "5",
            "study_seed": "7",
            "stimuli": "4",
        }
    )


@pytest.mark.parametrize(
    ("fact", "value"), [("model_hash", "def"), ("steps", 6), ("study_seed", 8), ("features", "0a")]
)
def test_shards_of_different_runs_are_refused(tmp_path, folders, fact, value):
    other = write_shard(tmp_path / "other", 3, STIMULI[3:], **{fact: value})
    with pytest.raises(DataError, match=rf"other\n.*{fact} .*as in .*0\n.*{fact} {value}\n.*delete "):
        open_shards([folders[0], other])


def test_a_missing_shard_is_refused(folders):
    with pytest.raises(DataError, match="stimuli up to number 4, the number of test stimuli"):
        open_shards(folders[:1])
    with pytest.raises(DataError, match="a shard from stimulus number 0"):
        open_shards(folders[1:])


@pytest.mark.parametrize("first", [2, 4])
def test_shards_that_overlap_or_leave_a_gap_are_refused(tmp_path, folders, first):
    total = first + 1
    before = write_shard(tmp_path / "before", 0, STIMULI[:3], total)
    after = write_shard(tmp_path / "after", first, STIMULI[3:], total)
    with pytest.raises(DataError, match=rf"up to number {first}, where .*after begins\n.*up to number 3"):
        open_shards([before, after])


def test_a_stimulus_in_two_shards_is_refused(tmp_path, folders):
    twice = write_shard(tmp_path / "twice", 3, STIMULI[:1])
    with pytest.raises(DataError, match="1 in two, first scene-b"):
        open_shards([folders[0], twice])


def test_a_stimulus_that_lacks_a_sample_is_refused(tmp_path, folders):
    fewer = write_shard(tmp_path / "fewer", 3, STIMULI[3:], samples=1)
    with pytest.raises(DataError, match=r"samples \[0, 1\] of every stimulus\n.*first scene-d: \[0\]"):
        open_shards([folders[0], fewer])


def test_a_folder_without_its_table_is_refused(folders):
    (folders[1] / ROWS).unlink()
    with pytest.raises(ContractError, match=r"rows\.parquet"):
        open_shards(folders)


@pytest.mark.parametrize("kept", [0, 20, 0.5, -1, -12])
def test_a_half_written_picture_is_refused_with_the_folder_to_delete(folders, kept):
    path = folders[0] / "scene-c_001.png"
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    fix = rf"delete the folder {folders[0]} and run the workflow again, which draws this shard alone"
    with pytest.raises(DataError, match=rf"scene-c_001\.png\n.*a whole PNG file\n(.|\n)*{fix}"):
        check_pictures(open_shards(folders)[0], 4)


def test_altered_pixels_are_refused(folders):
    path = folders[0] / "scene-c_001.png"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="a whole PNG file"):
        check_pictures(open_shards(folders)[0], 4)


def test_a_missing_picture_is_refused(folders):
    (folders[1] / "scene-d_000.png").unlink()
    with pytest.raises(DataError, match=r"scene-d_000\.png(.|\n)*No such file"):
        check_pictures(open_shards(folders)[1], 4)


@pytest.mark.parametrize(("mode", "side"), [("RGB", 5), ("L", 4)])
def test_a_picture_of_another_kind_is_refused(folders, mode, side):
    Image.new(mode, (side, side)).save(folders[1] / "scene-d_000.png")
    with pytest.raises(DataError, match=rf"PNG RGB 4 x 4\n.*PNG {mode} {side} x {side}"):
        check_pictures(open_shards(folders)[1], 4)


def test_the_digest_changes_with_whatever_the_features_are_made_from():
    values, names = np.arange(6, dtype=np.float32).reshape(2, 3), ["a", "b"]
    split = {"a": "test", "b": "test", "c": "train"}

    def of(stimuli=names, split=split, decoded=("z", "c"), true=values, named=names):
        table = FeatureTable(named, values.copy(), "")
        seen = {"c": FeatureTable(names, true, "")}
        return digest(stimuli, Tables(dict.fromkeys(decoded, table), seen, split, 7))

    assert of() == of(decoded=("c", "z"), split=dict(reversed(split.items())))
    others = [
        of(stimuli=["b", "a"]),
        of(split=split | {"c": "test"}),
        of(decoded=("z",)),
        of(true=np.nextafter(values, 9, dtype=np.float32)),
        of(named=["b", "a"]),
    ]
    assert len({of(), *others}) == 6
