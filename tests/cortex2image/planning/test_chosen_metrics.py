import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.networks.registry import model_set
from cortex2image.planning.chosen_metrics import require_metrics
from cortex2image.study.config import resolve


def require(sheet_metric=None, metrics=("headline",), config="config", models=None):
    wanted = change(shipped(config), "evaluate/sheet_metric", sheet_metric)
    study = resolve(change(wanted, "evaluate/metrics", list(metrics)))
    require_metrics(study, model_set(models or study.models.set, None))


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
    with pytest.raises(ConfigError, match=f"evaluate/sheet_metric(.|\\n)*pixcorr(.|\\n)*'{metric}'"):
        require(metric, models=models)


def test_the_sheets_take_a_chosen_metric():
    require("twoway_clip_as_released", ["twoway_*_as_released"])
    with pytest.raises(ConfigError, match="twoway_clip_as_released"):
        require("twoway_clip", ["twoway_*_as_released"])


def test_a_metric_that_the_model_set_lacks_is_refused_with_a_near_one():
    with pytest.raises(ConfigError, match=r"evaluate/metrics(.|\n)*'twoway_klip'(.|\n)*twoway_clip"):
        require(metrics=["pixcorr", "twoway_klip"])


@pytest.mark.parametrize("config", ["config", "nsd", "nsd-as-released", "bids", "bold5000", "kamitani"])
def test_shipped_studies_choose_metrics_of_their_model_sets(config):
    study = resolve(shipped(config))
    require_metrics(study, model_set(study.models.set, None))


def test_a_study_of_categories_has_no_choice_and_no_best_and_worst():
    require("no such metric", ["no such one"], config="haxby")
