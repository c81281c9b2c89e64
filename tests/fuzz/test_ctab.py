"""Text files of numbers and names: codes of regions, labels of Haxby et al., names of BOLD5000, a matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fuzzing import FUZZ, NASTY, damaged, read_or_refused

from cortex2image.data.bold5000.trials import read_names
from cortex2image.data.haxby2001 import parse_labels
from cortex2image.data.mni_matrix import read_matrix
from cortex2image.data.nsd.regions import LARGEST_CODE, read_ctab
from cortex2image.errors import DataError

CTAB = b"# atlas\n0 Unknown\n1 V1v\n2 V1d\n"
LABELS = b"labels chunks\nrest 0\nface 0\nface 0\nrest 0\nhouse 1\nrest 1\n"
LINES = st.lists(NASTY, max_size=8).map(lambda cells: " ".join(cells).encode("utf-8", "surrogatepass"))


@FUZZ
@given(damaged(CTAB) | LINES)
def test_codes_of_regions(tmp_path, content):
    (tmp_path / "streams.mgz.ctab").write_bytes(content)
    for name, code in (read_or_refused(read_ctab, tmp_path / "streams.mgz.ctab") or {}).items():
        assert name
        assert abs(code) <= LARGEST_CODE


@FUZZ
@given(damaged(LABELS) | LINES)
def test_labels(tmp_path, content):
    (tmp_path / "labels.txt").write_bytes(content)
    chunks = read_or_refused(parse_labels, tmp_path / "labels.txt") or []
    for chunk in chunks:
        assert all(block.volumes[0] < block.volumes[1] for block in chunk.blocks)


@FUZZ
@given(damaged(b"rep_a.jpg\nb.jpg\nc.jpg\n") | LINES)
def test_names_of_pictures(tmp_path, content):
    (tmp_path / "CSI1_imgnames.txt").write_bytes(content)
    assert all(read_or_refused(read_names, tmp_path / "CSI1_imgnames.txt") or ["whole"])


@FUZZ
@given(damaged(b"# to MNI152\n1 0 0 0\n0 1 0 0\n0 0 1 0\n0 0 0 1\n") | LINES)
def test_a_matrix(tmp_path, content):
    (tmp_path / "to_mni.txt").write_bytes(content)
    matrix = read_or_refused(read_matrix, tmp_path / "to_mni.txt", "sub-01")
    assert matrix is None or np.isfinite(matrix).all()


def test_a_name_with_two_codes(tmp_path):
    (tmp_path / "a.ctab").write_text("1 V1\n2 V1\n")
    with pytest.raises(DataError, match="V1 with the code 2"):
        read_ctab(tmp_path / "a.ctab")
