"""Arrays that others saved with numpy, opened without running any code that a file may hold."""

from pathlib import Path

import numpy as np


def open_array(path: str | Path) -> np.ndarray:
    """Open an array that ``numpy.save`` wrote as a memory map; its values are not read yet.

    Raises
    ------
    OSError
        The file is missing, or cannot be read.
    ValueError
        It is no whole file of one array of numbers, or needs code to be read (a pickle).
    """
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError:
        raise
    except Exception as error:  # numpy raises errors of any kind on damaged heads, which are parsed as Python
        raise ValueError(f"{error}" or repr(error)) from None
    if not isinstance(array, np.ndarray):
        raise ValueError("an archive of arrays")
    return array
