"""A table copied under another contract."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from cortex2image.errors import ContractError
from cortex2image.tables import row_groups
from cortex2image.tables.contract import matrix, vectors
from cortex2image.tables.recordings import BETAS, MASK_VOXELS, SINGLE_TRIAL_BETAS
from cortex2image.tables.restamp import copy_under

TRIALS, VOXELS = 90, 7


@pytest.fixture
def source(tmp_path, rng, monkeypatch):
    monkeypatch.setattr(row_groups, "ROW_GROUP_BYTES", 500)
    columns = {"trial_id": [f"trial-{i}" for i in range(TRIALS)]}
    columns["beta"] = vectors(rng.normal(size=(TRIALS, VOXELS)).astype(np.float32))
    SINGLE_TRIAL_BETAS.write(columns, tmp_path / "single.parquet", glm_model="lss")
    return tmp_path / "single.parquet"


def test_rows_stay_and_metadata_are_new(source, tmp_path):
    copy_under(BETAS, source, tmp_path / "betas.parquet", standardised_by="none")
    before, after = SINGLE_TRIAL_BETAS.read(source), BETAS.read(tmp_path / "betas.parquet")
    np.testing.assert_array_equal(matrix(after, "beta"), matrix(before, "beta"))
    assert after["trial_id"].equals(before["trial_id"])
    assert after.schema.metadata[b"standardised_by"] == b"none"
    assert b"glm_model" not in after.schema.metadata
    assert after.schema.field("beta").metadata[b"unit"] == b"standard deviations of the training trials"


def test_row_groups_are_the_same_bytes(source, tmp_path):
    copy_under(BETAS, source, tmp_path / "betas.parquet")
    old, new = (pq.read_metadata(path) for path in (source, tmp_path / "betas.parquet"))
    assert new.num_row_groups == old.num_row_groups > 3
    assert new.num_rows == TRIALS
    last = new.row_group(new.num_row_groups - 1).column(1)
    assert last.to_dict() == old.row_group(old.num_row_groups - 1).column(1).to_dict()
    end = last.data_page_offset + last.total_compressed_size
    assert (tmp_path / "betas.parquet").read_bytes()[:end] == source.read_bytes()[:end]


def test_a_row_group_can_be_read_alone(source, tmp_path):
    copy_under(BETAS, source, tmp_path / "betas.parquet")
    groups = list(BETAS.read_batches(tmp_path / "betas.parquet"))
    expected = list(SINGLE_TRIAL_BETAS.read_batches(source))
    assert [len(group) for group in groups] == [len(group) for group in expected]
    np.testing.assert_array_equal(matrix(groups[2], "beta"), matrix(expected[2], "beta"))


def test_other_columns_are_refused(source, tmp_path):
    with pytest.raises(ContractError, match="mask_voxels"):
        copy_under(MASK_VOXELS, source, tmp_path / "voxels.parquet")
    assert not (tmp_path / "voxels.parquet").exists()
