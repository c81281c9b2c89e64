"""How large a file has to be by what its own beginning says: a copy that was cut short tells on itself.

HDF5 keeps the end of the file in its superblock (HDF5 File Format Specification, II.A), an MGH file the
number of its values in its header. A compressed NIfTI file says neither: only reading it shows that it is
cut.
"""

from pathlib import Path

import numpy as np

SIGNATURE = b"\x89HDF\r\n\x1a\n"
# Where the superblock may begin; MATLAB's begins after 512 bytes of its own.
STARTS = (0, 512, 1024, 2048)
SUPERBLOCK_BYTES = 48
# Place of the end-of-file address in superblocks of versions 0 to 3, whose addresses have 8 bytes.
END_AT = {0: 40, 1: 44, 2: 28, 3: 28}
MGH_HEADER_BYTES = 284
# Of MGH's types of values: unsigned char, int, float, short.
MGH_VALUE_BYTES = {0: 1, 1: 4, 3: 4, 4: 2}
HDF5_SUFFIXES = (".hdf5", ".mat")


def least_bytes(path: Path) -> int:
    """Return the size in bytes below which a file is certainly not whole; 0 where it does not say.

    Parameters
    ----------
    path : path of a file that exists; a few bytes of it are read
    """
    if path.suffix not in (*HDF5_SUFFIXES, ".mgh"):
        return 0
    try:
        with path.open("rb") as file:
            head = file.read(STARTS[-1] + SUPERBLOCK_BYTES)
    except OSError:
        return 0  # whoever has to read it says what is wrong
    if path.suffix == ".mgh":
        return _mgh_bytes(head)
    # A .mat file without a superblock is of an older kind, as the design is.
    return _hdf5_bytes(head) or (SUPERBLOCK_BYTES if path.suffix == ".hdf5" else 0)


def _hdf5_bytes(head: bytes) -> int:
    """Return the end of the file, from its very beginning; 0 without superblock."""
    for start in STARTS:
        block = head[start : start + SUPERBLOCK_BYTES].ljust(SUPERBLOCK_BYTES, b"\x00")
        end = END_AT.get(block[len(SIGNATURE)])
        if block.startswith(SIGNATURE) and end is not None:
            return int.from_bytes(block[end : end + 8], "little")
    return 0


def _mgh_bytes(head: bytes) -> int:
    """Return the size of header and values; width, height, depth, frames and type follow the version."""
    if len(head) < MGH_HEADER_BYTES:
        return MGH_HEADER_BYTES
    _, *shape, kind = np.frombuffer(head, ">i4", 6).tolist()
    return MGH_HEADER_BYTES + int(np.prod(shape)) * MGH_VALUE_BYTES.get(kind, 0)
