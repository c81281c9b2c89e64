"""NIfTI files: headers, single volumes, brain masks, and the time series of the voxels inside a mask."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np

from cortex2image.data.nifti_heads import require_bounded_extensions, require_plausible
from cortex2image.errors import DataError
from cortex2image.fmri.grid import Grid

VOLUMES_AT_ONCE, VALUES_AT_ONCE = 32, 2**28
_WITH_CHECKSUM, _PIECE_BYTES = (".gz", ".mgz", ".bz2"), 2**20
_SPARE_BYTES = 2**26  # that may follow the values, such as padding of a disk
_SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6, "unknown": 1.0}


@dataclass(frozen=True)
class BoldHeader:
    """Facts of a 4-D NIfTI header: number of volumes, and seconds per volume (0 if the header has none)."""

    volumes: int
    tr: float


def read_bold_header(path: str | Path) -> BoldHeader:
    """Read the header of a 4-D NIfTI file; no voxel is read.

    Raises
    ------
    DataError
        The file is missing, is no NIfTI file, or is not 4-D.
    """
    image = _open_bold(path)
    try:
        unit, step = image.header.get_xyzt_units()[1], float(image.header.get_zooms()[3])
    except (AttributeError, KeyError, IndexError) as error:
        found = f"a header without known units of space and time: {error!r}"
        raise DataError(path, "a NIfTI recording", found, "convert the file, or repair its header") from None
    # Programs that know no repetition time leave 1 without a unit, which NIfTI headers start with.
    stated = np.isfinite(step) and step > 0 and (unit, step) != ("unknown", 1.0)
    return BoldHeader(image.shape[3], step * _SECONDS.get(unit, 0.0) if stated else 0.0)


@dataclass(frozen=True)
class VolumeHead:
    """What a NIfTI header says of its file: the shape of the image, and the bytes of the file unpacked."""

    shape: tuple[int, ...]
    bytes: int


def read_head(path: str | Path) -> VolumeHead:
    """Read shape and size from the header of a NIfTI file; no voxel is read.

    Raises
    ------
    DataError
        The file is missing, or is no NIfTI file.
    """
    image = open_image(path)
    return VolumeHead(tuple(map(int, image.shape)), _bytes_of(image))


def read_grid(path: str | Path) -> Grid:
    """Read the grid of a volume or a recording from its header; no voxel is read.

    Raises
    ------
    DataError
        The file is missing, is no NIfTI file, or has fewer than three dimensions.
    """
    image = open_image(path)
    if len(image.shape) not in (3, 4):
        raise DataError(path, "a volume (x, y, z)", f"shape {image.shape}", "give another file")
    return Grid(tuple(image.shape[:3]), _affine(path, image), str(path))


def load_volume(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Load a single volume, e.g. an atlas of region codes.

    Returns
    -------
    values : (X, Y, Z) array, scaled as the header says
    affine : (4, 4) float64, voxel indices to millimetres

    Raises
    ------
    DataError
        The file is unreadable or truncated, or is not 3-D, or its affine is no such matrix.
    """
    image = open_image(path)
    if math.prod(image.shape[3:]) != 1:
        raise DataError(path, "a 3-D volume", f"shape {image.shape}", "give one volume")
    values = _read(path, image, ())
    require_checksum(path, image)
    if values.ndim == 4 and values.shape[3] == 1:
        values = values[..., 0]
    if values.ndim != 3:
        raise DataError(path, "a 3-D volume", f"shape {values.shape}", "give one volume")
    return values, _affine(path, image)


