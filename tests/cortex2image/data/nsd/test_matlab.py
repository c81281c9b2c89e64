"""Arrays of MATLAB files against scipy, which reads whole files, and what crashes scipy."""

import io
import struct

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from cortex2image.data.nsd.matlab import HEAD_BYTES, NUMBERS, stored_arrays

RNG = np.random.default_rng(0)
ARRAYS = {f"a{kind}": RNG.integers(0, 100, (3, 4)).astype(kind) for kind in NUMBERS.values()}
ARRAYS |= {"cube": RNG.normal(size=(2, 3, 4)), "one": np.array([[7]], np.uint8), "row": np.arange(3.0)[None]}
OTHERS = {
    "text": "abc",
    "cells": np.array([["a", 1]], object),
    "struct": {"a": 1},
    "complex": np.ones((2, 2)) * 1j,
}


def mat(compressed: bool = False, **arrays: object) -> bytes:
    file = io.BytesIO()
    savemat(file, arrays, do_compression=compressed)
    return file.getvalue()


def read(content: bytes, most: int = 10**6) -> dict:
    return {array.name: array for array in stored_arrays(content, most)}


@pytest.mark.parametrize("compressed", [False, True])
def test_values_are_those_that_scipy_reads(compressed):
    content = mat(compressed, **OTHERS, **ARRAYS)
    expected, found = loadmat(io.BytesIO(content)), read(content)
    assert set(found) == {*ARRAYS, *OTHERS}
    for name in ARRAYS:
        np.testing.assert_array_equal(found[name].values(), expected[name])
        assert found[name].shape == expected[name].shape
        assert found[name].values().dtype == expected[name].dtype


@pytest.mark.parametrize("name", OTHERS)
def test_other_values_are_not_read(name):
    with pytest.raises(ValueError, match=f"{name} holds no real numbers"):
        read(mat(**OTHERS))[name].values()


def test_the_other_order_of_bytes():
    def element(kind, data):
        return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)

    parts = [
        element(6, struct.pack(">II", 11, 0)),
        element(5, struct.pack(">ii", 1, 3)),
        struct.pack(">I", 2 << 16 | 1) + b"ab\0\0",
        element(4, struct.pack(">3H", 1, 256, 65535)),
    ]
    head = b"made by a test".ljust(HEAD_BYTES - 4) + b"\x01\x00MI"
    (array,) = stored_arrays(head + element(14, b"".join(parts)), 1000)
    assert (array.name, array.values().tolist()) == ("ab", [[1, 256, 65535]])


def test_a_type_without_a_meaning_which_crashes_scipy():
    content = bytearray(mat(a=np.arange(20.0)[None]))
    place = content.index(struct.pack("<II", 9, 160))
    struct.pack_into("<I", content, place, 9000)
    with pytest.raises(ValueError, match="a holds no real numbers"):
        read(bytes(content))["a"].values()


@pytest.mark.parametrize("compressed", [False, True])
def test_files_that_are_cut_short(compressed):
    content = mat(compressed, a=RNG.normal(size=(5, 7)))
    for length in range(len(content)):
        cut = content[:length]
        if length == HEAD_BYTES or HEAD_BYTES < length < HEAD_BYTES + 8:
            assert read(cut) == {}
        else:
            with pytest.raises(ValueError):
                [array.values() for array in stored_arrays(cut, 10**6)]


def test_no_more_is_unpacked_than_was_asked_for():
    array = read(mat(True, a=np.zeros((100, 100))), most=1000)["a"]
    assert (array.shape, len(array.body)) == ((100, 100), 1000 - 8)
    with pytest.raises(ValueError, match="an element of 80000 bytes"):
        array.values()


@pytest.mark.parametrize("content", [b"", b"abc", bytes(200), mat(a=1)[:124] + b"\x00\x02IM" + bytes(64)])
def test_other_files(content):
    with pytest.raises(ValueError, match="no MATLAB file of level 5"):
        read(content)
