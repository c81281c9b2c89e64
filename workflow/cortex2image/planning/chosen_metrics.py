"""Whether the metrics that a study asks for can be computed, before anything runs."""

from cortex2image.errors import require_known
from cortex2image.metrics.choice import chosen_metrics
from cortex2image.networks.registry import ModelSet
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study


def require_metrics(study: Study, models: ModelSet) -> None:
    """Refuse metrics that the model set cannot compute, and one for the sheets that is not among the chosen.

    In a study of categories no metric is chosen, and sheets have no best and worst.

    Raises
    ------
    ConfigError
        A name or pattern of `evaluate/metrics` chooses no metric of the model set, or `evaluate/sheet_metric`
        is neither null nor among those that are chosen.
    """
    if not READERS[study.dataset.reader].image_identity:
        return
    chosen = chosen_metrics(study.evaluate.metrics, models)
    if study.evaluate.sheet_metric is not None:
        require_known("evaluate/sheet_metric", study.evaluate.sheet_metric, chosen)
