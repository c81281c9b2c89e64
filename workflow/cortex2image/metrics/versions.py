"""What a score depends on beside the pictures: versions of metrics, weights, preparation and packages.

Tables of scores hold these facts in their metadata: the entry `metrics`, a JSON object by metric, and the
entry `packages`, a JSON object of versions. Two scores compare only where the facts of their metrics agree.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from cortex2image.errors import DataError
from cortex2image.metrics.registry import metric_facts
from cortex2image.networks.checksums import folder_hash
from cortex2image.networks.judge_specs import JudgeSpec, PretrainedSpec
from cortex2image.networks.registry import ModelSet

PACKAGES = ("lpips", "numpy", "pillow", "scikit-image", "scipy", "torch", "torchvision", "transformers")
"""Packages that can change the last digits of a score; those that are not installed are left out."""

Facts = dict[str, Any]
NO_PICTURE: Facts = {"input_size": None, "interpolation": None, "antialias": None, "resized": []}


def package_versions() -> dict[str, str]:
    """Return the version of each of :data:`PACKAGES` that is installed, without importing any."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def judge_facts(models: ModelSet, judge: str) -> Facts:
    """Return what the features of a judge depend on.

    Parameters
    ----------
    models : ModelSet
    judge : str
        Name of one of its judges.

    Returns
    -------
    dict
        `weights`: SHA-256 of its weights; `input_size`: pixels, `interpolation` and `antialias` of the last
        step in which pictures are resized for it; `resized`: the sizes of all steps.
    """
    spec = next(spec for spec in models.judges if spec.name == judge)
    return {"weights": folder_hash(models, spec.folder), **_preparation(models, spec)}


def _preparation(models: ModelSet, spec: JudgeSpec) -> Facts:
    if isinstance(spec, PretrainedSpec):
        given = spec.preparation
        return _resized(given.sizes, given.interpolation, given.antialias)
    settings = json.loads((models.folder / spec.folder / "config.json").read_text())
    return _resized((settings.get("vision_config", settings)["image_size"],), "lanczos", True)


def _resized(sizes: Sequence[int], interpolation: str, antialias: bool) -> Facts:
    return {
        "input_size": sizes[-1],
        "interpolation": interpolation,
        "antialias": antialias,
        "resized": list(sizes),
    }


def version_facts(
    metrics: Iterable[str], models: ModelSet | None = None, size: int | None = None
) -> dict[str, str]:
    """Return the entries `metrics` and `packages` of the metadata of scores.

    Parameters
    ----------
    metrics : names in :data:`cortex2image.metrics.registry.METRICS`
    models : ModelSet, optional
        The set whose judges computed them; none where no network took part.
    size : int, optional
        Side in pixels of the pictures that were compared; none where no pictures were.

    Returns
    -------
    dict
        `metrics`: of each metric its `version`, and `weights`, `input_size`, `interpolation` and `antialias`
        as in :func:`judge_facts`, null where they do not apply. Metrics of pixels and LPIPS take pictures of
        `size`, to which originals were resized.
    """
    entries = {name: _entry(name, models, size) for name in metrics}
    return {
        "metrics": json.dumps(entries, sort_keys=True),
        "packages": json.dumps(package_versions(), sort_keys=True),
    }


def _entry(name: str, models: ModelSet | None, size: int | None) -> Facts:
    metric = metric_facts(name)
    if models and any(spec.name == metric.judge for spec in models.judges):
        return {"version": metric.version, **judge_facts(models, str(metric.judge))}
    trunk = models.lpips if models and metric.judge else None
    weights = folder_hash(models, trunk) if models and trunk else None
    resized = NO_PICTURE if size is None else _resized((size,), "lanczos", True)
    return {"version": metric.version, "weights": weights, **resized}


def differing(facts: Mapping[str, object], expected: Mapping[str, object]) -> list[str]:
    """Return the names of what is not the same in the facts of a metric in two tables, sorted."""
    return sorted(key for key in {*facts, *expected} if facts.get(key) != expected.get(key))


def recorded_versions(metadata: Mapping[bytes, bytes] | None) -> dict[str, Facts]:
    """Return what each metric of a table of scores depends on, by its name: the entry `metrics`."""
    return _entries(metadata, b"metrics")


def joined_versions(tables: Mapping[str, Mapping[bytes, bytes] | None]) -> dict[str, str]:
    """Join the entries `metrics` and `packages` of the metadata of several tables of scores.

    Parameters
    ----------
    tables : metadata of each table, by its path
        A table without such entries adds nothing.

    Returns
    -------
    dict
        As from :func:`version_facts`; the version of a package that differs between tables is a list.

    Raises
    ------
    DataError
        A metric has other facts in one table than in another.
    """
    metrics: dict[str, tuple[str, Facts]] = {}
    packages: dict[str, set[str]] = {}
    for path, metadata in tables.items():
        for name, facts in _entries(metadata, b"metrics").items():
            before = metrics.setdefault(name, (path, facts))
            _check_same(name, path, facts, *before)
        for package, number in _entries(metadata, b"packages").items():
            packages.setdefault(package, set()).add(number)
    found = {name: sorted(some) if len(some) > 1 else min(some) for name, some in packages.items()}
    return {
        "metrics": json.dumps({name: facts for name, (_, facts) in metrics.items()}, sort_keys=True),
        "packages": json.dumps(found, sort_keys=True),
    }


def _entries(metadata: Mapping[bytes, bytes] | None, key: bytes) -> Facts:
    entries: Facts = json.loads((metadata or {}).get(key, b"{}"))
    return entries


def _check_same(name: str, path: str, facts: Facts, first: str, expected: Facts) -> None:
    if differ := differing(facts, expected):
        wanted, found = (", ".join(f"{key} {some.get(key)}" for key in differ) for some in (expected, facts))
        fix = "delete the table that is out of date and run the workflow again: the two do not compare"
        raise DataError(f"{path}, {name}", f"{wanted}, as in {first}", found, fix)
