"""Arrays of numbers in MATLAB files of level 5, read so that no damaged file can do harm.

``scipy.io.loadmat`` takes the type of an element from the file for an index into a table in C, so that a
changed byte crashes Python without a message. After MathWorks, "MAT-File Level 5 File Format".
"""

import itertools
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

HEAD_BYTES, TAG_BYTES = 128, 8
LEVEL_5 = 1
ORDERS = {b"IM": "<", b"MI": ">"}
MATRIX, COMPRESSED = 14, 15
NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
"""Types of elements that hold numbers, as numpy calls them."""
NUMERIC_CLASSES = range(6, 16)  # double, single, and integers of 8 to 64 bits
COMPLEX_FLAG = 0x0800


@dataclass(frozen=True)
class StoredArray:
    """An array of a file: its name and shape, and its values, which are not decoded yet.

    Attributes
    ----------
    name : str
    shape : tuple of int
    real : bool
        Whether it holds real numbers; what else it holds is not known here.
    order : str
        Order of bytes, ``<`` or ``>``.
    body : bytes
        Elements of the array, from the flags on; cut off if they are longer than was asked for.
    """

    name: str
    shape: tuple[int, ...]
    real: bool
    order: str
    body: bytes

    def values(self) -> np.ndarray:
        """Return the values in the type in which they are stored.

        Raises
        ------
        ValueError
            They are no real numbers, or more or fewer than the shape says.
        """
        parts = list(itertools.islice(_elements(self.body, self.order), 4))
        if not self.real or len(parts) < 4 or parts[3][0] not in NUMBERS:
            raise ValueError(f"{self.name} holds no real numbers")
        kind, data = parts[3]
        return np.frombuffer(data, self.order + NUMBERS[kind]).reshape(self.shape, order="F")


def stored_arrays(content: bytes, most: int) -> Iterator[StoredArray]:
    """Yield the arrays of a file.

    Parameters
    ----------
    content : bytes
        Of the whole file.
    most : int
        Bytes to which the body of a compressed array is unpacked; a longer one is cut off.

    Raises
    ------
    ValueError, zlib.error
        It is no such file, or it is damaged.
    """
    order, level = ORDERS.get(content[HEAD_BYTES - 2 : HEAD_BYTES]), content[HEAD_BYTES - 4 : HEAD_BYTES - 2]
    if order is None or struct.unpack(f"{order}H", level)[0] >> 8 != LEVEL_5:
        raise ValueError("no MATLAB file of level 5")
    for kind, body in _elements(content[HEAD_BYTES:], order):
        if kind == COMPRESSED:
            unpacked = _unpacked(body, most)
            kind, body = struct.unpack(f"{order}I", unpacked[:4])[0], unpacked[TAG_BYTES:]
        if kind == MATRIX and body:
            yield _described(body, order)


def _unpacked(body: bytes, most: int) -> bytes:
    """Return the first `most` bytes of a compressed element; its checksum is tested if it has fewer."""
    unpacker = zlib.decompressobj()
    unpacked = unpacker.decompress(body, most)
    if len(unpacked) < TAG_BYTES or not (unpacker.eof or unpacker.unconsumed_tail):
        raise ValueError("a compressed array that is cut short")
    return unpacked


def _elements(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each element of a file or of an array."""
    place = 0
    while place + TAG_BYTES <= len(data):
        kind, size = struct.unpack_from(f"{order}II", data, place)
        start = place + TAG_BYTES
        if kind >> 16:  # up to four bytes, which lie in the tag itself
            kind, size, start = kind & 0xFFFF, kind >> 16, place + TAG_BYTES // 2
        end = start + size
        if end > len(data) or (start < place + TAG_BYTES < end):
            raise ValueError(f"an element of {size} bytes in {len(data) - start}")
        yield kind, data[start:end]
        place = end if kind == COMPRESSED else place + -(-(end - place) // TAG_BYTES) * TAG_BYTES


def _described(body: bytes, order: str) -> StoredArray:
    parts = list(itertools.islice(_elements(body, order), 3))
    if len(parts) < 3 or len(parts[0][1]) < 4:
        raise ValueError("an array without flags, lengths or name")
    (_, flags), (_, lengths), (_, name) = parts
    word = struct.unpack_from(f"{order}I", flags)[0]
    real = word & 0xFF in NUMERIC_CLASSES and not word & COMPLEX_FLAG
    shape = tuple(np.frombuffer(lengths, f"{order}i4").tolist())
    return StoredArray(name.decode("latin-1"), shape, real, order, body)
