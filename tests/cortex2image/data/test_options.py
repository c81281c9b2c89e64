"""The options by which a step opens a data set."""

import argparse

import pytest

from cortex2image.data.bids import BidsDataset
from cortex2image.data.options import add_dataset_options, chosen_dataset


def parse(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_dataset_options(parser)
    return parser.parse_args(argv)


def test_options_open_the_data_set(small_study):
    dataset = chosen_dataset(parse("--reader", "bids", "--root", str(small_study.root), "--task", "scenes"))
    assert isinstance(dataset, BidsDataset)
    assert (dataset.task, dataset.space, dataset.derivatives) == ("scenes", None, small_study.fmriprep)


def test_reader_and_root_are_required(capsys):
    with pytest.raises(SystemExit):
        parse("--reader", "bids")
    assert "--root" in capsys.readouterr().err
