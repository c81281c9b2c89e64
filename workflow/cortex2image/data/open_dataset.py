"""The one place where a reader's name in the config becomes a reader."""

from pathlib import Path

from cortex2image.data.bids import BidsDataset
from cortex2image.data.haxby2001 import Haxby2001Dataset
from cortex2image.errors import ConfigError

READERS = ("simulated", "bids", "haxby2001")


def open_dataset(
    reader: str,
    root: str | Path,
    derivatives: str | Path | None = None,
    task: str | None = None,
    space: str | None = None,
) -> BidsDataset | Haxby2001Dataset:
    """Open a data set; nothing is read yet.

    Parameters
    ----------
    reader : str
        One of :data:`READERS`. The simulated data set is a BIDS data set and read like anybody's.
    root : path of the data set
    derivatives, task, space : optional
        See :class:`cortex2image.data.bids.BidsDataset`; the Haxby distribution has one task on one grid.

    Raises
    ------
    ConfigError
        The reader is unknown.
    """
    if reader in ("simulated", "bids"):
        return BidsDataset(root, derivatives, task, space)
    if reader == "haxby2001":
        return Haxby2001Dataset(root)
    fix = "correct dataset.reader"
    raise ConfigError("dataset.reader", f"one of {', '.join(READERS)}", f"'{reader}'", fix)
