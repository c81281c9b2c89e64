"""Names of feature spaces: read, checked, and told from other names in paths."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import replace

from cortex2image.errors import ConfigError
from cortex2image.study.spaces import KINDS, LEAST_NOISE, NOISE, FeatureSpace

LAYER = r"(?:(?:down|up)\d+|mid)(?:\.(?:res|attn)\d+)?"


def parse_space(name: str, where: str = "feature space") -> FeatureSpace:
    """Return the feature space of a name.

    Parameters
    ----------
    name : str
    where : str
        The setting or table that holds the name, for error messages.

    Raises
    ------
    ConfigError
        No kind of space has this name, or its coordinates are missing, surplus, out of range or not spelt as
        ``str`` of the space spells them.
    """
    kind, *coordinates = name.split("-")
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, n=1)
        fix = f"did you mean '{near[0]}'?" if near else "correct the name"
        raise ConfigError(where, f"a feature space: {', '.join(KINDS)}, with coordinates", f"'{name}'", fix)
    space = _placed(FeatureSpace(kind), coordinates)
    problem = "coordinates that cannot be read" if space is None else _problem(space)
    if space is None or problem or str(space) != name:
        expected = "coordinates such as zc-n0.6 (noise), zc-n0.8-t20 (step), unet-mid-n0.8-t20 (layer)"
        found = f"'{name}'" + (f": {problem}" if problem else "")
        fix = "correct the name" if problem or space is None else f"write {space}"
        raise ConfigError(where, expected, found, fix)
    return space


def _placed(space: FeatureSpace, coordinates: list[str]) -> FeatureSpace | None:
    """Return the space with its coordinates; None if one of them cannot be read or is given twice."""
    placed: FeatureSpace | None = space
    for part in coordinates:
        placed = _with_coordinate(placed, part) if placed else None
    return placed


def _with_coordinate(space: FeatureSpace, part: str) -> FeatureSpace | None:
    if re.fullmatch(LAYER, part) and not space.layer:
        return replace(space, layer=part)
    if re.fullmatch(r"n\d+(\.\d+)?", part) and space.noise is None:
        return replace(space, noise=float(part[1:]))
    if re.fullmatch(r"t\d+", part) and space.step is None:
        return replace(space, step=int(part[1:]))
    return None


def _problem(space: FeatureSpace) -> str:
    """Return what is wrong with the coordinates of a space; empty if they are valid."""
    noisy = NOISE in space.needs
    if not noisy and (space.layer or space.noise is not None or space.step is not None):
        return f"{space.kind} has no coordinates"
    if space.facts.layered != bool(space.layer):
        return f"{space.kind} needs a layer" if space.facts.layered else f"{space.kind} has no layers"
    if space.facts.layered and (space.noise is None or space.step is None):
        return f"{space.kind} needs a noise level and a step"
    if space.noise is None and space.step is not None:
        return "a step needs a noise level"
    if space.noise is not None and not LEAST_NOISE <= space.noise <= 1:
        return f"the noise level lies between {LEAST_NOISE} and 1"
    return "steps count from 1" if space.step == 0 else ""


def wildcard_pattern(kinds: Sequence[str] = tuple(KINDS)) -> str:
    """Return the regular expression that names of feature spaces of these kinds match, for file names."""
    return rf"(?:{'|'.join(kinds)})(?:-(?:{LAYER}))?(?:-n[0-9.]+)?(?:-t[0-9]+)?"
