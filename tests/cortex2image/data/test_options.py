"""The options by which a step opens a data set."""

import argparse

import pytest
from cortex2image.data.options import (
    add_dataset_options,
    add_region_options,
    chosen_betas,
    chosen_dataset,
    chosen_recordings,
    parse_labels,
)

from cortex2image.data.bids.reader import BidsDataset
from cortex2image.data.nsd.reader import NsdDataset
from cortex2image.errors import ConfigError

NSD = ("--reader", "nsd", "--root", "/nsd", "--preparation", "b2", "--sessions", "37")


def parse(*argv: str, regions: bool = False) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_dataset_options(parser)
    if regions:
        add_region_options(parser)
    return parser.parse_args(argv)


@pytest.mark.parametrize("choose", [chosen_dataset, chosen_recordings])
def test_options_open_recordings(small_study, choose):
    dataset = choose(parse("--reader", "bids", "--root", str(small_study.root), "--task", "scenes"))
    assert isinstance(dataset, BidsDataset)
    assert (dataset.task, dataset.space, dataset.derivatives) == ("scenes", None, small_study.fmriprep)


@pytest.mark.parametrize("choose", [chosen_dataset, chosen_betas])
def test_options_open_betas(choose):
    dataset = choose(parse(*NSD, "--test-images", "special515"))
    assert isinstance(dataset, NsdDataset)
    assert (dataset.layout.betas, dataset.asked, dataset.test_images) == ("b2", 37, "special515")
    assert (dataset.mask, dataset.atlas, dataset.labels) == ("brain", None, {})


def test_regions_reach_the_reader_of_betas():
    regions = ("--mask", "atlas", "--atlas", "streams", "--labels", "early=1", "ventral=5")
    dataset = chosen_betas(parse(*NSD, *regions, regions=True))
    assert isinstance(dataset, NsdDataset)
    assert (dataset.mask, dataset.atlas, dataset.labels) == ("atlas", "streams", {"early": 1, "ventral": 5})


@pytest.mark.parametrize("labels", [["early"], ["early=x"], ["=1"], ["early=1", "ventral=-1"]])
def test_labels_are_names_and_codes(labels):
    with pytest.raises(ConfigError, match="NAME=CODE with a whole number"):
        parse_labels(labels)


def test_reader_and_root_are_required(capsys):
    with pytest.raises(SystemExit):
        parse("--reader", "bids")
    assert "--root" in capsys.readouterr().err
