"""Paths that the settings of a data set name: its folder, the atlas of a subject, the user's pictures."""

import hashlib
from pathlib import Path

from cortex2image.errors import ConfigError
from cortex2image.study.settings import Dataset, Rois


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
    """Return a digest of name, size and time of every file in the stimuli folder; it changes with a picture.

    The content of the files is not read: a study may have tens of thousands.
    """
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file())
    facts = (f"{p.relative_to(folder)} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in paths)
    return hashlib.blake2b("\n".join(facts).encode(), digest_size=8).hexdigest()
