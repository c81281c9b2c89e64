"""Whether the files of NSD that a study needs are there, and have its regions: found out in seconds."""

from collections.abc import Collection, Mapping, Sequence

from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.manifest import Needed, needed
from cortex2image.data.nsd.manifest_table import missing, readable, summary
from cortex2image.data.nsd.regions import chosen_labels
from cortex2image.errors import ConfigError, DataError

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
    ncsnr: bool = False,
) -> None:
    """Test that every file is there, and not too short, without which the study of `subjects` cannot run.

    Parameters
    ----------
    layout, subjects, sessions, atlas, mask, ncsnr
        See :func:`cortex2image.data.nsd.manifest.needed`.

    Raises
    ------
    DataError
        Some are missing or too short: how many, of what size, the first of them, and how to get them.
    """
    files = [file for file in needed(layout, subjects, sessions, atlas, mask, ncsnr) if file.required]
    absent = missing(files)
    if absent:
        lines = [_line(file) for file in absent[:SHOWN]]
        rest = [f"and {len(absent) - SHOWN} more"] if len(absent) > SHOWN else []
        found = "\n            ".join([summary(files), *lines, *rest])
        raise DataError(layout.root, f"the files of NSD for {', '.join(subjects)}", found, COMMANDS)


def check_nsd_regions(
    layout: Layout,
    subjects: Sequence[str],
    atlas: str | None,
    labels: Mapping[str, int],
    regions: Collection[str],
) -> None:
    """Test labels and decoded regions against the table of the atlas, of each subject's if they differ.

    Parameters
    ----------
    layout : Layout
    subjects : sequence of str
    atlas : str or None
    labels : mapping of name to code
        Those of the config; empty for all of the table.
    regions : collection of str
        Names under decode/rois; ``all`` is none of a table.

    Raises
    ------
    ConfigError
        A region that the table does not have, or has under another code.
    DataError
        There are neither labels nor a table, or the table is damaged.
    """
    for path in {layout.ctab(subject, atlas): None for subject in subjects} if atlas else ():
        known = chosen_labels(path, labels)
        unknown = sorted(set(regions) - {"all", *known})
        if unknown:
            expected = f"'all' or a region of {path.name}: {', '.join(known)}"
            raise ConfigError("decode/rois in the config", expected, ", ".join(unknown), "correct the names")


def _line(file: Needed) -> str:
    short = "" if file.actual_bytes is None else f"too short, {readable(file.actual_bytes)} of "
    return f"{file.key} ({short}about {readable(file.bytes)})"
