"""The pictures of NSD: names, origin in COCO, captions, split, and pixels.

All pictures lie in one HDF5 file of 37 GiB, of which only the wanted ones are read.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cortex2image.data.hdf5 import dataset_of, opened
from cortex2image.data.nsd.design import Design, Split
from cortex2image.data.nsd.facts import CAPTION_SPLITS, PICTURES
from cortex2image.data.nsd.layout import Layout
from cortex2image.data.recording import Stimulus
from cortex2image.errors import DataError
from cortex2image.given_files import read_bytes, read_json
from cortex2image.pictures import LARGEST

PREFIX = "nsd-"
ONE_RELEASE = "take nsd_expdesign.mat, nsd_stim_info_merged.csv and responses.tsv from one release of NSD"
STIM_INFO = {"nsdId": np.int64, "cocoId": np.int64, "cocoSplit": str}
TRUE = ("1", "1.0", "true")
KEY = "imgBrick"
DAMAGED = "download nsd_stimuli.hdf5 again; it is missing, cut short or another file"


def stimulus_id(nsd_id: int) -> str:
    """Return the name of a picture: ``nsd-02950`` has the nsdId 2950, which counts from 0."""
    return f"{PREFIX}{nsd_id:05d}"


def nsd_id_of(stimulus: str) -> int:
    """Return the nsdId of a stimulus."""
    return int(stimulus.removeprefix(PREFIX))


def seen_stimuli(
    layout: Layout, design: Design, shown: Mapping[int, np.ndarray], split: Split
) -> list[Stimulus]:
    """Return the pictures that were shown and take part in the study, ascending by nsdId.

    Parameters
    ----------
    layout : Layout
    design : Design
    shown : mapping of subject number to (sessions, 750) nsdIds
    split : Split

    Raises
    ------
    DataError
        The table of pictures or the captions are missing, or do not fit the design.
    """
    path = layout.stim_info()
    info = load_stim_info(path, tuple(shown))
    for number, nsd_ids in shown.items():
        check_stim_info(path, info, design, number, len(nsd_ids))
    chosen = np.unique(np.concatenate([nsd_ids.ravel() for nsd_ids in shown.values()]))
    chosen = chosen[split.kept(chosen)]
    captions = _captions(layout, info.loc[chosen])
    test = np.isin(chosen, split.test).tolist()
    return [
        Stimulus(stimulus_id(nsd_id), "test" if tests else "train", captions[nsd_id], None, None)
        for nsd_id, tests in zip(chosen.tolist(), test, strict=True)
    ]


def _captions(layout: Layout, chosen: pd.DataFrame) -> dict[int, tuple[str, ...]]:
    captions: dict[int, tuple[str, ...]] = {}
    for split, rows in chosen.groupby("cocoSplit"):
        wanted = dict(zip(rows["cocoId"].tolist(), rows["nsdId"].tolist(), strict=True))
        captions |= load_captions(layout.captions(str(split)), wanted, str(split))
    return captions


def load_captions(path: str | Path, wanted: Mapping[int, int], split: str) -> dict[int, tuple[str, ...]]:
    """Read COCO's captions of some photographs.

    Parameters
    ----------
    path : path of ``captions_train2017.json`` or ``captions_val2017.json``
    wanted : mapping of cocoId to nsdId
    split : str
        Split of COCO that the photographs belong to, for errors.

    Returns
    -------
    dict of nsdId to captions, in the order of the file; an annotation without words is none

    Raises
    ------
    DataError
        The file is missing or cut short, is no captions file, or has no caption of a photograph, as the file
        of the other split.
    """
    fix = f"put captions_{split}.json of COCO's annotations_trainval2017.zip there"
    found: dict[int, list[str]] = {nsd_id: [] for nsd_id in wanted.values()}
    try:
        for annotation in read_json(path)["annotations"]:
            if annotation["image_id"] in wanted:
                annotation["caption"].encode()  # raises ValueError at half of a character
                if words := annotation["caption"].split():
                    found[wanted[annotation["image_id"]]].append(" ".join(words))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(path, "captions as COCO distributes them", repr(error), fix) from None
    missing = sum(not captions for captions in found.values())
    if missing:
        expected = f"captions of all {len(wanted)} pictures that NSD took from {split}"
        raise DataError(path, expected, f"none of {missing} of them", fix)
    return {nsd_id: tuple(captions) for nsd_id, captions in found.items()}


def load_stim_info(path: str | Path, numbers: tuple[int, ...]) -> pd.DataFrame:
    """Read ``nsd_stim_info_merged.csv``: one row per picture, in the order of nsdId, from 0.

    Parameters
    ----------
    path : path
    numbers : tuple of int
        Subjects (from 1) whose columns are wanted.

    Returns
    -------
    DataFrame
        Columns nsdId, cocoId, cocoSplit, shared1000 and subject1, subject2, ... (bool).

    Raises
    ------
    DataError
        The file is missing, lacks a column, is cut short, or names a split that COCO does not have.
    """
    flags = ["shared1000", *(f"subject{number}" for number in numbers)]
    info = read_table(path, ",", {**STIM_INFO, **dict.fromkeys(flags, str)})
    for name in flags:
        info[name] = info[name].str.lower().isin(TRUE)
    if not np.array_equal(info["nsdId"], np.arange(PICTURES)):
        raise DataError(path, f"nsdId 0 to {PICTURES - 1} in order", f"{len(info)} rows", ONE_RELEASE)
    unknown = sorted(set(info["cocoSplit"]) - set(CAPTION_SPLITS))
    if unknown:
        raise DataError(path, f"cocoSplit {' or '.join(CAPTION_SPLITS)}", ", ".join(unknown), ONE_RELEASE)
    return info


def check_stim_info(path: str | Path, info: pd.DataFrame, design: Design, number: int, sessions: int) -> None:
    """Test that the table flags the shared pictures, and those that subject `number` (from 1) saw.

    Pictures that were planned for a subject but not shown may be flagged or not.

    Raises
    ------
    DataError
        The table flags other pictures.
    """
    own, shared = np.flatnonzero(info[f"subject{number}"]), np.flatnonzero(info["shared1000"])
    _check_none(path, "shared1000", np.setxor1d(shared, design.shared()))
    _check_none(path, f"subject{number}", np.setdiff1d(design.shown(number, sessions), own))
    _check_none(path, f"subject{number}", np.setdiff1d(own, design.pictures[number - 1]))


def _check_none(path: str | Path, column: str, stray: np.ndarray) -> None:
    if len(stray):
        found = f"nsdId {stray[0]} in one of the two only"
        raise DataError(path, f"the pictures of nsd_expdesign.mat in column {column}", found, ONE_RELEASE)


def read_table(path: str | Path, separator: str, columns: dict[str, type]) -> pd.DataFrame:
    try:
        content = io.BytesIO(read_bytes(path))
        return pd.read_csv(content, sep=separator, usecols=list(columns), dtype=columns)
    except (OSError, ValueError, OverflowError) as error:
        expected = f"a table with the columns {', '.join(columns)}"
        raise DataError(path, expected, " ".join(str(error).split()), ONE_RELEASE) from None


def read_pictures(path: str | Path, nsd_ids: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
    """Yield nsdId and picture, uint8 (side, side, 3) RGB, ascending, with one picture in memory at a time.

    In the release a side has 425 pixels; any other number is accepted.

    Parameters
    ----------
    path : path of ``nsd_stimuli.hdf5``
    nsd_ids : sequence of int
        From 0.

    Raises
    ------
    DataError
        The file is missing, cut short or damaged, or does not hold 73,000 square pictures.
    """
    with opened(path, "the pictures of NSD", DAMAGED) as file:
        pictures = _pixels(path, file)
        for nsd_id in sorted(set(nsd_ids)):
            yield nsd_id, pictures[nsd_id]


def check_pictures(path: str | Path) -> None:
    """Test that the file of all pictures holds what :func:`read_pictures` reads; no picture is read.

    Raises
    ------
    DataError
        The file is missing, cut short or damaged, or does not hold 73,000 square pictures.
    """
    with opened(path, "the pictures of NSD", DAMAGED) as file:
        _pixels(path, file)


def _pixels(path: str | Path, file: Any) -> Any:
    """Return the HDF5 dataset of the pictures, (73000, side, side, 3)."""
    pictures = dataset_of(path, file, KEY, DAMAGED)
    side = pictures.shape[1] if pictures.ndim == 4 else 0
    if pictures.shape != (PICTURES, side, side, 3) or pictures.dtype != np.uint8 or side**2 > LARGEST:
        expected = f"{PICTURES} square pictures (side, side, 3) of uint8, each of at most {LARGEST} pixels"
        raise DataError(path, expected, f"shape {pictures.shape}, {pictures.dtype}", DAMAGED)
    return pictures
