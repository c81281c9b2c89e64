"""Encoding models of a study: which feature spaces predict the voxels, alone and together.

The config names spaces one by one (``encode/models``) and a grid of points of the diffusion process
(``encode/grid``). A model is named as its space; ``z+zc-n0.5`` is a joint model, in which each space has a
penalty of its own; ``stack-n0.8-t8`` is a weighted mean of the models of all layers at one noise level and
denoising step.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cortex2image.errors import ConfigError
from cortex2image.study.drawing_settings import Reconstruct
from cortex2image.study.encoding_settings import Encode
from cortex2image.study.space_names import LAYER, parse_space, wildcard_pattern
from cortex2image.study.spaces import FeatureSpace, kept_steps

SPACE, JOINT, STACK = "space", "joint", "stack"
BESIDE = "z"  # the space that each latent of the grid is fitted together with


@dataclass(frozen=True)
class EncodingModel:
    """One encoding model.

    Attributes
    ----------
    name : str
        Name in paths and tables.
    kind : str
        :data:`SPACE` (one space), :data:`JOINT` (spaces with a penalty each) or :data:`STACK` (a weighted
        mean of the models of its spaces).
    spaces : tuple of str
        Names of the feature spaces.
    """

    name: str
    kind: str
    spaces: tuple[str, ...]


def encoding_models(encode: Encode, reconstruct: Reconstruct) -> tuple[EncodingModel, ...]:
    """Return every encoding model of a study, each once: single spaces, joint models, stacks.

    Parameters
    ----------
    encode, reconstruct : sections of the config
        Of `reconstruct` only `steps` and `strength` are read.
    """
    latents, layers = _latents(encode, reconstruct), _layers(encode, reconstruct)
    single = dict.fromkeys([*encode.models, *latents, *(name for names in layers.values() for name in names)])
    models = [EncodingModel(name, SPACE, (name,)) for name in single]
    if encode.grid.unique and BESIDE in encode.models:
        beside = dict.fromkeys([*(name for name in encode.models if name.startswith("zc")), *latents])
        models += [EncodingModel(f"{BESIDE}+{name}", JOINT, (BESIDE, name)) for name in beside]
    if encode.grid.stack and len(encode.grid.layers) > 1:
        models += [EncodingModel(f"stack-{point}", STACK, names) for point, names in layers.items()]
    return tuple(models)


def find_encoding_model(name: str, encode: Encode, reconstruct: Reconstruct) -> EncodingModel:
    """Return the encoding model of that name.

    Raises
    ------
    ConfigError
        The study has no such model.
    """
    models = {model.name: model for model in encoding_models(encode, reconstruct)}
    if name not in models:
        raise ConfigError("encoding model", f"one of {', '.join(models)}", f"'{name}'", "correct the name")
    return models[name]


@dataclass(frozen=True)
class Family:
    """Encoding models that differ in one coordinate, of which each voxel has a best one.

    Attributes
    ----------
    name : str
        Name in paths.
    models : tuple of str
        Names of the models, at least two.
    """

    name: str
    models: tuple[str, ...]


def families(encode: Encode, reconstruct: Reconstruct) -> tuple[Family, ...]:
    """Return the families of a study: layers at one step, steps of one layer, noise levels of zc.

    Models that ``encode/models`` names count like those of the grid.
    """
    spaces = [parse_space(m.name) for m in encoding_models(encode, reconstruct) if m.kind == SPACE]
    layers = [space for space in spaces if space.kind == "unet"]
    at_point: dict[str, list[str]] = {}
    for space in layers:
        at_point.setdefault(f"layers-n{space.noise:g}-t{space.step}", []).append(str(space))
    of_layer: dict[str, list[str]] = {}
    for layer in dict.fromkeys(space.layer for space in layers):
        for space in layers:
            if space.layer == layer:
                of_layer.setdefault(f"steps-{layer}-n{space.noise:g}", []).append(str(space))
    noise = [str(space) for space in spaces if space.kind == "zc" and space.step is None]
    found = [*at_point.items(), *of_layer.items(), ("noise", noise)]
    return tuple(Family(name, tuple(models)) for name, models in found if len(models) > 1)


def find_family(name: str, encode: Encode, reconstruct: Reconstruct) -> Family:
    """Return the family of that name.

    Raises
    ------
    ConfigError
        The study has no such family.
    """
    known = {family.name: family for family in families(encode, reconstruct)}
    if name not in known:
        expected = f"one of {', '.join(known)}" if known else "a grid with two points or more"
        raise ConfigError("family of encoding models", expected, f"'{name}'", "correct the name")
    return known[name]


def encoded_spaces(encode: Encode, reconstruct: Reconstruct) -> tuple[str, ...]:
    """Return the names of all feature spaces that the encoding models of a study read."""
    models = encoding_models(encode, reconstruct)
    return tuple(dict.fromkeys(space for model in models for space in model.spaces))


def model_pattern() -> str:
    """Return the regular expression that names of encoding models match, for file names."""
    space = wildcard_pattern()
    return rf"(?:{space}|{joint_pattern()}|{stack_pattern()})"


def joint_pattern() -> str:
    """Return the regular expression of the names of joint models."""
    space = wildcard_pattern()
    return rf"{space}\+{space}"


def stack_pattern() -> str:
    """Return the regular expression of the names of stacks."""
    return r"stack-n[0-9.]+-t[0-9]+"


def family_pattern() -> str:
    """Return the regular expression of the names of families of models."""
    return rf"(?:layers-n[0-9.]+-t[0-9]+|steps-{LAYER}-n[0-9.]+|noise)"


def _latents(encode: Encode, reconstruct: Reconstruct) -> list[str]:
    """Return the latents of the grid: after all steps of a noise level, and after some of them."""
    after_all = [_latent(noise, None, reconstruct) for noise in encode.grid.noise_levels]
    return [*after_all, *(_latent(noise, step, reconstruct) for noise, step in _points(encode, reconstruct))]


def _latent(noise: float, step: int | None, reconstruct: Reconstruct) -> str:
    """Return the plainest name of a latent: ``zc`` is the one that pictures are made from."""
    after_all = step in (None, kept_steps(reconstruct.steps, noise))
    plain = FeatureSpace("zc") if noise == reconstruct.strength else FeatureSpace("zc", noise=noise)
    return str(plain if after_all else FeatureSpace("zc", noise=noise, step=step))


def _layers(encode: Encode, reconstruct: Reconstruct) -> dict[str, tuple[str, ...]]:
    """Return the layers of the grid by the noise level and step that they are taken at."""
    return {
        f"n{noise:g}-t{step}": tuple(
            str(FeatureSpace("unet", layer, noise, step)) for layer in encode.grid.layers
        )
        for noise, step in _points(encode, reconstruct)
        if encode.grid.layers
    }


def _points(encode: Encode, reconstruct: Reconstruct) -> Iterator[tuple[float, int]]:
    for noise in encode.grid.steps_at or (reconstruct.strength,):
        for step in encode.grid.steps:
            yield noise, step
