"""Captions of the pictures of NSD: those that COCO has of the photographs they were cut from."""

import json
from collections.abc import Mapping
from pathlib import Path

from cortex2image.errors import DataError


def load_captions(path: str | Path, wanted: Mapping[int, int], split: str) -> dict[int, tuple[str, ...]]:
    """Read COCO's captions of some photographs; the file is parsed once and only these are kept.

    Parameters
    ----------
    path : path of ``captions_train2017.json`` or ``captions_val2017.json``
    wanted : mapping of cocoId to nsdId
    split : str
        COCO's split these photographs are of; named in errors.

    Returns
    -------
    dict of nsdId to captions, in the order of the file

    Raises
    ------
    DataError
        The file is missing, cut short or no captions file, or lacks a photograph, as does that of the other
        split.
    """
    fix = f"put captions_{split}.json of COCO's annotations_trainval2017.zip there"
    found: dict[int, list[str]] = {nsd_id: [] for nsd_id in wanted.values()}
    try:
        for annotation in json.loads(Path(path).read_bytes())["annotations"]:
            if annotation["image_id"] in wanted:
                found[wanted[annotation["image_id"]]].append(" ".join(annotation["caption"].split()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(path, "captions as COCO distributes them", repr(error), fix) from None
    missing = sum(not captions for captions in found.values())
    if missing:
        expected = f"captions of all {len(wanted)} pictures that NSD took from {split}"
        raise DataError(path, expected, f"none of {missing} of them", fix)
    return {nsd_id: tuple(captions) for nsd_id, captions in found.items()}
