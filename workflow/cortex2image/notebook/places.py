"""Files that tables of a study name, found from wherever the notebook runs."""

from collections.abc import Iterable
from pathlib import Path

from cortex2image.errors import DataError

FIX = "open the study in the folder where it was run, with the pictures that it names, or restore the file"


class Places:
    """Finds files by the paths that tables of a study give.

    Such paths start from the working directory of the workflow. Files of the study itself are looked for
    below its own folder first, so that a copied or moved study shows its own pictures.

    Parameters
    ----------
    root : folder of the study
    study : str
        Its name in the config, which the folder may no longer have.
    """

    def __init__(self, root: Path, study: str):
        self._root, self._own = root.resolve(), Path("results", study)

    def find(self, path: str | Path) -> Path:
        """Return where a file lies.

        Raises
        ------
        DataError
            It lies nowhere.
        """
        tried = list(dict.fromkeys(self._candidates(Path(path))))
        for place in tried:
            if place.exists():
                return place
        raise DataError(tried[0], "a file that the tables of this study name", "no such file", FIX)

    def folder(self, path: Path) -> Path:
        """Return a folder that a study names, where it lies; as given if it lies nowhere."""
        return next((place for place in self._candidates(path) if place.exists()), path)

    def _candidates(self, path: Path) -> Iterable[Path]:
        if path.is_relative_to(self._own):
            yield self._root / path.relative_to(self._own)
        if not path.is_absolute() and self._root.parent.name == "results":
            yield self._root.parent.parent / path
        yield path
