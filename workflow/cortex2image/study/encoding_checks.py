"""Checks of the feature spaces of encoding models: the schedule has their steps, and the grid is whole."""

from cortex2image.errors import ConfigError
from cortex2image.study.encoding_models import encoded_spaces
from cortex2image.study.settings import Grid, Study
from cortex2image.study.space_names import parse_space
from cortex2image.study.spaces import kept_steps


def check_encoding(study: Study, source: str) -> None:
    """Test the feature spaces of encoding models against the schedule of `reconstruct`.

    Raises
    ------
    ConfigError
        A name is misspelt, a noise level leaves no step, a step lies outside the schedule, or settings of the
        grid have no effect.
    """
    grid, where = study.encode.grid, f"{source}, encode/grid"
    for name in study.encode.models:
        _check_space(name, study, f"{source}, encode/models")
    _check_whole(grid, where)
    at_steps = grid.steps_at or (study.reconstruct.strength,) if grid.steps else ()
    for noise in (*grid.noise_levels, *at_steps):
        _check_printed(noise, where)
    of_grid = set(encoded_spaces(study.encode, study.reconstruct)) - set(study.encode.models)
    for name in sorted(of_grid):
        _check_space(name, study, where)


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
        raise ConfigError(where, expected, f"{name}: step {space.step}", "lower the step, or raise the level")
    if noise == 1 and drawn.noising == "as_released":
        fix = "lower it, or set reconstruct/noising: matched"
        raise ConfigError(where, "a noise level below 1 with noising: as_released", name, fix)


def _check_whole(grid: Grid, where: str) -> None:
    """Refuse layers and noise levels of steps where no step is named: they would have no effect."""
    for key in ("layers", "steps_at"):
        if getattr(grid, key) and not grid.steps:
            found = f"{', '.join(map(str, getattr(grid, key)))} and no steps"
            raise ConfigError(f"{where}/{key}", "denoising steps beside them", found, "add encode/grid/steps")


def _check_printed(noise: float, where: str) -> None:
    """Refuse a noise level that a name would round."""
    if float(f"{noise:g}") != noise:
        raise ConfigError(where, "noise levels of at most 6 digits", str(noise), f"write {noise:g}")
