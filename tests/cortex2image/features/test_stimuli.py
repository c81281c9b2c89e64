"""Stimuli in batches: pictures of one size, and seeds of each stimulus and purpose."""

import numpy as np
import pytest
from PIL import Image
from tests.support.stimuli import write_pictures, write_stimuli

from cortex2image.errors import ConfigError, DataError
from cortex2image.features.stimuli import Stimuli, batches, range_of, read_stimuli


def stimuli(ids=("a", "b"), paths=(None, None), seed=3):
    return Stimuli(ids, [["a cat"]] * len(ids), paths, seed)


def test_seeds_are_those_of_the_stimulus_whatever_the_batch():
    assert stimuli().seeds("zc")[1:] == stimuli(ids=("b",), paths=(None,)).seeds("zc")
    assert len({*stimuli().seeds("zc"), *stimuli().seeds("latent"), *stimuli(seed=4).seeds("zc")}) == 6


def test_pictures_are_cut_to_squares_of_one_size(tmp_path, rng):
    for name, shape in (("wide", (20, 40, 3)), ("high", (30, 10, 3))):
        Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(tmp_path / f"{name}.png")
    paths = [str(tmp_path / "wide.png"), str(tmp_path / "high.png")]
    pictures = stimuli(paths=paths).pictures(8)
    assert (pictures.shape, pictures.dtype) == ((2, 8, 8, 3), np.uint8)


def test_a_file_that_is_no_picture_is_named(tmp_path):
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"a\.png\n.*a picture"):
        stimuli(ids=("a",), paths=(str(tmp_path / "a.png"),)).pictures(8)


@pytest.fixture
def paths(tmp_path, rng):
    return write_pictures(rng.integers(0, 256, (5, 4, 4, 3), dtype=np.uint8), tmp_path)


def test_every_stimulus_comes_once_and_in_order(tmp_path, paths, capsys):
    write_stimuli(paths, tmp_path / "stimuli.parquet")
    parts = list(batches(read_stimuli(tmp_path / "stimuli.parquet", "z"), 2, 3, "count"))
    assert [part.ids for part in parts] == [["s0", "s1"], ["s2", "s3"], ["s4"]]
    assert [path for part in parts for path in part.image_paths] == paths
    assert "count, stimuli: 5/5 done" in capsys.readouterr().err


def test_pictures_are_looked_for_only_where_they_are_needed(tmp_path, paths):
    write_stimuli([*paths[:4], None], tmp_path / "stimuli.parquet")
    assert len(read_stimuli(tmp_path / "stimuli.parquet", None)) == 5
    with pytest.raises(DataError, match=r"since zc is made from it\n.*1 of 5 without image_path, first s4"):
        read_stimuli(tmp_path / "stimuli.parquet", "zc")
    write_stimuli([*paths[:4], "gone.png"], tmp_path / "stimuli.parquet")
    with pytest.raises(DataError, match=r"1 missing, first gone\.png"):
        read_stimuli(tmp_path / "stimuli.parquet", "zc")


@pytest.mark.parametrize(("shards", "stimuli"), [(1, 1), (3, 10), (7, 7), (4, 999)])
def test_shards_are_contiguous_and_alike_in_size(shards, stimuli):
    parts = [range_of(number, shards, stimuli, "features/shards") for number in range(shards)]
    assert [row for part in parts for row in part] == list(range(stimuli))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(("shard", "shards"), [(-1, 2), (2, 2), (0, 5)])
def test_a_shard_that_is_none_of_the_study_is_refused(shard, shards):
    with pytest.raises(ConfigError, match="features/shards"):
        range_of(shard, shards, 4, "features/shards")
