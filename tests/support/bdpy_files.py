"""Files as bdpy writes them: columns of voxels, then a column per label; the metadata say which is which."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from tests.support.bids_tree import write_picture_table

GRID, SPACING, ORIGIN = (4, 3, 2), 3.0, np.array([-6.0, -50.0, 4.0])


@dataclass(frozen=True)
class BdpyContent:
    """What one file holds.

    Attributes
    ----------
    voxels : (samples, voxels) array
    metadata : dict
        Key to (voxels,) array: a coordinate, or a region (1 in it, NaN elsewhere).
    labels : dict
        Key to (samples,) array.
    names : dict
        Key of a label to the name of each of its numbers.
    """

    voxels: np.ndarray
    metadata: Mapping[str, np.ndarray]
    labels: Mapping[str, np.ndarray]
    names: Mapping[str, Mapping[float, str]]


def number_of(stimulus: str) -> float:
    """Return the number that stands for ``n01518878_5958``: 1518878.005958."""
    wordnet, image = stimulus.removeprefix("n").split("_")
    return float(f"{int(wordnet)}.{int(image):06d}")


def some_coordinates(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return `count` points of the grid in random order, its two corners among them, as (count, 3) in mm."""
    points = rng.permutation(np.prod(GRID) - 2)[: count - 2] + 1
    chosen = rng.permutation([0, np.prod(GRID) - 1, *points])
    return ORIGIN + SPACING * np.stack(np.unravel_index(chosen, GRID), axis=1)


def some_content(shown: list[str], seed: int = 0, count: int = 12, **labels: list[int]) -> BdpyContent:
    """Return random amplitudes; V1 is the first half of the voxels, VC all but two, LOC the last three."""
    rng = np.random.default_rng(seed)
    x, y, z = some_coordinates(np.random.default_rng(99), count).T
    place = np.arange(count)
    metadata = {"voxel_x": x, "voxel_y": y, "voxel_z": z}
    metadata |= {
        "ROI_V1": np.where(place < count // 2, 1, np.nan),
        "ROI_LOC": np.where(place >= count - 3, 1, np.nan),
        "ROI_VC": np.where(place < count - 2, 1, np.nan),
    }
    columns = {key: np.array(values, float) for key, values in labels.items()}
    columns["stimulus_id"] = np.array([number_of(name) for name in shown])
    return BdpyContent(rng.normal(size=(len(shown), count)), metadata, columns, {})


def write_bdpy(path: Path, content: BdpyContent, old: bool = False) -> Path:
    """Write a file; `old` gives the layout before 2018, with other names, and texts as bytes."""
    width, labels = content.voxels.shape[1], list(content.labels)
    table = np.column_stack([content.voxels, *content.labels.values()])
    empty, own = np.full(len(labels), np.nan), np.where(np.eye(len(labels)), 1, np.nan)
    selectors = {"VoxelData": [*np.ones(width), *empty]}
    selectors |= {key: [*values, *empty] for key, values in content.metadata.items()}
    for number, label in enumerate(labels):
        selectors[label] = [*np.full(width, np.nan), *own[number]]
    keys = list(selectors)
    with h5py.File(path, "w") as file:
        file["dataSet" if old else "dataset"] = table
        group = file.create_group("metaData" if old else "metadata")
        group["key"] = [key.encode() for key in keys] if old else keys
        group["description"] = [f"about {key}" for key in keys]
        group["value"] = np.array(list(selectors.values()))
        file.create_group("header")["ctime"] = "2017-01-01"
        for key, names in content.names.items():
            for number, name in names.items():
                file[f"vmap/{key}/{number}"] = name.encode()
    return path


def write_pictures(root: Path, stimuli: set[str]) -> None:
    """Write an empty picture of each stimulus, and the table of pictures."""
    names = sorted(stimuli)
    columns = {"stim_file": [f"{name}.JPEG" for name in names], "captions": [f"a {name}" for name in names]}
    write_picture_table(root, columns)
