"""Settings of a study for tests: only what differs from the defaults has to be said."""

import json
from collections.abc import Sequence
from typing import Any

from cortex2image.study.config import read_slice
from cortex2image.study.data_settings import Dataset
from cortex2image.study.settings import Study

DATASET = ("dataset/@source", "dataset/mask", "dataset/rois")


def some_study(reads: Sequence[str], **values: Any) -> Study:
    """Return the settings `reads` of a study."""
    return read_slice(Study, json.dumps(values, default=str), reads, "a test")


def some_dataset(reader: str, root: object, **values: Any) -> Dataset:
    """Return the settings by which the data of a study are opened, with voxels and regions."""
    return some_study(DATASET, dataset={"reader": reader, "root": str(root), **values}).dataset


def as_option(**values: Any) -> list[str]:
    """Return settings as the option of a step."""
    return ["--settings", json.dumps(values, default=str)]
