"""Before a job that is alone: the names of the files of a data set, as tests/support/alone.py explains.

``given_names.py HOME DATA`` gives the working directory the names of the files that lie in HOME/DATA.
"""

import shutil
import sys
from pathlib import Path

PICTURES = (".png", ".jpg", ".jpeg")
SKIPPED = ".snakemake_timestamp"


def give_names(home: Path, data: Path, here: Path) -> None:
    """Give `here` the names of the files of a data set; what is there stays, links to folders as copies."""
    for folder in (here / data).rglob("*"):
        if folder.is_symlink() and folder.is_dir():  # readers refuse pictures that lie elsewhere
            source = folder.resolve()
            folder.unlink()
            shutil.copytree(source, folder)
    files = [path for path in (home / data).rglob("*") if path.is_file() and path.name != SKIPPED]
    for file in files:
        target = here / file.relative_to(home)
        if target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix.lower() in PICTURES:
            shutil.copyfile(file, target)
        else:
            target.touch()


if __name__ == "__main__":
    give_names(Path(sys.argv[1]), Path(sys.argv[2]), Path.cwd())
