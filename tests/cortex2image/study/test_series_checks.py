import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve
from cortex2image.study.series_checks import require_series


def with_series(**keys):
    config = change(shipped(), "reconstruct/series", {"stimuli": 2, **keys})
    return change(config, "reconstruct/methods", ["c"])


def test_the_default_series_can_be_drawn():
    assert resolve(with_series()).reconstruct.series.strengths == (0.2, 0.4, 0.6, 0.8, 1.0)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"strengths": [0.05, 0.8], "steps": [20, 10]}, "10 steps at strength 0.05"),
        ({"strengths": [0.8], "steps": [1]}, "1 steps at strength 0.8"),
    ],
)
def test_a_combination_without_a_step_is_refused(keys, said):
    with pytest.raises(ConfigError, match=f"reconstruct/series(.|\n)*{said}"):
        resolve(with_series(**keys))


def test_combinations_do_not_matter_where_no_series_is_drawn():
    resolve(with_series(stimuli=0, strengths=[0.01], steps=[1]))


def test_released_noising_needs_a_step_above():
    config = change(with_series(strengths=[0.5, 1.0]), "reconstruct/noising", "as_released")
    with pytest.raises(ConfigError, match=r"reconstruct/series(.|\n)*strength 1(.|\n)*lower the strength"):
        resolve(config)
    resolve(change(config, "reconstruct/series/strengths", [0.5]))


def test_a_series_needs_both_spaces():
    config = change(with_series(), "decode/rois", {"c": ["ventral"]})
    with pytest.raises(ConfigError, match=r"decoded z and c(.|\n)*no z"):
        resolve(change(config, "encode/models", ["c"]))


@pytest.mark.parametrize("bad", [{"strengths": [0.0]}, {"strengths": [1.2]}, {"steps": [0]}, {"stimuli": 51}])
def test_values_out_of_bounds(bad):
    with pytest.raises(ConfigError, match="reconstruct/series"):
        resolve(with_series(**bad))


def test_the_target_needs_a_series():
    require_series(resolve(with_series()))
    with pytest.raises(ConfigError, match="reconstruct/series/stimuli"):
        require_series(resolve(shipped()))
