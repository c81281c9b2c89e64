"""Checks of the settings of a series of pictures over strength and steps."""

import itertools

from cortex2image.errors import ConfigError
from cortex2image.study.method_checks import require_steps
from cortex2image.study.readers import Reader
from cortex2image.study.settings import Study


def check_series(study: Study, reader: Reader, source: str) -> None:
    """Refuse a series that cannot be drawn; a study without a series passes.

    Raises
    ------
    ConfigError
        z or c is not decoded; a combination leaves no step to denoise; or, with noising as_released, a
        combination denoises all steps, so that no timestep lies above them.
    """
    drawing, where = study.reconstruct, f"{source}, reconstruct/series"
    if not drawing.series.stimuli:
        return
    missing = sorted({"z", "c"} - set(study.decode.rois))
    if missing:
        fix = "add its regions to decode/rois, or set reconstruct/series/stimuli: 0"
        raise ConfigError(where, "decoded z and c", f"no {' and no '.join(missing)}", fix)
    for steps, strength in itertools.product(drawing.series.steps, drawing.series.strengths):
        require_steps(drawing, steps, strength, where)


def require_series(study: Study) -> None:
    """Raise ConfigError if a study has no series, for whoever asks for one."""
    if not study.reconstruct.series.stimuli:
        fix = "say of how many test stimuli a series is drawn"
        raise ConfigError("reconstruct/series/stimuli", "one stimulus or more", "0", fix)
