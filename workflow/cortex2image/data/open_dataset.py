"""Opening the data set of a study: the registry of readers names the module that does it.

Reader modules are imported by name, so that the source files of a step include no reader. Rules add the
source files of the one reader that their study uses.
"""

import importlib
from types import ModuleType

from cortex2image.data.prepared import BetaDataset
from cortex2image.data.recording import RecordedDataset, StudyDataset
from cortex2image.errors import ConfigError
from cortex2image.study.data_settings import Dataset
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study


def open_dataset(dataset: Dataset) -> StudyDataset:
    """Open a data set of either kind; nothing is read yet.

    Parameters
    ----------
    dataset : Dataset
        Only its settings of the group ``@source`` count.

    Raises
    ------
    ConfigError
        The reader is unknown, or a setting has a value that the reader does not know.
    """
    opened: StudyDataset = _module(dataset, tuple(READERS)).open_data(dataset)
    return opened


def open_recordings(dataset: Dataset) -> RecordedDataset:
    """Open a data set of recordings, as :func:`open_dataset`; prepared betas are refused."""
    recordings = tuple(name for name, reader in READERS.items() if not reader.prepared)
    opened: RecordedDataset = _module(dataset, recordings).open_data(dataset)
    return opened


def open_betas(dataset: Dataset) -> BetaDataset:
    """Open a data set of prepared betas with its voxels; recordings are refused.

    Parameters
    ----------
    dataset : Dataset
        Only its settings of the group ``@source``, ``mask`` and ``rois`` count.

    Raises
    ------
    ConfigError
        The reader is unknown or reads recordings, or a setting has a value that the reader does not know.
    """
    prepared = tuple(name for name, reader in READERS.items() if reader.prepared)
    opened: BetaDataset = _module(dataset, prepared).open_betas(dataset)
    return opened


def check_study(study: Study, subject: str) -> None:
    """Test in seconds, before anything is planned, that all files that the workflow does not make exist.

    Raises
    ------
    ConfigError, DataError
        A file is missing, or contradicts the config. Each reader has its own tests.
    """
    _module(study.dataset, tuple(READERS)).check_study(study, subject)


def _module(dataset: Dataset, known: tuple[str, ...]) -> ModuleType:
    if dataset.reader not in known:
        expected = f"one of {', '.join(known)}"
        raise ConfigError("dataset/reader", expected, f"'{dataset.reader}'", "correct it")
    return importlib.import_module(READERS[dataset.reader].module)
