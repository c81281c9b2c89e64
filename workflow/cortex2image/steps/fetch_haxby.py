"""Fetch one subject of the Haxby 2001 distribution.

Downloads with nilearn. Writes the folder subjN below ``--root`` with bold.nii.gz, labels.txt and the other
files of the subject, and a copy of the brain mask of the distribution.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from cortex2image.data.haxby2001 import PLACEMENT
from cortex2image.data.subjects import subject_key
from cortex2image.errors import DataError, run_step
from cortex2image.files import atomic
from cortex2image.study.command import Command
from cortex2image.study.settings import Study

COMMAND = Command(__doc__, Study, labels=("subject",), places=("root",))


def download(number: int, folder: Path) -> list[Path]:
    """Download one subject into `folder` and return its files and the brain mask.

    Raises
    ------
    DataError
        The download failed; what arrived stays in `folder`, where the next attempt continues.
    """
    from nilearn.datasets import fetch_haxby

    try:
        fetched = fetch_haxby(data_dir=str(folder), subjects=[number])
    except OSError as error:
        expected = f"the download of subject {number} of Haxby 2001"
        raise DataError(folder, expected, f"{type(error).__name__}: {error}", PLACEMENT) from error
    return [*sorted(Path(fetched.func[0]).parent.iterdir()), Path(fetched.mask)]


def main(argv: Sequence[str] | None = None) -> None:
    """Fetch one subject and put its files in place."""
    args, _ = COMMAND.parse(argv)
    number = int(subject_key(args.subject))
    unpacked = Path(args.root) / f".fetch-subj{number}"
    for file in download(number, unpacked):
        with atomic(Path(args.root) / f"subj{number}" / file.name) as temporary:
            shutil.copyfile(file, temporary)
    shutil.rmtree(unpacked)


if __name__ == "__main__":
    run_step(main)
