"""The networks of a model set that score pictures, opened."""

from cortex2image.judges.judge import Distance, Judge
from cortex2image.metrics.distances import CorrelationDistance
from cortex2image.networks.judge_specs import measures_distance
from cortex2image.networks.registry import ModelSet


def open_judges(models: ModelSet, device: str) -> list[Judge]:
    """Load every judge of a model set that identifies pictures.

    Parameters
    ----------
    models : ModelSet
    device : str
        "auto" for CUDA where there is one, else a torch device.

    Raises
    ------
    ConfigError
        The device is not there.
    ModelSetError
        The set is incomplete or altered.
    """
    from cortex2image.judges.open import load_judges

    names = [spec.name for spec in models.judges if not measures_distance(spec)]
    return list(load_judges(models, names, device))


def open_distances(models: ModelSet, device: str) -> list[Distance]:
    """Load every distance of a model set: LPIPS where it declares an AlexNet, and judges that measure one.

    Parameters and errors are those of :func:`open_judges`.
    """
    from cortex2image.judges.lpips_alex import load_lpips
    from cortex2image.judges.open import load_judges

    lpips = load_lpips(models, device)
    distances: list[Distance] = [] if lpips is None else [lpips]
    names = [spec.name for spec in models.judges if measures_distance(spec)]
    if names:
        distances += [CorrelationDistance(judge) for judge in load_judges(models, names, device)]
    return distances
