"""Which files hold a subject of the Kamitani laboratory's data, as they are published."""

import re
from dataclasses import dataclass
from pathlib import Path

from cortex2image.data.subjects import plain_label, subject_key
from cortex2image.errors import DataError

_FILE = re.compile(r"(?:Subject|sub-)(\d+)(?:_(.+))?\.h5")
PARTS = {"train": "Training", "test": "Test"}


@dataclass(frozen=True)
class SubjectFiles:
    """The files of one subject: ``train`` and ``test``, or one whose column DataType tells them apart.

    Attributes
    ----------
    files : dict
        Split to file; the split is ``None`` for the one file of both.
    others : tuple of Path
        Files of other experiments with the same subject, which are left out.
    """

    files: dict[str | None, Path]
    others: tuple[Path, ...] = ()


def find_files(root: Path, subject: str, betas: str | None) -> SubjectFiles:
    """Find the files of a subject, however its number is padded.

    One file ``Subject1.h5`` or ``sub-01.h5`` (Generic Object Decoding); or two whose names hold ``Training``
    and ``Test``, such as ``sub-01_perceptionNaturalImageTraining_original_VC.h5`` (Deep Image
    Reconstruction).

    Parameters
    ----------
    root : path of the folder that holds them
    subject : str
        Label such as ``sub-01``.
    betas : str or None
        Text that a file's name must hold, to choose between versions, e.g. ``original_VC``.

    Raises
    ------
    DataError
        There is none, only one of the two, or several that fit.
    """
    found = [path for path in _of_subject(root, subject) if (betas or "") in path.name]
    whole = [path for path in found if "_" not in path.stem]
    parts = {split: [p for p in found if word in p.name and p not in whole] for split, word in PARTS.items()}
    fitting = [*whole, *parts["train"], *parts["test"]]
    if len(whole) == 1 and len(fitting) == 1:
        return SubjectFiles({None: whole[0]}, tuple(p for p in found if p not in fitting))
    if not whole and [len(files) for files in parts.values()] == [1, 1]:
        others = tuple(path for path in found if path not in fitting)
        return SubjectFiles({split: files[0] for split, files in parts.items()}, others)
    names = ", ".join(path.name for path in fitting) or "none"
    fix = "keep one version there, or set dataset.betas to a piece of the name that only one version has"
    expected = f"one .h5 file of {subject}, or one for Training and one for Test"
    raise DataError(root, expected, names, fix)


def subject_labels(root: Path) -> list[str]:
    """Return the subjects of whom there is any file, ``sub-01`` and so on, sorted."""
    matches = (_FILE.fullmatch(path.name) for path in root.glob("*.h5"))
    return [f"sub-{number:02d}" for number in sorted({int(match[1]) for match in matches if match})]


def _of_subject(root: Path, subject: str) -> list[Path]:
    matches = {path: _FILE.fullmatch(path.name) for path in sorted(root.glob("*.h5"))}
    return [
        path for path, match in matches.items() if match and plain_label(match[1]) == subject_key(subject)
    ]
