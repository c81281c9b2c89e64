"""Section of pictures: reconstructions beside the pictures seen, or by category if only that is known."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

import pandas as pd

from cortex2image.report.study import StudyResults
from cortex2image.study.methods import title_of

SEEN = "seen"
OPEN_ROWS = 24
PAGE_PICTURES = 6000
"""Largest number of pictures on one page, so that the page stays below about 20 MB."""


class Tile(TypedDict):
    """One picture: its file, and a text that describes it."""

    path: str
    text: str


class Row(TypedDict):
    """One row of pictures: a stimulus with a group per heading, or a category with a group per block."""

    label: str
    words: str
    groups: list[list[Tile]]


class Heading(TypedDict):
    """A heading over `width` pictures."""

    name: str
    width: int


class Gallery(TypedDict):
    """The pictures of one subject; `rest` is folded away, `total` counts the rows that the study has."""

    subject: str
    title: str
    headings: list[Heading]
    rows: list[Row]
    rest: list[Row]
    total: int


def galleries(study: StudyResults) -> list[Gallery]:
    """Return the pictures of every subject, beside the originals if the data set has them."""
    if not study.with_images:
        pairs = [(subject, method) for subject in study.subjects for method in study.methods]
        return [category_gallery(s, m, study.stimuli, study.reconstructions[s, m]) for s, m in pairs]
    tables = {s: {m: study.reconstructions[s, m] for m in study.methods} for s in study.subjects}
    columns = max((1 + sum(_samples(table) for table in own.values()) for own in tables.values()), default=1)
    limit = max(1, PAGE_PICTURES // (columns * max(len(tables), 1)))
    return [seen_gallery(subject, study.stimuli, own, limit) for subject, own in tables.items()]


def seen_gallery(
    subject: str, stimuli: pd.DataFrame, tables: Mapping[str, pd.DataFrame], limit: int
) -> Gallery:
    """Return what one subject saw beside every sample of every method.

    Rows are sorted by stimulus id, so that no row was chosen for its result.

    Parameters
    ----------
    subject : str
    stimuli : table `stimuli`
    tables : method -> table `reconstructions`, in the order of the columns
    limit : int
        Largest number of rows; the first rows are taken.
    """
    known = stimuli.set_index("stimulus_id")
    names = sorted(_identities(tables.values()))
    headings: list[Heading] = [{"name": SEEN, "width": 1}]
    headings += [{"name": title_of(method), "width": _samples(table)} for method, table in tables.items()]
    by_stimulus = {
        method: dict(list(table.sort_values("sample").groupby("stimulus_id")))
        for method, table in tables.items()
    }
    rows = [_stimulus_row(name, known.loc[name], by_stimulus) for name in names[:limit]]
    return {
        "subject": subject,
        "title": subject,
        "headings": headings,
        "rows": rows[:OPEN_ROWS],
        "rest": rows[OPEN_ROWS:],
        "total": len(names),
    }


def category_gallery(subject: str, method: str, stimuli: pd.DataFrame, table: pd.DataFrame) -> Gallery:
    """Return the pictures of one subject and method by the category seen, a group per held-out block."""
    joined = table.merge(stimuli[["stimulus_id", "category"]], on="stimulus_id").fillna({"category": "none"})
    joined = joined.sort_values(["category", "stimulus_id", "sample"])
    rows: list[Row] = []
    for category, members in joined.groupby("category"):
        groups = [_tiles(block, method) for _, block in members.groupby("stimulus_id")]
        rows.append({"label": str(category), "words": str(category), "groups": groups})
    title = f"{subject}, method {title_of(method)}"
    return {
        "subject": subject,
        "title": title,
        "headings": [],
        "rows": rows,
        "rest": [],
        "total": len(rows),
    }


def picture_paths(shown: Sequence[Gallery]) -> list[str]:
    """Return the file of every picture shown, each once, in order."""
    rows = (row for gallery in shown for row in (*gallery["rows"], *gallery["rest"]))
    return list(dict.fromkeys(tile["path"] for row in rows for group in row["groups"] for tile in group))


def _identities(tables: Iterable[pd.DataFrame]) -> set[str]:
    return set[str]().union(*(table["stimulus_id"] for table in tables))


def _samples(table: pd.DataFrame) -> int:
    return int(table["sample"].nunique())


def _stimulus_row(
    name: str, stimulus: pd.Series, by_stimulus: Mapping[str, Mapping[str, pd.DataFrame]]
) -> Row:
    seen: list[Tile] = [{"path": stimulus["image_path"], "text": f"{SEEN}, {name}"}]
    drawn = [_tiles(tables[name], method) for method, tables in by_stimulus.items()]
    return {"label": name, "words": stimulus["captions"][0], "groups": [seen, *drawn]}


def _tiles(pictures: pd.DataFrame, method: str) -> list[Tile]:
    return [
        {"path": path, "text": f"{method}, {name}, sample {sample}"}
        for path, name, sample in zip(
            pictures["image_path"], pictures["stimulus_id"], pictures["sample"], strict=True
        )
    ]
