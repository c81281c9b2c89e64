"""Checks of the feature spaces of encoding models: the schedule has their steps, and the grid is whole."""

import re

from cortex2image.errors import ConfigError
from cortex2image.study.encoding_models import encoded_spaces
from cortex2image.study.encoding_settings import Grid
from cortex2image.study.settings import Study
from cortex2image.study.space_names import LAYER, parse_space
from cortex2image.study.spaces import kept_steps


def check_encoding(study: Study, source: str) -> None:
    """Test the feature spaces of encoding models against the schedule of `reconstruct`.

    Raises
    ------
    ConfigError
        A name is misspelt, a noise level leaves no step, a step lies outside the schedule, settings of the
        grid have no effect, or two names have the same features.
    """
    grid, where = study.encode.grid, f"{source}, encode/grid"
    for name in study.encode.models:
        _check_space(name, study, f"{source}, encode/models")
    _check_whole(grid, where)
    _check_layers(grid, f"{where}/layers")
    at_steps = grid.steps_at or (study.reconstruct.strength,) if grid.steps else ()
    for noise in (*grid.noise_levels, *at_steps):
        _check_printed(noise, where)
    of_grid = set(encoded_spaces(study.encode, study.reconstruct)) - set(study.encode.models)
    for name in sorted(of_grid):
        _check_space(name, study, where)
    _check_distinct(study, f"{source}, encode")


def _check_space(name: str, study: Study, where: str) -> None:
    """Refuse a space whose noise level or step the schedule does not have."""
    space, drawn = parse_space(name, where), study.reconstruct
    if not space.sampled:
        return
    noise = space.noise_level(drawn.strength)
    kept = kept_steps(drawn.steps, noise)
    if kept < 1:
        expected = f"a noise level that leaves one of {drawn.steps} steps, 1/{drawn.steps} or more"
        raise ConfigError(where, expected, f"{name}: noise level {noise:g}", "raise it, or reconstruct/steps")
    if (space.step or 1) > kept:
        expected = f"a step from 1 to {kept}: noise level {noise:g} keeps {kept} of {drawn.steps} steps"
        fix = "lower the step, or raise the level"
        if noise == drawn.strength:
            fix = "lower the step, or raise reconstruct/steps or reconstruct/strength, the level of pictures"
        raise ConfigError(where, expected, f"{name}: step {space.step}", fix)
    if noise == 1 and drawn.noising == "as_released":
        fix = "lower it, or set reconstruct/noising: matched"
        raise ConfigError(where, "a noise level below 1 with noising: as_released", name, fix)


def _check_whole(grid: Grid, where: str) -> None:
    """Refuse layers and noise levels of steps where no step is named: they would have no effect."""
    for key in ("layers", "steps_at"):
        if getattr(grid, key) and not grid.steps:
            found = f"{', '.join(map(str, getattr(grid, key)))} and no steps"
            raise ConfigError(f"{where}/{key}", "denoising steps beside them", found, "add encode/grid/steps")


def _check_layers(grid: Grid, where: str) -> None:
    """Refuse names that no layer of any U-Net has."""
    for name in grid.layers:
        if not re.fullmatch(LAYER, name):
            fix = "correct the name; an unknown number, such as down9, is answered with all names"
            raise ConfigError(where, "layers such as down0, mid, up1 or down1.res0", f"'{name}'", fix)


def _check_distinct(study: Study, where: str) -> None:
    """Refuse two names of the same features: of two equal models neither can be the better one.

    A noise level acts through the number of steps that it keeps, so that close levels can be equal.
    """
    drawn, seen = study.reconstruct, dict[tuple[object, ...], str]()
    for name in encoded_spaces(study.encode, drawn):
        space = parse_space(name)
        if not space.sampled:
            continue
        kept = kept_steps(drawn.steps, space.noise_level(drawn.strength))
        first = seen.setdefault((space.kind, space.layer, kept, space.step or kept), name)
        if first != name:
            found = f"{first} and {name}, both with {kept} of {drawn.steps} steps to denoise"
            fix = "keep one of them, or raise reconstruct/steps if their noise levels differ"
            raise ConfigError(where, "features that differ", found, fix)


def _check_printed(noise: float, where: str) -> None:
    """Refuse a noise level that a name would round."""
    if float(f"{noise:g}") != noise:
        raise ConfigError(where, "noise levels of at most 6 digits", str(noise), f"write {noise:g}")
