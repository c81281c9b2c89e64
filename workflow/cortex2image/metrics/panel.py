"""The networks of a model set that score pictures, opened."""

from cortex2image.metrics.judging import Distance, Judge
from cortex2image.models.registry import ModelSet


def open_judges(models: ModelSet, device: str) -> list[Judge]:
    """Load every judge network of a model set.

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
    from cortex2image.models.judges import load_judge

    return [load_judge(models, spec.name, device) for spec in models.judges]


def open_distances(models: ModelSet, device: str) -> list[Distance]:
    """Load every distance whose weights a model set declares; most sets declare none.

    Parameters and errors are those of :func:`open_judges`.
    """
    from cortex2image.models.lpips_alex import load_lpips

    lpips = load_lpips(models, device)
    return [] if lpips is None else [lpips]
