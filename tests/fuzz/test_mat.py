"""The MATLAB file of NSD's design: damaged ones, other kinds of values, and sizes that no design has."""

import io

import numpy as np
import pytest
from hypothesis import given
from scipy.io import savemat
from scipy.sparse import csc_matrix
from tests.support.fuzzing import FUZZ, bounded, damaged, read_or_refused

from cortex2image.data.nsd import design
from cortex2image.errors import DataError

SMALL = {name: tuple(min(length, 20) for length in shape) for name, shape in design.SHAPES.items()}


def mat(compressed: bool = False, **others: object) -> bytes:
    """Return a MATLAB file with the fields of a design, each of few values."""
    fields = {name: np.ones(shape, np.uint16) for name, shape in SMALL.items()}
    file = io.BytesIO()
    savemat(file, {**fields, "basiccnt": np.zeros((3, 4)), **others}, do_compression=compressed)
    return file.getvalue()


@pytest.fixture
def small(monkeypatch):
    """Take a design of few values for a whole one."""
    monkeypatch.setattr(design, "SHAPES", SMALL)


@FUZZ
@given(damaged(mat(), 2000) | damaged(mat(compressed=True)))
def test_damaged_files(tmp_path, small, content):
    (tmp_path / "nsd_expdesign.mat").write_bytes(content)
    read_or_refused(design.load_design, tmp_path / "nsd_expdesign.mat")


OTHERS = {
    "text": np.array([["x"] * 20]),
    "complex": np.ones((1, 20)) + 1j,
    "cells": np.array([["a"] * 20], object),
    "sparse": csc_matrix(np.ones((1, 20))),
    "not finite": np.full((1, 20), np.nan),
    "structures": {"a": 1},
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_values_than_ids(tmp_path, small, kind):
    (tmp_path / "nsd_expdesign.mat").write_bytes(mat(masterordering=OTHERS[kind]))
    with bounded(), pytest.raises(DataError, match="masterordering"):
        design.load_design(tmp_path / "nsd_expdesign.mat")


def test_a_matrix_without_end(tmp_path, small):
    """72 MB of zeros in a file of 72 kB: they are never unpacked."""
    (tmp_path / "nsd_expdesign.mat").write_bytes(mat(compressed=True, sharedix=np.zeros((3000, 3000))))
    with bounded(room=2**25), pytest.raises(DataError, match=r"shape \(3000, 3000\)"):
        design.load_design(tmp_path / "nsd_expdesign.mat")
