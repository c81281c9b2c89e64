"""Names of readers become readers."""

import pytest

from cortex2image.data.bdpy.reader import BdpyDataset
from cortex2image.data.bids.reader import BidsDataset
from cortex2image.data.bold5000.reader import Bold5000Dataset
from cortex2image.data.haxby2001 import Haxby2001Dataset
from cortex2image.data.nsd.reader import NsdDataset
from cortex2image.data.open_dataset import Source, open_betas, open_dataset, open_recordings
from cortex2image.errors import ConfigError
from cortex2image.study.readers import PREPARED, READERS, RECORDINGS

CLASSES = {
    "simulated": BidsDataset,
    "bids": BidsDataset,
    "haxby2001": Haxby2001Dataset,
    "nsd": NsdDataset,
    "bold5000": Bold5000Dataset,
    "bdpy": BdpyDataset,
}


@pytest.mark.parametrize("reader", READERS)
def test_each_reader_opens_without_reading(reader, tmp_path):
    assert type(open_dataset(Source(reader, tmp_path / "nowhere"))) is CLASSES[reader]


def test_options_reach_the_reader_of_recordings(tmp_path):
    dataset = open_recordings(Source("bids", tmp_path, tmp_path / "out", "x", "T1w"))
    assert isinstance(dataset, BidsDataset)
    assert (dataset.derivatives, dataset.task, dataset.space) == (tmp_path / "out", "x", "T1w")


def test_options_reach_the_readers_of_betas(tmp_path):
    chosen = {"betas": "b2", "sessions": 37, "mask": "atlas", "labels": {"early": 1}}
    nsd = open_betas(
        Source("nsd", tmp_path, space="func1mm", atlas="streams", test_images="special515", **chosen)
    )
    assert isinstance(nsd, NsdDataset)
    assert (nsd.layout.root, nsd.layout.space, nsd.layout.betas) == (tmp_path, "func1mm", "b2")
    assert (nsd.asked, nsd.mask, nsd.test_images) == (37, "atlas", "special515")
    assert (nsd.atlas, nsd.labels) == ("streams", {"early": 1})
    bold5000 = open_betas(Source("bold5000", tmp_path, space="volume", atlas="a.nii.gz", **chosen))
    assert isinstance(bold5000, Bold5000Dataset)
    assert (bold5000.root, bold5000.betas, bold5000.atlas) == (tmp_path, "b2", "a.nii.gz")
    bdpy = open_betas(Source("bdpy", tmp_path, **chosen))
    assert isinstance(bdpy, BdpyDataset)
    assert (bdpy.root, bdpy.labels) == (tmp_path, {"early": 1})


def test_unknown_reader(tmp_path):
    with pytest.raises(ConfigError, match=r"dataset\.reader(.|\n)*simulated, bids, haxby2001(.|\n)*'nsb'"):
        open_dataset(Source("nsb", tmp_path))


@pytest.mark.parametrize("reader", RECORDINGS)
def test_recordings_are_no_betas(reader, tmp_path):
    with pytest.raises(ConfigError, match="one of nsd, bold5000, bdpy"):
        open_betas(Source(reader, tmp_path))


@pytest.mark.parametrize("reader", PREPARED)
def test_betas_are_no_recordings(reader, tmp_path):
    with pytest.raises(ConfigError, match="one of simulated, bids, haxby2001"):
        open_recordings(Source(reader, tmp_path))
