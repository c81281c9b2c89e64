"""Configs of studies: those that are shipped, changed at one key, and small ones of betas of others."""

from pathlib import Path
from typing import Any

import yaml

CONFIGS = Path(__file__).parents[2] / "config"
# Settings by which a data set is opened, the group `source` of `dataset`, in their order.
SOURCE = [
    "reader",
    "root",
    "derivatives",
    "task",
    "categories",
    "block_gap_s",
    "space",
    "entities",
    "betas",
    "sessions",
    "test_images",
]
Config = dict[str, Any]


def shipped(name: str = "config") -> Config:
    """Return a config of the repository as YAML gives it, by default that of the simulated study."""
    config: Config = yaml.safe_load((CONFIGS / f"{name}.yaml").read_text())
    return config


def change(config: Config, path: str, value: object) -> Config:
    """Set the key at `path`, such as ``ridge/folds``, and return the config."""
    *parents, last = path.split("/")
    place = config
    for key in parents:
        place = place.setdefault(key, {})
    place[last] = value
    return config


def distributed(reader: str, **dataset: object) -> Config:
    """Return the config of a study with the data of one reader, in /data, from all of its voxels."""
    return {
        "study": "x",
        "subjects": ["sub-01"],
        "standardise": {"by": "all"},
        "dataset": {"reader": reader, "root": "/data"} | dataset,
        "decode": {"rois": {"z": ["all"], "c": ["all"]}},
    }
