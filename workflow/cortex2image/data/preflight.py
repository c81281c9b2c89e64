"""What must be in place before a study is planned: found out in seconds, not after an hour of jobs."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from cortex2image.data.bids.dataset import BidsDataset
from cortex2image.data.subjects import subject_key
from cortex2image.errors import DataError


def check_bids_study(dataset: BidsDataset, subject: str, atlas: str | None) -> None:
    """Test that a subject is spelt as its folder is, and that its atlas and the table of pictures exist.

    Parameters
    ----------
    dataset : BidsDataset
    subject : str
        Label from the config.
    atlas : str or None
        Path of the subject's atlas.

    Raises
    ------
    DataError
        One of them is not so.
    """
    spelt = [s for s in dataset.subjects() if subject_key(s) == subject_key(subject)]
    if spelt and subject not in spelt:
        fix = f"write {spelt[0]} under subjects in the config"
        raise DataError(dataset.derivatives, f"a folder {subject}", f"a folder {spelt[0]}", fix)
    if not dataset.stimuli_table.is_file():
        fix = "write it: stim_file, split (train or test), captions joined by ' | ', category if there is one"
        raise DataError(dataset.stimuli_table, "the table of the pictures", "no such file", fix)
    if atlas is not None and not Path(atlas).is_file():
        fix = "put the volume there, or correct dataset/rois/atlas in the config (null for none)"
        raise DataError(atlas, f"the atlas of {subject}", "no such file", fix)


def pictures_digest(folder: str | Path) -> str:
    """Return a digest of name, size and time of every file in the stimuli folder; it changes with a picture.

    Their content is not read: a study may have tens of thousands.
    """
    paths: Iterable[Path] = sorted(p for p in Path(folder).rglob("*") if p.is_file())
    facts = (f"{p.relative_to(folder)} {p.stat().st_size} {p.stat().st_mtime_ns}" for p in paths)
    return hashlib.blake2b("\n".join(facts).encode(), digest_size=8).hexdigest()
