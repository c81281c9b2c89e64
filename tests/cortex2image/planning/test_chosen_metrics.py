import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.networks.registry import model_set
from cortex2image.planning.sheet_metric import require_sheet_metric
from cortex2image.study.config import resolve


def require(metric, config="config", models=None, rule="reconstruction"):
    wanted = change(shipped(config), "evaluate/sheet_metric", metric)
    study = resolve(change(wanted, "evaluate/identification", rule))
    require_sheet_metric(study, model_set(models or study.models.set, None))


@pytest.mark.parametrize(
    ("metric", "models"),
    [
        (None, "miniature"),
        ("pixcorr", "miniature"),
        ("twoway_clip", "miniature"),
        ("twoway_clip_mindeye", "stable-diffusion-v1-4"),
        ("distance_swav_mindeye", "stable-diffusion-v1-4"),
        ("lpips_alex", "stable-diffusion-v1-4"),
    ],
)
def test_metrics_of_the_model_set_may_choose(metric, models):
    require(metric, models=models)


@pytest.mark.parametrize(
    ("metric", "models"),
    [
        ("twoway_clp", "miniature"),
        ("twoway_clip_mindeye", "miniature"),
        ("twoway_clip", "stable-diffusion-v1-4"),
        ("twoway_clip_as_released", "miniature"),
        ("category_cnn", "miniature"),
    ],
)
def test_a_metric_that_no_table_will_hold_is_refused_before_anything_runs(metric, models):
    with pytest.raises(ConfigError, match=f"evaluate/sheet_metric(.|\n)*pixcorr(.|\n)*'{metric}'"):
        require(metric, models=models)


def test_the_rule_of_identification_decides_the_name():
    require("twoway_clip_as_released", rule="as_released")
    with pytest.raises(ConfigError, match="twoway_clip_as_released"):
        require("twoway_clip", rule="as_released")


def test_a_study_of_categories_has_no_best_and_worst():
    require("no such metric", config="haxby")
