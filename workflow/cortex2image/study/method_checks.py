"""Checks of the methods of a study, and of the settings that they draw with."""

from collections.abc import Iterable

from cortex2image.errors import ConfigError
from cortex2image.study.drawing_settings import Reconstruct
from cortex2image.study.methods import METHODS, PREDICTIONS, Method
from cortex2image.study.readers import Reader
from cortex2image.study.run_methods import run_methods
from cortex2image.study.settings import Study
from cortex2image.study.spaces import kept_steps

AS_RELEASED = "as_released"


def check_external(study: Study, reader: Reader, source: str) -> None:
    """Refuse predictions of other decoders that cannot be read, or that pages would take for a method.

    Raises
    ------
    ConfigError
        The name of a method; files of an unknown format; one file for several subjects.
    """
    titles = {method.title for method in METHODS.values()} | set(METHODS)
    for name, files in study.reconstruct.external.items():
        where = f"{source}, reconstruct/external/{name}"
        if name in titles:
            fix = "choose another name: the report would show two of this one"
            raise ConfigError(where, "a name that no method has", f"'{name}'", fix)
        for space, path in files.items():
            _require_readable(path, f"{where}/{space}")
        _require_own_files(study, files.values(), where)


def check_drawing(study: Study, reader: Reader, source: str) -> None:
    """Raise ConfigError if steps and strength leave no step, or no noise as the released code adds it."""
    drawn = study.reconstruct
    require_steps(drawn, drawn.steps, drawn.strength, f"{source}, reconstruct")


def check_spaces(study: Study, reader: Reader, source: str) -> None:
    """Raise ConfigError if a method needs features that the study does not decode."""
    for method in run_methods(study.reconstruct):
        missing = [space for space in method.fitted if space not in study.decode.rois]
        if missing:
            fix = f"say which regions it is decoded from, or drop {method.name}"
            expected = f"regions for {' and '.join(method.fitted)}, from which {method.name} draws"
            raise ConfigError(f"{source}, decode/rois", expected, f"no {missing[0]}", fix)


def check_training_features(study: Study, reader: Reader, source: str) -> None:
    """Refuse true features under cross-validation: every stimulus trains a fold, so no mean leaves it out."""
    if study.dataset.cross_validate == "none":
        return
    asked = [method for method in run_methods(study.reconstruct) if method.features]
    if asked:
        expected = f"methods of decoded features alone with cross_validate: {study.dataset.cross_validate}"
        where, found = f"{source}, {key_of(asked[0])}", ", ".join(method.name for method in asked)
        raise ConfigError(where, expected, found, "drop these controls")


def key_of(method: Method) -> str:
    """Return the key of the config that asks for a method."""
    if method.rank is not None:
        return "reconstruct/bottleneck"
    return f"reconstruct/{'external' if method.files else 'methods'}"


def require_steps(drawn: Reconstruct, steps: int, strength: float, where: str) -> None:
    """Refuse steps and a strength that leave no step to denoise, or no timestep for the noise.

    Raises
    ------
    ConfigError
        No step is left; or all are denoised, and `noising` is as_released, which needs a timestep above them.
    """
    kept, found = kept_steps(steps, strength), f"{steps} steps at strength {strength:g}"
    if kept < 1:
        raise ConfigError(where, "at least one step left to denoise", found, "raise one of them")
    if drawn.noising == AS_RELEASED and kept == steps:
        expected = "a step above those that are denoised, since noising is as_released"
        fix = "lower the strength below 1, or set reconstruct/noising: matched"
        raise ConfigError(where, expected, found, fix)


def _require_readable(path: str, where: str) -> None:
    if not path.endswith(PREDICTIONS):
        expected = f"a file that ends in {' or '.join(PREDICTIONS)}"
        raise ConfigError(where, expected, f"'{path}'", "write one, see docs/own-decoder.md")


def _require_own_files(study: Study, templates: Iterable[str], where: str) -> None:
    shared = [template for template in templates if "{subject}" not in template]
    if shared and len(study.subjects) > 1:
        fix = "write {subject} where the file names differ"
        raise ConfigError(where, "files of each subject", shared[0], fix)
