"""Which voxels a study of NSD takes, and the region and hemisphere of each.

The atlases of NSD are stored as floats: -1 is not cortex, 0 is cortex without a label, and 1, 2, ... are the
labels of the table that comes with the atlas.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from cortex2image.data.nsd.facts import HEMISPHERES
from cortex2image.data.nsd.layout import Layout
from cortex2image.data.nsd.surfaces import count_vertices, read_surface
from cortex2image.data.nsd.volumes import read_volume
from cortex2image.data.prepared import BetaVoxels
from cortex2image.data.volumes import load_mask, read_grid
from cortex2image.errors import ConfigError, DataError
from cortex2image.fmri.grid import Grid, common_grid, hemispheres
from cortex2image.fmri.rois import UNLABELLED, label_voxels
from cortex2image.given_files import read_bytes

MASKS = ("brain", "atlas")
LARGEST_CODE = 2**31 - 1


def read_ctab(path: Path) -> dict[str, int]:
    """Read the table of an atlas: a code and a name per line, separated by white space; # marks comments.

    Returns
    -------
    dict of name to code

    Raises
    ------
    DataError
        The file is missing, a line holds something else, or a name has two codes.
    """
    table: dict[str, int] = {}
    try:
        rows = [line.split() for line in read_bytes(path).decode().splitlines()]
        for code, name in ((int(row[0]), row[1]) for row in rows if row and not row[0].startswith("#")):
            if abs(code) > LARGEST_CODE or table.setdefault(name, code) != code:
                raise ValueError(f"{name} with the code {code}")
    except (OSError, ValueError, IndexError) as error:
        expected, fix = "lines of code and name, each name with one code", "download the table again"
        raise DataError(path, expected, str(error), fix) from None
    return table


def chosen_labels(path: Path, labels: Mapping[str, int]) -> dict[str, int]:
    """Return the regions of a study and their codes, from the config or else all of the atlas' table.

    Parameters
    ----------
    path : path of the table; not every atlas has one, and without it the codes of the config are not checked
    labels : name to code, as in the config

    Raises
    ------
    ConfigError
        The code of a region differs between config and table.
    DataError
        There are neither labels nor a table.
    """
    if not path.exists() and labels:
        return dict(labels)
    table = read_ctab(path)
    wrong = [f"{name}: {code}" for name, code in labels.items() if table.get(name) != code]
    if wrong:
        known = ", ".join(f"{name}: {code}" for name, code in table.items() if code > 0)
        fix = f"write the codes of {path.name} there"
        raise ConfigError(
            "dataset/rois/labels in the config", f"regions among {known}", ", ".join(wrong), fix
        )
    return dict(labels) or {name: code for name, code in table.items() if code > 0}


def volume_voxels(
    layout: Layout, subject: str, mask: str, atlas: str | None, labels: Mapping[str, int]
) -> BetaVoxels:
    """Return the voxels of a volume that lie in the brain mask, or in a region of the atlas.

    Raises
    ------
    ConfigError
        The code of a region differs between config and table.
    DataError
        A file is missing, or belongs to another subject or space; or no voxel is left.
    """
    reference = layout.brainmask(subject) if mask == "brain" else layout.atlas(subject, str(atlas))
    _check_shapes(layout, subject, atlas)
    volume, affine = read_volume(reference)
    inside = load_mask(reference)[0] if mask == "brain" else volume > 0
    shape = (volume.shape[0], volume.shape[1], volume.shape[2])
    indices = np.argwhere(inside)
    roi = [UNLABELLED] * len(indices)
    if atlas:
        path = layout.atlas(subject, atlas)
        codes, _ = read_volume(path, shape)
        roi = label_voxels(codes[inside], chosen_labels(layout.ctab(subject, atlas), labels), str(path))
    side = _sides(layout, subject, atlas, indices, shape, affine)
    return _kept(BetaVoxels(indices, roi, side, shape, affine), mask, reference)


def _check_shapes(layout: Layout, subject: str, atlas: str | None) -> None:
    """Raise DataError, naming the file that is wrong, if mask and atlases have different shapes.

    Shapes alone: the origin in the headers of NSD is not the same in all files of a subject.
    """
    atlases = [layout.atlas(subject, atlas)] if atlas else []
    atlases += [layout.hemisphere_atlas(subject, side, atlas) for side in HEMISPHERES] if atlas else []
    files = [path for path in (layout.brainmask(subject), *atlases) if path.exists()]
    if files:
        common_grid(Grid(read_grid(path).shape, np.eye(4), str(path)) for path in files)


def _sides(
    layout: Layout,
    subject: str,
    atlas: str | None,
    indices: np.ndarray,
    shape: tuple[int, int, int],
    affine: np.ndarray,
) -> list[str]:
    """Return the hemisphere whose atlas covers a voxel; if none or both do, the side of the midline."""
    midline = hemispheres(indices, affine)
    files = [layout.hemisphere_atlas(subject, side, atlas) for side in HEMISPHERES] if atlas else []
    if not files or not all(file.exists() for file in files):
        return midline
    left, right = (read_volume(file, shape)[0][tuple(indices.T)] for file in files)
    covered = np.where(left > right, "left", np.where(right > left, "right", midline))
    return [str(side) for side in covered]


def surface_vertices(
    layout: Layout, subject: str, mask: str, atlas: str | None, labels: Mapping[str, int]
) -> BetaVoxels:
    """Return the vertices of both hemispheres, or those that lie in a region of the atlas.

    Raises
    ------
    ConfigError
        The code of a region differs between config and table.
    DataError
        A file is missing or holds no labels of a surface; or no vertex is left.
    """
    if atlas:
        files = tuple(layout.hemisphere_atlas(subject, side, atlas) for side in HEMISPHERES)
        codes = [read_surface(file) for file in files]
        sizes = [len(values) for values in codes]
        table = chosen_labels(layout.ctab(subject, atlas), labels)
        roi = label_voxels(np.concatenate(codes), table, str(files[0]))
    else:
        files = layout.session_files(subject, 1)
        sizes = [count_vertices(file) for file in files]
        roi = [UNLABELLED] * sum(sizes)
    indices = np.zeros((sum(sizes), 3), np.int64)
    indices[:, 0] = np.arange(sum(sizes))
    side = ["left"] * sizes[0] + ["right"] * sizes[1]
    return _kept(BetaVoxels(indices, roi, side, (sum(sizes), 1, 1), np.eye(4)), mask, files[0])


def _kept(voxels: BetaVoxels, mask: str, where: Path) -> BetaVoxels:
    """Return the voxels of the study: all with the mask ``brain``, those in a region with ``atlas``."""
    keep = [mask == "brain" or name != UNLABELLED for name in voxels.roi]
    if not any(keep):
        fix = "check dataset/mask and dataset/rois in the config"
        raise DataError(where, "at least one voxel in the chosen regions", "none", fix)
    rows = np.flatnonzero(keep)
    roi, side = ([names[row] for row in rows] for names in (voxels.roi, voxels.hemisphere))
    return BetaVoxels(voxels.indices[rows], roi, side, voxels.shape, voxels.affine)


def released_ncsnr(layout: Layout, subject: str, voxels: BetaVoxels) -> np.ndarray:
    """Return the noise ceiling SNR that was released with the betas, (voxels,); NaN where never valid.

    The authors computed these values from all pictures that were shown three times, test pictures among them.
    They describe the data, and must not select voxels.

    Raises
    ------
    DataError
        A file is missing, or belongs to another subject or space.
    """
    files = layout.ncsnr(subject)
    values: np.ndarray
    if layout.is_surface:
        values = np.concatenate([read_surface(file) for file in files])[voxels.indices[:, 0]]
    else:
        values = read_volume(files[0], voxels.shape)[0][tuple(voxels.indices.T)]
    return values.astype(np.float64)


def check_nsd_regions(
    layout: Layout,
    subjects: Sequence[str],
    atlas: str | None,
    labels: Mapping[str, int],
    regions: Collection[str],
) -> None:
    """Test labels and decoded regions against the table of the atlas; every subject may have its own.

    Parameters
    ----------
    layout : Layout
    subjects : sequence of str
    atlas : str or None
    labels : mapping of name to code
        Labels of the config; empty for all of the table.
    regions : collection of str
        Names under decode/rois, ``all`` perhaps among them.

    Raises
    ------
    ConfigError
        The table lacks a region, or has it under another code.
    DataError
        There are neither labels nor a table, or the table is damaged.
    """
    for path in {layout.ctab(subject, atlas): None for subject in subjects} if atlas else ():
        known = chosen_labels(path, labels)
        unknown = sorted(set(regions) - {"all", *known})
        if unknown:
            expected = f"'all' or a region of {path.name}: {', '.join(known)}"
            raise ConfigError("decode/rois in the config", expected, ", ".join(unknown), "correct the names")
