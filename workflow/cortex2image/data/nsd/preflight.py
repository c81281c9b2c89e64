"""Whether the files of NSD that a study needs are there: found out in seconds, from names alone."""

from collections.abc import Sequence

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import needed
from cortex2image.data.nsd.manifest_table import missing, readable, summary
from cortex2image.errors import DataError

SHOWN = 6
COMMANDS = """\
list them:   snakemake --cores 1 nsd_manifest --configfile ...
             fetch them:  snakemake --cores 1 nsd_download --configfile ...   (the captions are COCO's)"""


def check_nsd_study(
    layout: Layout,
    subjects: Sequence[str],
    sessions: int | None = None,
    atlas: str | None = None,
    mask: str = "brain",
) -> None:
    """Test that every file is there without which the study of `subjects` cannot run.

    Parameters
    ----------
    layout, subjects, sessions, atlas, mask
        See :func:`cortex2image.data.nsd.manifest.needed`.

    Raises
    ------
    DataError
        Some are missing: how many, of what size, the first of them, and how to get them.
    """
    files = [file for file in needed(layout, subjects, sessions, atlas, mask) if file.required]
    absent = missing(files)
    if absent:
        lines = [f"{file.key} (about {readable(file.bytes)})" for file in absent[:SHOWN]]
        rest = [f"and {len(absent) - SHOWN} more"] if len(absent) > SHOWN else []
        found = "\n            ".join([summary(files), *lines, *rest])
        raise DataError(layout.root, f"the files of NSD for {', '.join(subjects)}", found, COMMANDS)
