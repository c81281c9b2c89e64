import pytest

from cortex2image.errors import ConfigError
from cortex2image.notebook.names import near_names, require_name


def test_a_known_name_is_returned_and_an_unknown_one_answered_with_the_nearest():
    known = ["pixcorr", "ssim2d", "twoway_clip"]
    assert require_name("ssim2d", known, "metric") == "ssim2d"
    with pytest.raises(ConfigError, match=r"metric(.|\n)*did you mean 'twoway_clip'"):
        require_name("TwoWay_CLP", known, "metric")
    with pytest.raises(ConfigError, match="correct it"):
        require_name("xyz", known, "metric")


def test_a_long_list_is_cut_and_no_list_is_said():
    with pytest.raises(ConfigError, match="and 988 more"):
        require_name("x", [f"stimulus-{number}" for number in range(1000)], "stimulus")
    with pytest.raises(ConfigError, match="no such name"):
        require_name("x", [], "stimulus")


def test_the_nearest_comes_first():
    assert near_names("voxel", ["mask_voxels", "voxels", "scores"])[0] == "voxels"
