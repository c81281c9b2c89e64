"""Passes of the sampler that a study needs, and the feature spaces that each captures."""

from collections.abc import Sequence
from dataclasses import dataclass

from cortex2image.errors import ConfigError
from cortex2image.networks.registry import ModelSet
from cortex2image.study.encoding_models import encoded_spaces
from cortex2image.study.settings import Study
from cortex2image.study.space_names import parse_space


@dataclass(frozen=True)
class Pass:
    """One run of the sampler over all stimuli.

    Attributes
    ----------
    noise : float
        Noise level, as a share of the schedule.
    part : int
        Number of the pass among those of its noise level, from 0.
    spaces : tuple of str
        The feature spaces that it captures.
    """

    noise: float
    part: int
    spaces: tuple[str, ...]


def passes(study: Study, model_set: ModelSet, stimuli: int | None = None) -> tuple[Pass, ...]:
    """Return the passes of a study, one for each noise level.

    The order of spaces in the config changes nothing.
    """
    sampled: dict[float, list[str]] = {}
    for name in sorted(encoded_spaces(study.encode, study.reconstruct)):
        space = parse_space(name)
        if space.sampled:
            sampled.setdefault(space.noise_level(study.reconstruct.strength), []).append(name)
    return tuple(Pass(noise, 0, tuple(names)) for noise, names in sorted(sampled.items()))


def pass_of(space: str, planned: Sequence[Pass]) -> Pass:
    """Return the pass that captures a space.

    Raises
    ------
    ConfigError
        No pass of the study does.
    """
    for one in planned:
        if space in one.spaces:
            return one
    known = ", ".join(name for one in planned for name in one.spaces) or "none"
    fix = "add it to encode/models or encode/grid, or correct the name"
    raise ConfigError("feature space", f"one that the study samples: {known}", f"'{space}'", fix)