def load_mask(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Load a brain mask: zeros, and one other value inside, which is 1 in most files and 255 in some.

    Returns
    -------
    mask : (X, Y, Z) bool, true where the volume is not 0
    affine : (4, 4) float64, voxel indices to millimetres

    Raises
    ------
    DataError
        The file is unreadable or truncated, is not 3-D, holds NaN or Inf or values between 0 and 1 or several
        values, or is empty.
    """
    values, affine = load_volume(path)
    if not np.isfinite(values).all():
        found = f"NaN or Inf in {np.count_nonzero(~np.isfinite(values))} voxels"
        raise DataError(path, "a mask of zeros and ones", found, "write 0 outside the brain")
    if not values.any():
        raise DataError(path, "a mask with at least one voxel", "zeros throughout", "give another mask")
    _check_binary(path, values)
    return values != 0, affine


def _check_binary(path: str | Path, values: np.ndarray) -> None:
    """Refuse masks that were interpolated, probabilities, intensities and atlases."""
    inside = values[values != 0]
    highest = float(inside.max())
    # A scale factor in the header is rounded to single precision: 32767 times it is not quite 1.
    one = any(abs(highest - whole) <= 1e-5 * whole for whole in (1, 255))
    strays = np.count_nonzero(np.abs(inside - highest) > 1e-5 * abs(highest))
    if one and not strays:
        return
    found = f"values from {float(inside.min()):.4g} to {highest:.4g} in {len(inside)} voxels that are not 0"
    fix = "resample the mask with nearest-neighbour interpolation, or set it to 1 where it is above 0.5"
    raise DataError(path, "a mask of zeros and ones", found, fix)


def load_bold(path: str | Path, mask: np.ndarray, volumes: tuple[int, int] | None = None) -> np.ndarray:
    """Load the time series inside a mask, as :func:`load_masked` does, and test that they are finite.

    Raises
    ------
    DataError
        The file is unreadable, truncated or not 4-D, `mask` has another shape, `volumes` reaches past the
        end, or a voxel of the mask is NaN or Inf.
    """
    bold = load_masked(path, mask, volumes)
    _check_finite(path, bold, volumes[0] if volumes else 0)
    return bold


def load_masked(path: str | Path, mask: np.ndarray, volumes: tuple[int, int] | None = None) -> np.ndarray:
    """Load the voxels inside a mask, a few volumes at a time; NaN and Inf are kept.

    Parameters
    ----------
    path : path of a 4-D NIfTI file, (X, Y, Z, T)
    mask : (X, Y, Z) bool
    volumes : (int, int), optional
        Half-open range of volumes; by default all.

    Returns
    -------
    values : (time, voxels) float32, scaled as the header says
        Voxels in the order of ``np.argwhere(mask)``.

    Raises
    ------
    DataError
        The file is unreadable, truncated or not 4-D, `mask` has another shape, or `volumes` reaches past the
        end.
    """
    image = _open_bold(path)
    first, last = volumes or (0, image.shape[3])
    _check_grid(path, image.shape, mask.shape, (first, last))
    values = np.empty((last - first, np.count_nonzero(mask)), np.float32)
    at_once = max(1, min(VOLUMES_AT_ONCE, VALUES_AT_ONCE // mask.size))
    for start in range(first, last, at_once):
        stop = min(start + at_once, last)
        block = _read(path, image, (..., slice(start, stop)))
        values[start - first : stop - first] = block[mask].T
    require_checksum(path, image)
    return values


def open_image(path: str | Path) -> Any:
    """Open a file of an image with nibabel, after tests of what its head claims; no value is read.

    Raises
    ------
    DataError
        The file is missing, is no image of real numbers, or cannot hold the image that its head claims.
    """
    try:
        require_bounded_extensions(path)
        # The file stays open: a gzip stream that is opened again has to be decompressed from its start.
        image: Any = nib.load(path, keep_file_open=True)
        if image.dataobj.dtype.kind not in "iufb":
            raise ValueError(f"values of type {image.dataobj.dtype}, no real numbers")
        held_by = image.file_map["image"].filename or path
        require_plausible(held_by, image.shape, _bytes_of(image))
    except MemoryError:
        raise
    except Exception as error:  # nibabel raises errors of any kind on damaged files
        raise _unreadable(path, error) from None
    return image


def _bytes_of(image: Any) -> int:
    """Return how many bytes a file has unpacked if its head is right."""
    values = math.prod(map(int, image.shape)) * int(image.dataobj.dtype.itemsize)
    return int(image.dataobj.offset) + values


def _affine(path: str | Path, image: Any) -> np.ndarray:
    affine = np.asarray(image.affine, dtype=np.float64)
    if not np.isfinite(affine).all() or not abs(np.linalg.det(affine)) > 0:
        found = "a matrix that is not finite, or makes the volume flat"
        raise DataError(path, "an affine from voxels to mm", found, "repair sform and qform of the header")
    return affine


def _open_bold(path: str | Path) -> Any:
    image = open_image(path)
    if len(image.shape) != 4:
        fix = "give the 4-D functional run, not a single volume"
        raise DataError(path, "a 4-D recording (x, y, z, time)", f"shape {image.shape}", fix)
    return image


def _read(path: str | Path, image: Any, region: tuple[Any, ...]) -> np.ndarray:
    try:
        return np.asarray(image.dataobj[region])
    except MemoryError:
        raise
    except Exception as error:  # as in `open_image`
        raise _unreadable(path, error) from None


def require_checksum(path: str | Path, image: Any) -> None:
    """Read a compressed file to its end, where its checksum is; nibabel stops after the last value it needs.

    Parameters
    ----------
    path : path of the file
    image : the file as nibabel opened it with ``keep_file_open=True``

    Raises
    ------
    DataError
        The file is not the one that was compressed, or goes on far beyond what its head claims.
    """
    if Path(path).suffix.lower() not in _WITH_CHECKSUM:
        return
    left = _bytes_of(image) + _SPARE_BYTES
    try:
        with image.dataobj._get_fileobj() as stream:
            while piece := stream.read(_PIECE_BYTES):
                left -= len(piece)
                if left < 0:
                    raise ValueError(f"more than the {_bytes_of(image)} bytes that its head claims")
    except Exception as error:  # gzip and bz2 raise errors of several kinds
        raise _unreadable(path, error) from None


def _unreadable(path: str | Path, error: Exception) -> DataError:
    fix = "copy or download the file again; it is missing, cut short or damaged"
    return DataError(path, "a whole NIfTI file", " ".join(str(error).split()) or repr(error), fix)


def _check_grid(
    path: str | Path, shape: tuple[int, ...], mask: tuple[int, ...], volumes: tuple[int, int]
) -> None:
    if shape[:3] != mask:
        fix = "use the mask of the same space and resolution as the recording"
        raise DataError(path, f"the grid of its mask, {mask}", f"grid {shape[:3]}", fix)
    if not 0 <= volumes[0] < volumes[1] <= shape[3]:
        fix = "check that the recording is whole and belongs to these labels"
        raise DataError(path, f"volumes {volumes[0]} to {volumes[1] - 1}", f"{shape[3]} volumes", fix)


def _check_finite(path: str | Path, bold: np.ndarray, first: int) -> None:
    bad = ~np.isfinite(bold)
    if bad.any():
        volume = first + int(np.flatnonzero(bad.any(axis=1))[0])
        found = f"NaN or Inf in {np.count_nonzero(bad)} samples of {np.count_nonzero(bad.any(axis=0))} voxels"
        fix = "repair or leave out the run, or take these voxels out of the mask"
        raise DataError(path, "finite values in the mask", f"{found}, first in volume {volume}", fix)
