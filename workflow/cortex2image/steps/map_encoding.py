"""Write the accuracy of an encoding model as a volume.

Reads voxels.parquet with the grid in its metadata and encoding/{model}.parquet; writes maps/{model}.nii.gz:
r of every voxel, on the grid and in the space of the subject's own recordings, NaN outside the mask. The
vertices of a surface make a volume of one row, left hemisphere first.
"""

from collections.abc import Callable, Sequence
from typing import Any

import nibabel as nib
import numpy as np
import pyarrow as pa

from cortex2image.encoding.volume import to_volume
from cortex2image.errors import DataError, run_step
from cortex2image.files import atomic
from cortex2image.study.command import Command
from cortex2image.study.settings import Study
from cortex2image.tables.grid import grid
from cortex2image.tables.recordings import VOXELS
from cortex2image.tables.results import ENCODING

COMMAND = Command(__doc__, Study, inputs=("voxels", "encoding"), outputs=("map",))

LONGEST_NIFTI1 = 2**15 - 1


def main(argv: Sequence[str] | None = None) -> None:
    args, _ = COMMAND.parse(argv)
    voxels, encoding = VOXELS.read(args.voxels), ENCODING.read(args.encoding)
    check_same_voxels(voxels, encoding, args.encoding)
    shape, affine = grid(voxels, args.voxels)
    indices = np.column_stack([voxels.column(axis).to_numpy() for axis in "ijk"])
    volume = to_volume(encoding.column("r").to_numpy(), indices, shape)
    # A row of surface vertices can be longer than NIfTI-1 can count.
    image: Callable[..., Any] = nib.Nifti2Image if max(shape) > LONGEST_NIFTI1 else nib.Nifti1Image
    with atomic(args.map) as temporary:
        nib.save(image(volume, affine), temporary)


def check_same_voxels(voxels: pa.Table, encoding: pa.Table, where: str) -> None:
    """Raise :class:`DataError` unless both tables list the same voxels in the same order."""
    if not voxels.column("voxel_id").equals(encoding.column("voxel_id")):
        expected, found = f"{voxels.num_rows} voxels as in voxels.parquet", f"{encoding.num_rows}, or others"
        raise DataError(where, expected, found, "delete the table and run the workflow again")


if __name__ == "__main__":
    run_step(main)
