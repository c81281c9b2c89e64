"""The declared tables: documented, and what architecture promises to other programs."""

import pytest

from cortex2image.tables.contracts import CONTRACTS

PROMISED = {
    "stimuli": "stimulus_id split captions image_path category",
    "trials": "trial_id stimulus_id session run repetition split fold",
    "betas": "trial_id beta",
    "voxels": "voxel_id i j k roi hemisphere ncsnr noise_ceiling",
    "features": "stimulus_id feature",
    "decoded": "stimulus_id feature",
    "decoded_scores": "unit r alpha",
    "reconstructions": "stimulus_id sample seed image_path",
    "evaluation": "stimulus_id metric value",
    "encoding": "voxel_id r r2 p q alpha ceiling_normalised",
    "scores": "subject method metric n value ci_low ci_high null_mean null_sd p ceiling "
    "higher_is_better metric_version",
    "encoding_scores": "subject model roi voxels mean_r mean_r_ceiling_normalised fraction_significant",
}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda c: c.name)
def test_every_column_is_documented_and_keys_exist(contract):
    names = [column.name for column in contract.columns]
    assert len(set(names)) == len(names)
    assert set(contract.key) <= set(names)
    assert all(column.doc for column in contract.columns)


def test_names_are_unique_and_promised_columns_are_there():
    by_name = {contract.name: contract for contract in CONTRACTS}
    assert len(by_name) == len(CONTRACTS)
    for name, columns in PROMISED.items():
        assert set(columns.split()) <= {c.name for c in by_name[name].columns}
