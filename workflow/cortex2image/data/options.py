"""The command-line options by which every step opens the study's data set."""

import argparse
from collections.abc import Sequence
from dataclasses import replace

from cortex2image.data.open_dataset import (
    Source,
    open_betas,
    open_dataset,
    open_recordings,
)
from cortex2image.data.prepared import BetaDataset
from cortex2image.data.recording import Dataset, StudyDataset
from cortex2image.errors import ConfigError
from cortex2image.study.readers import READERS


def add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Add what says which data set it is and which sessions and stimuli of it are used."""
    parser.add_argument("--reader", required=True, choices=READERS)
    parser.add_argument("--root", required=True, help="folder of the data set")
    parser.add_argument("--derivatives", help="folder of the fMRIPrep output")
    parser.add_argument("--task", help="task label, needed where there are several")
    parser.add_argument("--space", help="space of the recordings or betas, needed where there are several")
    parser.add_argument("--preparation", help="name of the prepared betas, dataset/betas in the config")
    parser.add_argument("--sessions", type=int, help="only the first so many sessions of prepared betas")
    parser.add_argument("--test-images", default="shared", help="what counts as test in prepared betas")


def add_region_options(parser: argparse.ArgumentParser) -> None:
    """Add what says which voxels are used and how their regions are called."""
    parser.add_argument("--mask", default="brain", help="brain, or atlas: labelled voxels")
    parser.add_argument("--atlas", help="volume of integer labels, or the name of an atlas of the data set")
    parser.add_argument("--labels", nargs="*", default=[], metavar="NAME=CODE")


def chosen_dataset(args: argparse.Namespace) -> StudyDataset:
    """Open the data set that the options name, of either kind."""
    return open_dataset(_source(args))


def chosen_recordings(args: argparse.Namespace) -> Dataset:
    """Open the recordings that the options name."""
    return open_recordings(_source(args))


def chosen_betas(args: argparse.Namespace) -> BetaDataset:
    """Open the prepared betas that the options name; those of regions may be among them."""
    source = _source(args)
    if "labels" not in args:
        return open_betas(source)
    return open_betas(replace(source, mask=args.mask, atlas=args.atlas, labels=parse_labels(args.labels)))


def parse_labels(labels: Sequence[str]) -> dict[str, int]:
    """Return regions and their codes from ``NAME=CODE`` options."""
    pairs = [label.rpartition("=") for label in labels]
    if not all(name and code.isdigit() for name, _, code in pairs):
        raise ConfigError("--labels", "NAME=CODE with a whole number", " ".join(labels), "correct the labels")
    return {name: int(code) for name, _, code in pairs}


def _source(args: argparse.Namespace) -> Source:
    return Source(
        args.reader,
        args.root,
        args.derivatives,
        args.task,
        args.space,
        args.preparation,
        args.sessions,
        args.test_images,
    )
