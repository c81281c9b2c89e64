"""Paths that the settings of a data set name: its folder, the atlas of a subject, the user's pictures."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cortex2image.errors import ConfigError
from cortex2image.study.data_settings import Dataset, Rois


def root_folder(dataset: Dataset) -> Path:
    """Return the folder of the data set.

    Raises
    ------
    ConfigError
        The settings name no folder.
    """
    if dataset.root is None:
        fix = "name it there"
        raise ConfigError("dataset/root", f"the folder of the {dataset.reader} data", "none", fix)
    return Path(dataset.root)


def subject_atlas(rois: Rois, subject: str) -> str | None:
    """Return the path of a subject's atlas, with ``{subject}`` filled in; None where the study has none."""
    return rois.atlas.replace("{subject}", subject) if rois.atlas else None


def pictures_digest(folder: str | Path) -> str:
    """Return :func:`files_digest` of every file in the stimuli folder; it changes with a picture."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    return files_digest((str(path.relative_to(folder)), path) for path in paths)


def files_digest(files: Iterable[tuple[str, Path]]) -> str:
    """Return a digest of name, size and time of files, each given as its name and its path.

    The content of the files is not read: a study may have tens of thousands.
    """
    stats = ((name, path.stat()) for name, path in files)
    facts = (f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats)
    return hashlib.blake2b("\n".join(facts).encode(), digest_size=8).hexdigest()
