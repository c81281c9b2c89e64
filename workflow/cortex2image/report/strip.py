"""A few pictures for the first page: seen, and reconstructed by the best method, drawn at random."""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import pandas as pd

from cortex2image.pictures import read_picture
from cortex2image.plots.gallery import thumbnail, webp
from cortex2image.report.headlines import HeadlineTable
from cortex2image.report.page import webp_uri
from cortex2image.report.study import StudyResults
from cortex2image.seeds import seed_for

COUNT, SIDE, QUALITY = 4, 144, 82
"""Pairs, their side in pixels and the quality of their WebP: some 50 kB together."""
FIX = "delete the table that names it and run the workflow again"


class Pair(TypedDict):
    """A stimulus: the picture seen (None where nobody knows it) and its reconstruction, as URIs."""

    stimulus: str
    subject: str
    caption: str
    seen: str | None
    made: str


@dataclass(frozen=True)
class Drawn:
    """A stimulus of a subject, and the row of the reconstruction that was drawn."""

    subject: str
    stimulus: str
    path: str


def best_method(table: HeadlineTable) -> str | None:
    """Return the method with the best mean rank over the columns of the table, without controls.

    Parameters
    ----------
    table : HeadlineTable

    Returns
    -------
    str or None
        Of methods that rank alike, the later one. None if no method competes.
    """
    rows = [row for row in table["rows"] if not row["control"]]
    if not rows:
        return None
    # Places on a bar are better to the right, whichever way the metric points.
    places = pd.DataFrame(
        [[np.nan if bar is None else bar["places"]["value"] for bar in row["bars"]] for row in rows],
        index=[row["method"] for row in rows],
    )
    ranks = places.rank(ascending=False).mean(axis=1)
    return str(ranks.index[ranks == ranks.min()][-1])


def drawn_at_random(study: StudyResults, method: str, count: int = COUNT) -> list[Drawn]:
    """Return stimuli, each with one sample of one subject, drawn by the seed of the study and by identity."""
    seed, found = study.settings.seed, []
    for subject in study.subjects:
        table = study.reconstructions[subject, method]
        found += [
            (seed_for(seed, "strip", subject, stimulus, sample), Drawn(subject, str(stimulus), str(path)))
            for stimulus, sample, path in table[["stimulus_id", "sample", "image_path"]].itertuples(
                index=False
            )
        ]
    chosen: dict[str, Drawn] = {}
    for _, drawn in sorted(found, key=lambda pair: pair[0]):
        chosen.setdefault(drawn.stimulus, drawn)
    return list(chosen.values())[:count]


def strip(study: StudyResults, method: str) -> list[Pair]:
    """Return the pictures of the strip.

    Raises
    ------
    DataError
        A picture is missing or damaged.
    """
    stimuli = study.stimuli.set_index("stimulus_id")
    pairs: list[Pair] = []
    for drawn in drawn_at_random(study, method):
        row = stimuli.loc[drawn.stimulus]
        seen = row["image_path"] if study.with_images else None
        pairs.append(
            {
                "stimulus": drawn.stimulus,
                "subject": drawn.subject,
                "caption": caption_of(row, study.with_images),
                "seen": _uri(seen) if seen else None,
                "made": _uri(drawn.path),
            }
        )
    return pairs


def caption_of(row: pd.Series, with_images: bool) -> str:
    """Return what a stimulus shows: the caption of its picture, or the category where only that is known."""
    category = "" if pd.isna(row["category"]) else str(row["category"])
    captions = list(row["captions"]) if with_images or not category else [category]
    return str(captions[0]) if captions else category


def _uri(path: str) -> str:
    return webp_uri(webp(thumbnail(read_picture(path, FIX), SIDE), QUALITY))
