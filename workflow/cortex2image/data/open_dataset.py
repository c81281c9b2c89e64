"""The one place where a reader's name in the config becomes a reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cortex2image.data.bids.dataset import BidsDataset
from cortex2image.data.haxby2001 import Haxby2001Dataset
from cortex2image.data.prepared import BetaDataset
from cortex2image.data.recording import Dataset, StudyDataset
from cortex2image.errors import ConfigError
from cortex2image.study.readers import PREPARED, RECORDINGS


@dataclass(frozen=True)
class Source:
    """The keys under ``dataset:`` that say what is read and how; a reader takes what it knows of them.

    Attributes
    ----------
    reader : str
        One of :data:`cortex2image.study.readers.READERS`. The simulated one is read as any BIDS data set.
    root : path of the data set
    derivatives, task : optional
        See :class:`cortex2image.data.bids.dataset.BidsDataset`; the Haxby set has one task on one grid.
    space : str, optional
        fMRIPrep output space, or the space of prepared betas.
    betas, sessions, test_images : optional
        Which prepared betas, how many sessions of them, and what counts as test; see the reader.
    mask, atlas, labels : optional
        Which of their voxels, and the regions these lie in.
    """

    reader: str
    root: str | Path
    derivatives: str | Path | None = None
    task: str | None = None
    space: str | None = None
    betas: str | None = None
    sessions: int | None = None
    test_images: str = "shared"
    mask: str = "brain"
    atlas: str | None = None
    labels: Mapping[str, int] = field(default_factory=dict)


def open_dataset(source: Source) -> StudyDataset:
    """Open a data set of either kind; nothing is read yet.

    Raises
    ------
    ConfigError
        The reader is unknown, or a key has a value that it does not know.
    """
    return open_betas(source) if source.reader in PREPARED else open_recordings(source)


def open_recordings(source: Source) -> Dataset:
    """Open a data set of recordings, as :func:`open_dataset`; betas are refused."""
    if source.reader in ("simulated", "bids"):
        return BidsDataset(source.root, source.derivatives, source.task, source.space)
    if source.reader == "haxby2001":
        return Haxby2001Dataset(source.root)
    raise _unknown(source, RECORDINGS)


def open_betas(source: Source) -> BetaDataset:
    """Open a data set of betas that others estimated, as :func:`open_dataset`; recordings are refused."""
    if source.reader not in PREPARED:
        raise _unknown(source, PREPARED)
    # Imported here, since each loads what its own file format needs.
    common: dict[str, Any] = {
        "betas": source.betas,
        "sessions": source.sessions,
        "mask": source.mask,
        "labels": source.labels,
    }
    if source.reader == "bdpy":
        from cortex2image.data.bdpy.reader import BdpyDataset

        return BdpyDataset(source.root, **common)
    common |= {"space": source.space, "atlas": source.atlas}
    if source.reader == "bold5000":
        from cortex2image.data.bold5000.reader import Bold5000Dataset

        return Bold5000Dataset(source.root, **common)
    from cortex2image.data.nsd.reader import NsdDataset

    return NsdDataset(source.root, test_images=source.test_images, **common)


def _unknown(source: Source, known: tuple[str, ...]) -> ConfigError:
    return ConfigError("dataset.reader", f"one of {', '.join(known)}", f"'{source.reader}'", "correct it")
