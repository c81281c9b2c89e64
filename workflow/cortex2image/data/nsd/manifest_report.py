"""The manifest of NSD for people and programs: on a terminal, as a table, and as an error before a run."""

import csv
import io
from collections.abc import Iterable, Sequence

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import BUCKET, COCO, TERMS, Needed, needed
from cortex2image.errors import DataError

COLUMNS = ("status", "bytes", "size", "path", "purpose", "origin")
SHOWN = 6
COMMANDS = """\
list them:   snakemake --cores 1 nsd_manifest --configfile ...
             fetch them:  snakemake --cores 1 nsd_download --configfile ...   (the captions are COCO's)"""


def readable(size: float) -> str:
    """Return a number of bytes with three significant digits, e.g. ``1.05 GB`` (1 GB = 1e9 bytes)."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 999.5:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"


def missing(files: Iterable[Needed]) -> list[Needed]:
    """Return the files that are missing or too short."""
    return [file for file in files if not file.whole]


def summary(files: Sequence[Needed]) -> str:
    """Return one line: number and size of all files and of the missing files."""
    absent = missing(files)
    return f"{_amount(files)}; missing {_amount(absent) if absent else 'none'}"


def as_text(files: Sequence[Needed]) -> str:
    """Return the list for a terminal: missing files first, with estimated sizes; sum and advice last."""
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
    """Return the manifest as a tab-separated table with a header line, in its own order."""
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


def check_nsd_study(
    layout: Layout,
    subjects: Sequence[str],
    sessions: int | None = None,
    atlas: str | None = None,
    mask: str = "brain",
    ncsnr: bool = False,
) -> None:
    """Test that every file that a study of `subjects` requires is there and not too short.

    Parameters
    ----------
    layout, subjects, sessions, atlas, mask, ncsnr
        Choices of the study, see :func:`cortex2image.data.nsd.manifest.needed`.

    Raises
    ------
    DataError
        Files are missing or too short. The error says how many, their size, the first of them, and what to
        do.
    """
    files = [file for file in needed(layout, subjects, sessions, atlas, mask, ncsnr) if file.required]
    absent = missing(files)
    if absent:
        lines = [_line(file) for file in absent[:SHOWN]]
        rest = [f"and {len(absent) - SHOWN} more"] if len(absent) > SHOWN else []
        found = "\n            ".join([summary(files), *lines, *rest])
        raise DataError(layout.root, f"the files of NSD for {', '.join(subjects)}", found, COMMANDS)


def _line(file: Needed) -> str:
    short = "" if file.actual_bytes is None else f"too short, {readable(file.actual_bytes)} of "
    return f"{file.key} ({short}about {readable(file.bytes)})"
