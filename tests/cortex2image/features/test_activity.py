"""Folders of shards: rows come back as they were written, and what does not belong together is refused."""

import json
import os

import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.features import activity
from cortex2image.features.activity import Captured, new_shard, open_activity

LAYER, LATENT = "unet-mid-n0.8-t2", "zc"
SPACES = {LAYER: Captured(7, "float16"), LATENT: Captured(5, "float32")}
FACTS = {"model_hash": "abc", "seed": 3, "strength": 0.8}
IDS = [f"s{number}" for number in range(6)]


@pytest.fixture
def rows(rng):
    return {
        space: rng.standard_normal((6, captured.width)).astype(np.float32)
        for space, captured in SPACES.items()
    }


def write(folder, rows, first, stop, facts=FACTS, size=2, spaces=SPACES):
    with new_shard(folder, IDS[first:stop], spaces, facts, first) as shard:
        for start in range(first, stop, size):
            for space in spaces:
                shard.append(space, rows[space][start : min(start + size, stop)])
    return folder


@pytest.fixture
def folders(tmp_path, rows):
    return [write(tmp_path / "n0.8-0-1", rows, 4, 6), write(tmp_path / "n0.8-0-0", rows, 0, 4)]


def test_shards_come_back_in_the_order_of_the_study(folders, rows):
    latent = open_activity(folders, LATENT)
    assert (latent.ids, latent.width) == (IDS, 5)
    np.testing.assert_array_equal(latent.columns(0, 5), rows[LATENT])
    np.testing.assert_array_equal(latent.columns(2, 4), rows[LATENT][:, 2:4])
    assert latent.facts == {"model_hash": "abc", "seed": "3", "strength": "0.8"}


def test_layers_are_rounded_to_their_number_format_and_read_as_float32(folders, rows):
    layer = open_activity(folders, LAYER)
    assert layer.columns(0, 3).dtype == np.float32
    np.testing.assert_array_equal(layer.columns(0, 7), rows[LAYER].astype(np.float16))
    assert np.load(folders[0] / f"{LAYER}.npy").dtype == np.float16


@pytest.mark.parametrize("batch_bytes", [1, 2 * 4 * 5, 2**20])
def test_rows_come_in_batches_of_bounded_size(folders, rows, monkeypatch, batch_bytes):
    monkeypatch.setattr(activity, "BATCH_BYTES", batch_bytes)
    parts = list(open_activity(folders, LATENT).rows())
    assert [stimulus for ids, _ in parts for stimulus in ids] == IDS
    np.testing.assert_array_equal(np.concatenate([part for _, part in parts]), rows[LATENT])
    assert max(part.nbytes for _, part in parts) <= max(batch_bytes, 4 * 5)


def test_a_stopped_shard_leaves_no_folder(tmp_path, rows):
    with pytest.raises(KeyboardInterrupt), new_shard(tmp_path / "n0.8-0-0", IDS, SPACES, FACTS) as shard:
        shard.append(LATENT, rows[LATENT][:2])
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (7e4, rf"activity of {LAYER}\n.*float16 holds, up to 65504\n.*70000\n.*features/activity: float32"),
        (np.nan, rf"activity of {LAYER}\n.*finite numbers\n"),
        (np.inf, rf"activity of {LAYER}\n.*finite numbers\n"),
    ],
)
def test_values_that_the_format_does_not_hold_stop_the_shard(tmp_path, rows, value, said):
    rows[LAYER][3, 2] = value
    with pytest.raises(DataError, match=said):
        write(tmp_path / "n0.8-0-0", rows, 0, 6)
    assert list(tmp_path.iterdir()) == []
    if value == 7e4:
        write(tmp_path / "n0.8-0-0", rows, 0, 6, spaces=SPACES | {LAYER: Captured(7, "float32")})
        assert open_activity([tmp_path / "n0.8-0-0"], LAYER).columns(2, 3)[3] == np.float32(7e4)


def test_a_file_cut_short_is_refused(folders):
    path = folders[1] / f"{LATENT}.npy"
    os.truncate(path, path.stat().st_size - 4)
    with pytest.raises(DataError, match=r"zc\.npy\n.*features of 4 stimuli"):
        open_activity(folders, LATENT)
    assert open_activity(folders, LAYER)


def test_rows_that_are_not_those_of_the_list_are_refused(folders):
    np.save(folders[1] / f"{LATENT}.npy", np.zeros((3, 5), np.float32))
    with pytest.raises(DataError, match=r"zc\.npy\n.*features of 4 stimuli, as.*\n.*\(3, 5\)"):
        open_activity(folders, LATENT)


def test_a_space_that_was_not_captured_is_named_with_those_that_were(folders):
    with pytest.raises(DataError, match=f"zc-n0.8-t3.npy\n.*\n.*the folder has {LAYER}, {LATENT}"):
        open_activity(folders, "zc-n0.8-t3")


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_folder_without_its_list_is_refused(folders, content):
    (folders[0] / "stimuli.json").unlink()
    if content is not None:
        (folders[0] / "stimuli.json").write_text(content)
    with pytest.raises(DataError, match=r"stimuli\.json\n.*the stimuli of a shard"):
        open_activity(folders, LATENT)


@pytest.mark.parametrize(("fact", "value"), [("model_hash", "xyz"), ("seed", 4), ("strength", 0.5)])
def test_shards_of_different_runs_are_refused(tmp_path, rows, folders, fact, value):
    folders[0] = write(tmp_path / "other", rows, 4, 6, facts=FACTS | {fact: value})
    with pytest.raises(
        DataError, match=rf"other\n.*{fact} {FACTS[fact]}, as in .*n0\.8-0-0\n.*{fact} {value}"
    ):
        open_activity(folders, LATENT)


@pytest.mark.parametrize("first", [3, 5])
def test_shards_that_overlap_or_leave_a_gap_are_refused(tmp_path, rows, folders, first):
    folders[0] = write(tmp_path / "other", rows, first, 6)
    with pytest.raises(DataError, match=rf"other\n.*from number 4, since .*\n.*from number {first}"):
        open_activity(folders, LATENT)


def test_a_stimulus_in_two_shards_is_refused(folders):
    path = folders[0] / "stimuli.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"stimuli": ["s1", "s5"]}))
    with pytest.raises(DataError, match=r"without a stimulus in common\n.*1 twice, first s1"):
        open_activity(folders, LATENT)


@pytest.mark.parametrize("space", [LAYER, LATENT])
def test_flipped_bits_are_refused_in_the_space_that_is_read(folders, space):
    path = folders[0] / f"{space}.npy"
    content = bytearray(path.read_bytes())
    content[-3] ^= 16
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"{space}\.npy(.|\n)*first 1(.|\n)*delete these folders"):
        open_activity(folders, space)
    open_activity(folders, LATENT if space == LAYER else LAYER)


def test_no_folders_are_no_activity():
    with pytest.raises(DataError, match="at least one folder"):
        open_activity([], LATENT)
