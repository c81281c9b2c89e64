"""Checks of the split of a study, and of the targets that need one split."""

from collections.abc import Mapping

from cortex2image.errors import ConfigError
from cortex2image.study.data_settings import Split
from cortex2image.study.readers import Reader
from cortex2image.study.settings import Study

# Keys that each kind of split reads beside `kind`.
KEYS: Mapping[str, tuple[str, ...]] = {
    "given": (),
    "random": ("test_share", "by", "tau", "leave_out"),
    "cluster": ("by", "clusters", "held_out", "category", "tau", "leave_out"),
    "tau": ("by", "tau", "leave_out"),
}
CATEGORY = "category"


def check_split(study: Study, reader: Reader, source: str) -> None:
    """Refuse a split that contradicts itself, has keys without effect, or stands beside cross-validation.

    Raises
    ------
    ConfigError
    """
    split, where = study.dataset.split, f"{source}, dataset/split"
    if split.own and study.dataset.cross_validate != "none":
        expected = (
            f"given with dataset/cross_validate: {study.dataset.cross_validate}, which tests every trial"
        )
        raise ConfigError(f"{where}/kind", expected, split.kind, "set one of the two")
    _check_keys(split, where)
    _check_category(split, where)
    if split.kind == "tau" and split.tau is None:
        raise ConfigError(f"{where}/tau", "a similarity", "null", "give one, such as 0.9")
    if split.held_out >= split.clusters:
        expected, fix = f"a number below {split.clusters}, that of the clusters", "correct it"
        raise ConfigError(f"{where}/held_out", expected, f"{split.held_out}", fix)


def require_one_split(study: Study) -> None:
    """Raise ConfigError for a cross-validated study, whose folds leave no session to all of the fits."""
    folds = study.dataset.cross_validate
    if folds != "none":
        fix = "ask for it with a study that is split once"
        raise ConfigError("dataset/cross_validate", "none for a learning curve", folds, fix)


def _check_keys(split: Split, where: str) -> None:
    """Refuse keys that have no effect on this kind of split."""
    default = vars(Split())
    for key, value in vars(split).items():
        if key not in ("kind", *KEYS[split.kind]) and value != default[key]:
            kinds = [kind for kind, keys in KEYS.items() if key in keys]
            expected = f"no such key with kind: {split.kind}"
            fix = f"remove the key, or set kind: {' or '.join(kinds)}"
            raise ConfigError(f"{where}/{key}", expected, str(value), fix)
    if split.leave_out == "random" and split.tau is None:
        fix = "give tau, or remove leave_out"
        raise ConfigError(f"{where}/leave_out", "near without tau, since nothing is left out", "random", fix)


def _check_category(split: Split, where: str) -> None:
    """Refuse categories where stimuli are embedded, and the reverse."""
    if split.by == CATEGORY and split.kind != "cluster":
        fix = "set it to image or captions"
        raise ConfigError(f"{where}/by", f"no category with kind: {split.kind}", CATEGORY, fix)
    if split.by == CATEGORY and split.tau is not None:
        expected = "null with by: category, which says nothing of how near stimuli are"
        raise ConfigError(f"{where}/tau", expected, f"{split.tau:g}", "set by: image or captions")
    if (split.by == CATEGORY) != (split.category is not None):
        expected = "the category that tests" if split.by == CATEGORY else f"null with by: {split.by}"
        fix = "name a category of the stimulus table, with by: category"
        raise ConfigError(f"{where}/category", expected, f"{split.category or 'null'}", fix)
