"""A study of two runs whose events name kinds of pictures, as the shipped example has it."""

from pathlib import Path

from tests.support.bids_tree import BidsTree
from tests.support.configs import Config, shipped

EVENTS = "onset\tduration\ttrial_type\n1\t4\tface\n10\t4\thouse\n20\t4\trest\n"


def categories_study(folder: Path) -> Config:
    """Write the data set into `folder` / data, and return the config, which names it from `folder`."""
    tree = BidsTree(folder / "data")
    for run in (1, 2):
        stem = f"sub-01_task-look_run-{run}"
        tree.add_run("sub-01", stem)
        (tree.root / "sub-01" / "func" / f"{stem}_events.tsv").write_text(EVENTS)
    config = shipped("bids-categories")
    config["dataset"] |= {"root": "data", "task": "look", "categories": {"face": "face", "house": "house"}}
    return config
