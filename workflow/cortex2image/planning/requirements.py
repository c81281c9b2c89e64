"""What a study needs of its model set and of the size of its data set, checked before a job runs."""

from cortex2image.errors import ConfigError
from cortex2image.networks.registry import MODEL_SETS, ModelSet
from cortex2image.planning.stimuli import most_test_stimuli
from cortex2image.study.brain_checks import brain_spaces
from cortex2image.study.encoding_models import encoded_spaces
from cortex2image.study.methods import Method
from cortex2image.study.run_methods import run_methods
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import FeatureSpace

DEPTH = "depth"
"""The part of model sets whose U-Net takes a depth map."""


def require_networks(study: Study, models: ModelSet) -> None:
    """Refuse a model set that lacks what the feature spaces, methods or series of a study need.

    Raises
    ------
    ConfigError
        A part or a layer of the U-Net is missing, or the U-Net draws with a depth map alone.
    """
    encoded = encoded_spaces(study.encode, study.reconstruct)
    for space in (*study.decode.rois, *encoded, *brain_spaces(study)):
        _require_network(parse_space(space), models)
    for method in run_methods(study.reconstruct):
        _require_generator(method, models)
    if study.reconstruct.series.stimuli:
        _require_plain_unet("reconstruct/series", models)


def require_full_shards(study: Study) -> None:
    """Raise ConfigError if pictures are divided into more shards than there can be test stimuli."""
    shards, most = study.reconstruct.shards, most_test_stimuli(study)
    if most is not None and shards > most:
        expected, fix = f"at most {most}, the number of test stimuli", f"set it to {most} or less"
        raise ConfigError("reconstruct/shards", expected, f"{shards}", fix)


def _require_network(space: FeatureSpace, models: ModelSet) -> None:
    """Raise ConfigError if the model set lacks the network that gives a feature space."""
    _require_part(f"the feature space {space}", space.facts.part, models)
    if space.sampled:
        _require_plain_unet(f"the feature space {space}", models)
    space.width(models)  # refuses layers that the U-Net lacks


def _require_generator(method: Method, models: ModelSet) -> None:
    """Raise ConfigError if the model set lacks a network of a method, or cannot draw without a depth map."""
    _require_part(f"method {method.name}", method.part, models)
    if method.draws_noise and method.part != DEPTH:
        _require_plain_unet(f"method {method.name}", models)


def _require_part(user: str, part: str, models: ModelSet) -> None:
    if part and part not in models.parts:
        able = [name for name, known in MODEL_SETS.items() if part in known.parts]
        expected = f"a model set with the part {part}, which {user} needs"
        raise ConfigError("models/set", expected, models.name, f"choose {' or '.join(able)}, or drop {user}")


def _require_plain_unet(user: str, models: ModelSet) -> None:
    if DEPTH in models.parts:
        fix = f"choose stable-diffusion-v2-1-base, or drop {user}"
        found = f"{models.name}, which draws with a depth map alone"
        raise ConfigError("models/set", f"a model set whose U-Net takes no depth map, for {user}", found, fix)
