"""What is read of the regions that are compared, of the tiny subject: 6 early, 5 ventral, 4 other voxels."""

import numpy as np
import pytest
from tests.support.studies import some_study
from tests.support.tiny_subject import write_tiny_subject

from cortex2image.errors import ConfigError, DataError
from cortex2image.prediction.compared import read_recorded
from cortex2image.prediction.responses import read_voxels
from cortex2image.tables.columns import matrix
from cortex2image.tables.recordings import BETAS, VOXELS


def brain(*regions, least=0.0):
    given = {"spaces": ["z"], "regions": regions, "min_noise_ceiling": least}
    return some_study(["evaluate/brain"], evaluate={"brain": given}).evaluate.brain


def test_voxels_of_any_region_are_read_once_and_belong_to_each_of_theirs(tmp_path):
    paths = write_tiny_subject(tmp_path)
    got = read_recorded(paths, brain("ventral", "all"))
    assert {roi: int(inside.sum()) for roi, inside in got.members.items()} == {"ventral": 5, "all": 15}
    few = read_recorded(paths, brain("ventral", "unlabelled"))
    assert few.betas.voxels == few.measured.trials.shape[1] == 9
    assert few.members["ventral"].tolist() == [True] * 5 + [False] * 4
    stored = matrix(BETAS.read(paths["betas"]), "beta")
    np.testing.assert_array_equal(read_voxels(few.betas, np.arange(9)), stored[:, 6:])
    assert few.measured.stimuli == [f"stimulus-{number}" for number in range(40, 48)]


def test_a_voxel_of_unknown_noise_ceiling_is_left_out_where_ceilings_count(tmp_path):
    paths = write_tiny_subject(tmp_path)
    voxels = VOXELS.read(paths["voxels"])
    VOXELS.write(voxels.replace_schema_metadata({"ncsnr_from": "train"}), paths["voxels"])
    got = read_recorded(paths, brain("early", least=0.5))
    assert got.members["early"].tolist() == [True] * 5
    with pytest.raises(DataError, match=r"voxels of unlabelled(.|\n)*0 of 4"):
        read_recorded(paths, brain("early", "unlabelled", least=0.5))


def test_what_cannot_be_compared_is_refused(tmp_path):
    paths = write_tiny_subject(tmp_path)
    with pytest.raises(ConfigError, match="may not select voxels"):
        read_recorded(paths, brain("early", least=0.5))
    with pytest.raises(ConfigError, match="cerebellum"):
        read_recorded(paths, brain("cerebellum"))
    with pytest.raises(ConfigError, match="at least one region"):
        read_recorded(paths, brain())
    with pytest.raises(ConfigError, match="cross-validated"):
        read_recorded(write_tiny_subject(tmp_path, folds=4), brain("early"))
