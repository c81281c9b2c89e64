"""The pictures of a study on NSD with their captions and the side of the split they are on."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cortex2image.data.nsd.captions import load_captions
from cortex2image.data.nsd.design import Design
from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.splits import Split
from cortex2image.data.nsd.tables import check_stim_info, load_stim_info
from cortex2image.data.recording import Stimulus

PREFIX = "nsd-"


def stimulus_id(nsd_id: int) -> str:
    """Return the identity of a picture: its nsdId, from 0, as ``nsd-02950``."""
    return f"{PREFIX}{nsd_id:05d}"


def nsd_id_of(stimulus: str) -> int:
    """Return the nsdId of a stimulus."""
    return int(stimulus.removeprefix(PREFIX))


def seen_stimuli(
    layout: Layout, design: Design, shown: Mapping[int, np.ndarray], split: Split
) -> list[Stimulus]:
    """Return the pictures that were shown, but for those left out, ascending.

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
