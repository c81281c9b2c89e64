"""Entities of BIDS file names: files are matched by entities, never by names that are put together."""

import filecmp
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cortex2image.data.subjects import plain_label
from cortex2image.errors import DataError
from cortex2image.study.data_settings import CHOSEN_BY_ENTITY

ABSENT = "none"
"""What a study writes for an entity that the name of a file must not hold."""


@dataclass(frozen=True)
class BidsFile:
    """A BIDS file and what its name says.

    Attributes
    ----------
    path : Path
    entities : mapping of key to label without padding, e.g. ``{"sub": "1", "run": "2"}``
    spelled : mapping of key to label as the name spells it, e.g. ``{"sub": "01", "run": "02"}``
    suffix : str
        The parts of the name without a key, joined by ``_``: ``bold``, or ``bold_confounds`` in old fMRIPrep
        names.
    extension : str
        From the first dot on, e.g. ``.nii.gz``.
    """

    path: Path
    entities: Mapping[str, str]
    spelled: Mapping[str, str]
    suffix: str
    extension: str


def parse_name(path: Path) -> BidsFile:
    """Split a BIDS file name into its entities, which may stand in any order."""
    stem, dot, extension = path.name.partition(".")
    words = stem.split("_")
    spelled = dict(word.split("-", 1) for word in words if "-" in word)
    entities = {key: plain_label(label) for key, label in spelled.items()}
    suffix = "_".join(word for word in words if "-" not in word)
    return BidsFile(path, entities, spelled, suffix, dot + extension)


def files_of(root: Path, subject_folder: str | None) -> list[BidsFile]:
    """Return the files that can belong to a functional run of one subject, sorted by folder.

    These are the files directly in `root` (which hold for all subjects), in the subject's folder, in the
    folders of its sessions, and in the ``func`` folders of both.
    """
    folders = [root]
    if subject_folder is not None:
        subject = root / subject_folder
        sessions = sorted(subject.glob("ses-*"))
        folders += [subject, subject / "func", *sessions, *(session / "func" for session in sessions)]
    listed = [entry for folder in folders if folder.is_dir() for entry in sorted(folder.iterdir())]
    # Links to nothing stay, so that what is missing is named; a pipe would be read for ever.
    kept = [entry for entry in listed if entry.is_file() or not entry.exists()]
    return [parse_name(entry) for entry in kept if not entry.name.startswith(".")]


def applies(general: BidsFile, special: BidsFile, ignore: Iterable[str] = ("desc",)) -> bool:
    """Return whether each entity that the name of `general` holds has the same label in `special`."""
    wanted = {key: label for key, label in general.entities.items() if key not in ignore}
    return wanted.items() <= special.entities.items()


def by_inheritance(candidates: Iterable[BidsFile], special: BidsFile) -> list[BidsFile]:
    """Return the candidates that apply to `special`, from the fewest entities to the most."""
    return sorted((c for c in candidates if applies(c, special)), key=lambda c: len(c.entities))


def closest(candidates: Iterable[BidsFile], special: BidsFile) -> BidsFile | None:
    """Return the candidate with the most entities among those that apply to `special`, or None.

    Raises
    ------
    DataError
        Two candidates with equally many entities differ in content, so that the choice would be arbitrary.
    """
    matching = by_inheritance(candidates, special)
    for other in matching[:-1]:
        last = matching[-1]
        if len(other.entities) == len(last.entities) and not _alike(other.path, last.path):
            found = f"{other.path} and {last.path}, which differ in content"
            raise DataError(special.path, "one companion file of each kind", found, choice(other, last))
    return matching[-1] if matching else None


def _alike(one: Path, other: Path) -> bool:
    """Return whether two files have the same content; files of git-annex may be links to nothing."""
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)


def differing(one: BidsFile, other: BidsFile) -> dict[str, tuple[str, str]]:
    """Return the labels of both files, ``none`` for no such entity, by each key in which they differ."""
    keys = sorted(one.entities.keys() | other.entities.keys())
    labels = {key: (one.spelled.get(key, ABSENT), other.spelled.get(key, ABSENT)) for key in keys}
    return {key: labels[key] for key in keys if one.entities.get(key) != other.entities.get(key)}


def choice(one: BidsFile, other: BidsFile) -> str:
    """Return what to do about two files that could both be meant."""
    chosen = [
        f'{key}: "{first}" or {key}: "{second}"'
        for key, (first, second) in differing(one, other).items()
        if key in CHOSEN_BY_ENTITY
    ]
    if chosen:
        return f"choose one in the config, below dataset/entities: {'; '.join(chosen)}"
    return "choose one, and keep the other in a folder outside of this data set: their names say the same"


def natural_key(label: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key under which ``run-2`` comes before ``run-10``."""
    parts = re.findall(r"[0-9]+|[^0-9]+", label)
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts)
