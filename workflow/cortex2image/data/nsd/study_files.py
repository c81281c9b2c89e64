"""Which files the jobs of one subject read."""

from collections.abc import Sequence
from pathlib import Path

from cortex2image.data.nsd.facts import CAPTION_SPLITS, HEMISPHERES
from cortex2image.data.nsd.layout import Layout


def study_files(
    layout: Layout, subject: str, sessions: Sequence[int], mask: str, atlas: str | None
) -> list[Path]:
    """Return every file that a study reads of a subject, whether it exists or is yet to be fetched.

    Of the files that NSD does not have for every atlas and session, those that exist.
    """
    tables = [layout.design(), layout.stim_info(), layout.responses(subject)]
    shown = [layout.stimuli(), *map(layout.captions, CAPTION_SPLITS)]
    betas = [file for number in sessions for file in layout.session_files(subject, number)]
    needed, optional = _region_files(layout, subject, mask, atlas)
    optional += [] if layout.is_surface else [layout.valid(subject, number) for number in sessions]
    return [*tables, *shown, *needed, *(file for file in optional if file.exists()), *betas]


def _region_files(
    layout: Layout, subject: str, mask: str, atlas: str | None
) -> tuple[list[Path], list[Path]]:
    """Return the files of mask and atlas: those that are needed, and those of use where they exist."""
    needed, optional = [], []
    if mask == "brain" and not layout.is_surface:
        needed.append(layout.brainmask(subject))
    if atlas:
        sides = [layout.hemisphere_atlas(subject, side, atlas) for side in HEMISPHERES]
        needed += sides if layout.is_surface else [layout.atlas(subject, atlas)]
        optional += [layout.ctab(subject, atlas), *([] if layout.is_surface else sides)]
    return needed, optional
