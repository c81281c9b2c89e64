"""The manifest of NSD for people and programs: on a terminal, as a table, and as an error before a run."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import BUCKET, COCO, TERMS, Needed, least_bytes, needed
from cortex2image.data.nsd.trials import count_sessions
from cortex2image.errors import DataError

COLUMNS = ("status", "bytes", "size", "path", "purpose", "origin", "fault")
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
    """Return one line: number and size of all files, of missing ones, and of those that are wrong."""
    required = [file for file in missing(files) if file.required]
    optional = [file for file in missing(files) if not file.required]
    wrong = [file for file in files if file.fault]
    others = {"optional and missing": optional, "wrong": wrong}
    words = [f"{name} {_amount(some)}" for name, some in others.items() if some]
    return "; ".join([_amount(files), f"missing {_amount(required) if required else 'none'}", *words])


def as_text(files: Sequence[Needed]) -> str:
    """Return the list for a terminal: missing files first, with estimated sizes; sum and advice last."""
    ordered = sorted(files, key=lambda file: (file.whole and not file.fault, not file.required))
    notes = [summary(files), *(f"{file.key}: {file.fault}" for file in files if file.fault)]
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
        writer.writerow([_status(file), file.bytes, size, file.key, file.purpose, file.origin, file.fault])
    return table.getvalue()


def _amount(files: Sequence[Needed]) -> str:
    count = "1 file" if len(files) == 1 else f"{len(files)} files"
    return f"{count}, {readable(sum(file.bytes for file in files))}"


def _status(file: Needed) -> str:
    if file.actual_bytes is not None:
        return "wrong" if file.fault else "present" if file.whole else "too short"
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
    files = needed(layout, subjects, sessions, atlas, mask, ncsnr)
    absent = [file for file in missing(files) if file.required]
    if absent:
        lines = [_line(file) for file in absent[:SHOWN]]
        rest = [f"and {len(absent) - SHOWN} more"] if len(absent) > SHOWN else []
        found = "\n            ".join([summary(files), *lines, *rest])
        fix = COMMANDS + _fewer_sessions(layout, subjects, sessions)
        raise DataError(layout.root, f"the files of NSD for {', '.join(subjects)}", found, fix)


def _fewer_sessions(layout: Layout, subjects: Sequence[str], sessions: int | None) -> str:
    """Return the advice to take the first sessions alone, if every subject has the betas of some of them."""
    there, asked = [], []
    for subject in subjects:
        numbers = range(1, count_sessions(layout, subject, sessions) + 1)
        files = (layout.session_files(subject, number) for number in numbers)
        there.append(sum(1 for _ in takewhile(lambda paths: all(map(_is_whole, paths)), files)))
        asked.append(len(numbers))
    fewest = min(there)
    if fewest == 0 or there == asked:
        return ""
    return f"\n             or take the sessions that are there alone: dataset/sessions: {fewest}"


def _is_whole(path: Path) -> bool:
    return path.is_file() and path.stat().st_size >= least_bytes(path)


def _line(file: Needed) -> str:
    short = "" if file.actual_bytes is None else f"too short, {readable(file.actual_bytes)} of "
    return f"{file.key} ({short}about {readable(file.bytes)})"
