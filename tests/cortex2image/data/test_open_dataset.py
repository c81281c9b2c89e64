"""Names of readers become readers."""

import pytest

from cortex2image.data.bids import BidsDataset
from cortex2image.data.haxby2001 import Haxby2001Dataset
from cortex2image.data.open_dataset import READERS, open_dataset
from cortex2image.errors import ConfigError

CLASSES = {"simulated": BidsDataset, "bids": BidsDataset, "haxby2001": Haxby2001Dataset}


@pytest.mark.parametrize("reader", READERS)
def test_each_reader_opens_without_reading(reader, tmp_path):
    assert type(open_dataset(reader, tmp_path / "nowhere")) is CLASSES[reader]


def test_options_reach_the_reader(tmp_path):
    dataset = open_dataset("bids", tmp_path, tmp_path / "out", "x", "T1w")
    assert isinstance(dataset, BidsDataset)
    assert (dataset.derivatives, dataset.task, dataset.space) == (tmp_path / "out", "x", "T1w")


def test_unknown_reader(tmp_path):
    with pytest.raises(ConfigError, match=r"dataset\.reader(.|\n)*simulated, bids, haxby2001(.|\n)*'nsd'"):
        open_dataset("nsd", tmp_path)
