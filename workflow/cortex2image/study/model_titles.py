"""Names in words of feature spaces, of layers of the U-Net and of encoding models, for pages and figures."""

import re

from cortex2image.study.encoding_models import STACK
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import FeatureSpace

SIDES = {"down": "down", "up": "up", "mid": "middle"}
PARTS = {"res": "residual", "attn": "attention"}


def layer_title(layer: str) -> str:
    """Return the name of a layer of the U-Net in words: ``down 0``, ``middle``, ``up 1, attention 0``."""
    block, _, part = layer.partition(".")
    words = _numbered(block, SIDES)
    return f"{words}, {_numbered(part, PARTS)}" if part else words


def point_title(noise: float | None, step: int | None) -> str:
    """Return a noise level and a denoising step in words, empty if neither is given."""
    known = [] if noise is None else [f"noise {noise:g}"]
    return ", ".join([*known, *([] if step is None else [f"step {step}"])])


def space_title(name: str) -> str:
    """Return the name of a feature space in words: ``zc, noise 0.5``, ``U-Net middle, noise 0.8, step 8``.

    Raises
    ------
    ConfigError
        As :func:`~cortex2image.study.space_names.parse_space`.
    """
    space = parse_space(name)
    kind = space.facts.title + (f" {layer_title(space.layer)}" if space.layer else "")
    return _placed(kind, space)


def model_title(name: str) -> str:
    """Return the name of an encoding model in words: of a space, of spaces together, of all layers."""
    if name.startswith(f"{STACK}-"):
        # The mean of all layers at one point is named as zc of that point is.
        return _placed("all U-Net layers", parse_space(f"zc{name.removeprefix(STACK)}"))
    return " + ".join(space_title(space) for space in name.split("+"))


def _placed(words: str, space: FeatureSpace) -> str:
    place = point_title(space.noise, space.step)
    return f"{words}, {place}" if place else words


def _numbered(name: str, words: dict[str, str]) -> str:
    kind, number = re.fullmatch(r"([a-z]+)(\d*)", name).groups()  # type: ignore[union-attr]
    return f"{words[kind]} {number}".rstrip()
