"""A painter that is given as many rows at a time as the memory holds."""

import gc
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from cortex2image.errors import ConfigError, NotFiniteError
from cortex2image.progress import say
from cortex2image.reconstruction.studio import Drawn, Painter

# What PyTorch, cuBLAS and cuDNN say of memory where they raise a plain RuntimeError.
OUT_OF_MEMORY = (
    "not enough memory",
    "can't allocate memory",
    "out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "CUDNN_STATUS_ALLOC_FAILED",
)


class Batches:
    """Draws any number of rows with a painter, `size` at a time; out of memory halves the size for good.

    Parameters
    ----------
    painter : Painter
    size : int
        Rows at a time, 1 or more.
    padded : bool
        Whether a smaller batch is filled up to `size` with copies of its last row, whose pictures are
        dropped.
        On a GPU the kernels, and with them the last bits of a picture, depend on the size of the batch
        (https://github.com/huggingface/diffusers/issues/2659).
    """

    def __init__(self, painter: Painter, size: int, padded: bool):
        self.painter, self.size, self.padded = painter, size, padded

    def __call__(self, features: Mapping[str, np.ndarray], seeds: Sequence[int]) -> Drawn:
        """Return one picture per row.

        Parameters
        ----------
        features : mapping of feature space to (n, d) array
        seeds : n ints

        Raises
        ------
        NotFiniteError
            The painter met NaN or infinity; the rows are those of `seeds`.
        ConfigError
            The memory does not even hold one picture.
        """
        parts: list[Drawn] = []
        first = 0
        while first < len(seeds):
            part = slice(first, first + self.size)
            drawn = self._part({space: rows[part] for space, rows in features.items()}, seeds[part], first)
            if drawn is not None:
                parts.append(drawn)
                first += len(drawn.pictures)
        return _joined(parts)

    def _part(self, features: Mapping[str, np.ndarray], seeds: Sequence[int], first: int) -> Drawn | None:
        """Return the pictures of the rows from number `first`, or None after a halving for want of memory."""
        count = len(seeds)
        filled = np.minimum(np.arange(self.size if self.padded else count), count - 1)
        try:
            drawn = self.painter(
                {space: rows[filled] for space, rows in features.items()}, [seeds[row] for row in filled]
            )
        except NotFiniteError as error:
            rows = {first + int(filled[row]) for row in error.rows}
            raise NotFiniteError(error.where, sorted(rows), error.fix) from None
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            found = str(error).partition("\n")[0] or "no memory left"
        else:
            return Drawn(drawn.pictures[:count], drawn.captions and drawn.captions[:count])
        # Only here, after the error and its traceback are gone, can the memory of the batch be given back.
        self._halve(found)
        return None

    def _halve(self, found: str) -> None:
        if self.size == 1:
            fix = "set models/precision to float16 or bfloat16, end other programs, or use a larger device"
            raise ConfigError("models/batch_size", "memory for one picture", found, fix)
        say(f"out of memory with {self.size} pictures at a time; goes on with {self.size // 2}: {found}")
        self.size //= 2
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that a device, or the main memory, has no room."""
    known = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return known or any(words in str(error) for words in OUT_OF_MEMORY)


def _joined(parts: Sequence[Drawn]) -> Drawn:
    captions = [caption for part in parts for caption in part.captions or ()]
    return Drawn(np.concatenate([part.pictures for part in parts]), captions or None)
