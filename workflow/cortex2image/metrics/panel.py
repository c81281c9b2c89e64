"""The networks of a model set that score pictures, opened."""

from cortex2image.metrics.judging import Distance, Judge


def open_judges(set_name: str, device: str) -> list[Judge]:
    """Load every judge network of a model set.

    Parameters
    ----------
    set_name : str
        `models: set:` of the config.
    device : str
        "auto" for CUDA where there is one, else a torch device.

    Raises
    ------
    ConfigError
        There is no such model set.
    ModelSetError
        The set is incomplete or altered.
    """
    from cortex2image.models.judges import load_judge
    from cortex2image.models.registry import model_set

    models = model_set(set_name)
    return [load_judge(models, spec.name, device) for spec in models.judges]


def open_distances(set_name: str, device: str) -> list[Distance]:
    """Load every distance whose weights a model set declares; most sets declare none.

    Parameters and errors are those of :func:`open_judges`.
    """
    from cortex2image.models.lpips_alex import load_lpips
    from cortex2image.models.registry import model_set

    lpips = load_lpips(model_set(set_name), device)
    return [] if lpips is None else [lpips]
