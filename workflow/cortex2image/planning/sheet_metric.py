"""Whether the metric that chooses the best and the worst pictures will be computed, before anything runs."""

from cortex2image.errors import require_known
from cortex2image.metrics.metric import Metric, released_name
from cortex2image.metrics.registry import METRICS
from cortex2image.networks.registry import ModelSet
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study


def require_sheet_metric(study: Study, models: ModelSet) -> None:
    """Refuse a metric for the sheets that the study does not compute; in a study of categories none is used.

    Raises
    ------
    ConfigError
        `evaluate/sheet_metric` is neither null nor among the metrics of the model set.
    """
    wanted = study.evaluate.sheet_metric
    if wanted is None or not READERS[study.dataset.reader].image_identity:
        return
    released = study.evaluate.identification == "as_released"
    names = [name for name, metric in METRICS.items() if _computed(metric, models, released)]
    require_known("evaluate/sheet_metric", wanted, names)


def _computed(metric: Metric, models: ModelSet, released: bool) -> bool:
    if metric.kind == "identification" and metric.name.endswith(released_name("")) != released:
        return False
    judges = {spec.name for spec in models.judges} | ({"lpips_alex"} if models.lpips else set())
    scores_pictures = metric.kind != "category" and not metric.of_captions
    return scores_pictures and (metric.judge is None or metric.judge in judges)
