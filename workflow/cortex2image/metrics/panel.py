"""The judges of a model set, opened."""

from cortex2image.metrics.judging import Judge


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
