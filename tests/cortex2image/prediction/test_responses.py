"""Betas read in blocks of voxels: running means against exact means, and tables that do not fit."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from tests.support.held_out import FINISHED
from tests.support.tiny_subject import write_tiny_subject

from cortex2image.errors import ContractError, DataError
from cortex2image.prediction.responses import (
    Responses,
    Rows,
    RunningMeans,
    of_voxels,
    open_responses,
    read_voxels,
    voxel_blocks,
)
from cortex2image.tables import row_groups
from cortex2image.tables.columns import matrix, vectors
from cortex2image.tables.recordings import BETAS, TRIALS

TRIALS_N, VOXELS = 64, 15


@pytest.fixture
def paths(tmp_path: Path) -> dict[str, str]:
    return write_tiny_subject(tmp_path)


def opened(paths: dict[str, str], voxels: int = VOXELS) -> Responses:
    trials = TRIALS.read(paths["trials"])["trial_id"].to_pylist()
    return open_responses(paths["betas"], trials, voxels, paths["voxels"])


def in_batches(betas: np.ndarray, size: int = 7) -> Responses:
    """Give (n, v) betas of trials in reverse order, some trials at a time."""
    order = np.arange(len(betas))[::-1]
    starts = range(0, len(betas), size)
    return Responses(
        *betas.shape, lambda: ((order[s : s + size], betas[order[s : s + size]]) for s in starts)
    )


def exact(betas: np.ndarray, row: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the means of rows, and the squared differences from them, in extended precision."""
    longer = betas.astype(np.longdouble)
    means = np.array([longer[row == r].mean(axis=0) for r in range(row.max() + 1)])
    used = row >= 0
    return means, ((longer[used] - means[row[used]]) ** 2).sum(axis=0)


@pytest.mark.parametrize("size", [1, 4, 9, 100])
def test_blocks_of_voxels_hold_the_means_of_uneven_repeats(rng, size):
    betas = rng.normal(100, 3, (60, 9)).astype(np.float32)
    row = np.repeat(np.arange(-1, 24), [12, *([1, 2, 3] * 8)])[rng.permutation(60)]
    train, test = Rows(row, 24), Rows(np.where(row < 0, np.cumsum(row < 0) % 4, -1), 4)
    voxels = []
    for block in voxel_blocks(in_batches(betas), train, test, size):
        for side, rows in ((block.train, train), (block.test.open(FINISHED), test)):
            means, within = exact(betas[:, block.voxels], rows.row)
            np.testing.assert_allclose(side.means, means.astype(float), rtol=3e-7)
            np.testing.assert_allclose(side.within, within.astype(float), rtol=1e-5)
        voxels += range(block.voxels.start, block.voxels.stop)
    assert voxels == list(range(9))


def test_the_mean_of_identical_trials_is_that_trial_to_the_last_digit(rng):
    once = rng.standard_normal((5, 8)).astype(np.float32)
    row = np.repeat(np.arange(5), [1, 2, 3, 6, 7])
    (block,) = voxel_blocks(in_batches(once[row]), Rows(row, 5), Rows(np.full(19, -1), 0), 8)
    np.testing.assert_array_equal(block.train.means, once)
    np.testing.assert_array_equal(block.train.within, 0)


def test_rows_are_of_the_chosen_trials_alone():
    rows = Rows.of(np.array([4, 1, 3]), np.array([1, 0, 1]), trials=6)
    assert rows.row.tolist() == [-1, 0, -1, 1, 1, -1]
    assert rows.count == 2


def test_a_block_is_read_into_the_memory_of_the_last_one(rng):
    betas = rng.standard_normal((6, 4)).astype(np.float32)
    blocks = voxel_blocks(in_batches(betas), Rows(np.arange(6), 6), Rows(np.full(6, -1), 0), 2)
    first, second = next(blocks).train.means, next(blocks).train.means
    assert np.shares_memory(first, second)
    np.testing.assert_array_equal(second, betas[:, 2:])


def test_chosen_voxels_of_every_trial_are_read(rng):
    betas = rng.standard_normal((20, 6)).astype(np.float32)
    np.testing.assert_array_equal(read_voxels(in_batches(betas), np.array([4, 1])), betas[:, [4, 1]])


