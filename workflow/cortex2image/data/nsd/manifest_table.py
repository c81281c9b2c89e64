"""The manifest of NSD for people and for programs: on a terminal, and as a table."""

import csv
import io
from collections.abc import Iterable, Sequence

from cortex2image.data.nsd.manifest import BUCKET, COCO, TERMS, Needed

COLUMNS = ("status", "bytes", "size", "path", "purpose", "origin")


def readable(size: float) -> str:
    """Return a number of bytes with three digits that count, e.g. ``1.05 GB`` (1 GB = 1e9 bytes)."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def missing(files: Iterable[Needed]) -> list[Needed]:
    """Return the files that are not there, or too short."""
    return [file for file in files if not file.whole]


def summary(files: Sequence[Needed]) -> str:
    """Return one line: how many files of what size, and what of it is missing."""
    absent = missing(files)
    return f"{_amount(files)}; missing {_amount(absent) if absent else 'none'}"


def as_text(files: Sequence[Needed]) -> str:
    """Return the list for a terminal: missing files first, their sizes estimated; the sum and advice last."""
    ordered = sorted(files, key=lambda file: (file.whole, not file.required))
    notes = [summary(files)]
    if any(_status(file) == "too short" for file in files):
        notes.append(
            "Files that are too short were cut when they were copied; nsd_download fetches them anew."
        )
    if any(not file.required for file in missing(files)):
        notes.append("A study runs without what is marked optional, but checks less.")
    if any(file.origin == BUCKET for file in missing(files)):
        notes.append(f"{TERMS}\nThen nsd_download fetches them from the bucket {BUCKET}.")
    if any(file.origin == COCO for file in missing(files)):
        notes.append(f"The captions are not in that bucket: they are in {COCO}; place them as listed.")
    return "\n".join([*(f"{_status(f):10}{_size(f):>15}  {f.key}  ({f.purpose})" for f in ordered), *notes])


def as_tsv(files: Iterable[Needed]) -> str:
    """Return the table, in the manifest's order: tab-separated, with a header line."""
    table = io.StringIO()
    writer = csv.writer(table, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for file in files:
        size = "on disk" if file.whole else "estimate"
        writer.writerow([_status(file), file.bytes, size, file.key, file.purpose, file.origin])
    return table.getvalue()


def _amount(files: Sequence[Needed]) -> str:
    count = "1 file" if len(files) == 1 else f"{len(files)} files"
    return f"{count}, {readable(sum(file.bytes for file in files))}"


def _status(file: Needed) -> str:
    if file.actual_bytes is not None:
        return "present" if file.whole else "too short"
    return "missing" if file.required else "optional"


def _size(file: Needed) -> str:
    if file.whole:
        return readable(file.bytes)
    about = f"about {readable(file.bytes)}"
    return about if file.actual_bytes is None else f"{readable(file.actual_bytes)} of {about}"
