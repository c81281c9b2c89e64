"""The grid that all recordings, masks and the atlas of a subject share, found from headers alone."""

from collections.abc import Iterable
from pathlib import Path

from cortex2image.data.volumes import read_bold_header, read_grid
from cortex2image.errors import DataError
from cortex2image.fmri.grid import Grid, common_grid


def grid_of_runs(runs: Iterable[tuple[Path, Path | None]], atlas: str | Path | None) -> Grid:
    """Return the grid of a subject's recordings.

    Parameters
    ----------
    runs : iterable of (recording, brain mask of the run)
    atlas : path, optional

    Raises
    ------
    DataError
        A run has no mask, a file is missing or no NIfTI file, a recording is not 4-D, or a file lies on
        another grid than the others.
    """
    bolds, masks = zip(*runs, strict=True)
    for bold, mask in zip(bolds, masks, strict=True):
        read_bold_header(bold)  # raises if it is no recording
        if mask is None:
            fix = "put the run's desc-brain_mask.nii.gz beside it"
            raise DataError(bold, "a brain mask of the run", "none", fix)
    return common_grid(map(read_grid, dict.fromkeys([*bolds, *masks, *([atlas] if atlas else [])])))
