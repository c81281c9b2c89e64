"""Picture files found by the names that tables give them, whatever the Unicode form of either.

An accented letter is one character (form NFC, as most programs write) or a letter and an accent (NFD, as
macOS stored names for long). Both look alike, and both mean the same picture.
"""

import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from cortex2image.errors import DataError
from cortex2image.pictures import SUFFIXES

Form = Callable[[str], str]


def normal_form(name: str) -> str:
    """Return a name in Unicode form NFC."""
    return unicodedata.normalize("NFC", name)


def _loose_form(name: str) -> str:
    """Return what names have in common that one person types for another: no case, no suffix of a picture."""
    plain = normal_form(name).casefold()
    return plain.rpartition(".")[0] if plain.endswith(SUFFIXES) else plain


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a cell of a table may be longer than any name of a file
        return False


@dataclass(frozen=True)
class PictureFolder:
    """A folder of pictures; each folder in it is listed at most once per form of its names.

    Attributes
    ----------
    root : Path
    stores : tuple of Path
        Other folders into which links of the folder may lead, such as the store of git-annex.
    """

    root: Path
    stores: tuple[Path, ...] = ()
    _listed: dict[tuple[Path, Form], dict[str, list[str]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def find(self, name: str, table: object) -> Path:
        """Return the file of a picture.

        Parameters
        ----------
        name : str
            Path below the folder, as `table` writes it.
        table : object
            Name of the table in the error.

        Raises
        ------
        DataError
            There is no such file, or it is a link that leads out of the folder. The message names a file
            that is spelt nearly so, if there is one.
        """
        plain = self.root / name
        found = plain if _is_file(plain) else self._alike(name, normal_form)
        if found is None:
            near = self._alike(name.replace("\\", "/"), _loose_form)
            meant = f", but {near.relative_to(self.root)}" if near else ""
            fix = f"put the picture there, or correct {table}"
            raise DataError(plain, "the picture of a stim_file", f"no such file{meant}", fix)
        real, homes = found.resolve(), [place.resolve() for place in (self.root, *self.stores)]
        if not any(real.is_relative_to(home) for home in homes):
            leads = f"a link to {real}"
            raise DataError(found, "a picture inside the stimuli folder", leads, "copy the picture there")
        return found

    def _alike(self, name: str, form: Form) -> Path | None:
        """Return the first file whose path equals `name`, both in a form; None if there is none."""
        places = [self.root]
        for part in map(form, PurePosixPath(name).parts):
            places = [place / entry for place in places for entry in self._entries(place, form).get(part, [])]
        return next(filter(Path.is_file, places), None)

    def _entries(self, folder: Path, form: Form) -> dict[str, list[str]]:
        """Return the names in a folder by their form."""
        if (folder, form) not in self._listed:
            known: dict[str, list[str]] = {}
            for name in sorted(os.listdir(folder)) if folder.is_dir() else []:
                known.setdefault(form(name), []).append(name)
            self._listed[folder, form] = known
        return self._listed[folder, form]