def test_responses_of_chosen_voxels_can_be_read_again(rng):
    betas, chosen = rng.standard_normal((20, 6)).astype(np.float32), np.array([1, 4, 5])
    few = of_voxels(in_batches(betas), chosen)
    assert (few.trials, few.voxels) == (20, 3)
    for _ in range(2):
        np.testing.assert_array_equal(read_voxels(few, np.arange(3)), betas[:, chosen])


def test_no_trial_of_another_side_enters_a_mean():
    means = RunningMeans(Rows(np.array([0, -1, 0]), 1), np.empty((1, 2), np.float32))
    means.add(np.arange(3), np.array([[1, 2], [100, 100], [3, 6]], np.float32))
    np.testing.assert_array_equal(means.means, [[2, 4]])
    np.testing.assert_array_equal(means.within, [2, 8])


def test_row_groups_come_one_by_one(paths, monkeypatch, rng):
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 600)
    betas = BETAS.read(paths["betas"])
    order = rng.permutation(TRIALS_N)
    BETAS.write(betas.take(order), paths["betas"])
    batches = list(opened(paths).batches())
    assert len(batches) > 3
    assert np.concatenate([trials for trials, _ in batches]).tolist() == order.tolist()
    np.testing.assert_array_equal(np.concatenate([part for _, part in batches]), matrix(betas, "beta")[order])


def test_another_number_of_voxels_is_refused(paths):
    with pytest.raises(
        DataError, match=r"voxels\.parquet\n +expected: 15 voxels, the width of the betas\n.*16"
    ):
        opened(paths, 16)


def rename(paths: dict[str, str], names: dict[str, str]) -> None:
    betas = BETAS.read(paths["betas"])
    renamed = [names.get(name, name) for name in betas["trial_id"].to_pylist()]
    BETAS.write({"trial_id": renamed, "beta": betas["beta"]}, paths["betas"])


def test_betas_of_other_trials_are_refused(paths):
    """As when a file was joined from blocks of two runs of the workflow."""
    rename(paths, {f"trial-{i:02d}": f"other-{i:02d}" for i in range(40, 64)})
    message = r"betas\.parquet\n(.*\n)*.*24 missing, first trial-40; 24 of other trials, first other-40"
    with pytest.raises(DataError, match=message):
        opened(paths)


def test_betas_of_more_trials_are_refused(paths):
    betas = BETAS.read(paths["betas"])
    more = np.vstack([matrix(betas, "beta"), np.zeros((1, VOXELS))])
    names = [*betas["trial_id"].to_pylist(), "trial-99"]
    BETAS.write({"trial_id": names, "beta": vectors(more)}, paths["betas"])
    with pytest.raises(DataError, match=r"found: +1 of other trials, first trial-99"):
        opened(paths)


def test_betas_that_change_while_they_are_read_are_refused(paths):
    responses = opened(paths)
    betas = BETAS.read(paths["betas"])
    BETAS.write(betas.slice(0, 60), paths["betas"])
    with pytest.raises(DataError, match=r"found: +other trials from row 0|found: +60 rows"):
        list(responses.batches())
    BETAS.write(betas.take([1, 0, *range(2, 64)]), paths["betas"])
    with pytest.raises(DataError, match="other trials from row 0"):
        list(responses.batches())


def big_table(folder: Path, rng: np.random.Generator) -> tuple[Path, list[str]]:
    path, names = folder / "betas.parquet", [f"trial-{i}" for i in range(400)]
    BETAS.write({"trial_id": names, "beta": vectors(rng.standard_normal((400, 500)))}, path)
    return path, names


def test_a_table_that_is_cut_short_is_refused(tmp_path, rng):
    path, names = big_table(tmp_path, rng)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(
        ContractError, match=r"betas\.parquet\n +expected: (a whole|the end of a) Parquet table"
    ):
        open_responses(str(path), names, 500, "voxels.parquet")


def test_a_row_group_without_its_bytes_is_refused(tmp_path, rng, monkeypatch):
    """The end of the file is whole, so that nothing is wrong until the betas are read."""
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 2**17)
    path, names = big_table(tmp_path, rng)
    group = pq.read_metadata(path).row_group(3)
    betas = group.column(group.num_columns - 1)
    content, first = bytearray(path.read_bytes()), betas.data_page_offset + betas.total_compressed_size // 2
    content[first : first + 2000] = bytes(2000)
    path.write_bytes(content)
    responses = open_responses(str(path), names, 500, "voxels.parquet")
    with pytest.raises(
        ContractError, match=r"betas\.parquet\n +expected: (a whole|the end of a) Parquet table"
    ):
        list(responses.batches())
