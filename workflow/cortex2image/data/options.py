"""The command-line options by which every step opens the study's data set."""

import argparse

from cortex2image.data.open_dataset import READERS, open_dataset
from cortex2image.data.recording import Dataset


def add_dataset_options(parser: argparse.ArgumentParser) -> None:
    """Add --reader, --root, --derivatives, --task and --space."""
    parser.add_argument("--reader", required=True, choices=READERS)
    parser.add_argument("--root", required=True, help="folder of the data set")
    parser.add_argument("--derivatives", help="folder of the fMRIPrep output")
    parser.add_argument("--task", help="task label, needed where there are several")
    parser.add_argument("--space", help="space of the recordings, needed where there are several")


def chosen_dataset(args: argparse.Namespace) -> Dataset:
    """Open the data set that the options name."""
    return open_dataset(args.reader, args.root, args.derivatives, args.task, args.space)
