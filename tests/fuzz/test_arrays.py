"""Arrays that numpy saved: damaged heads, archives, pickles, shapes that no file has."""

import io
import os
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fuzzing import FUZZ, bounded, damaged, read_or_refused
from tests.support.tiny_models import tiny_description

from cortex2image.data.bold5000.betas import open_table
from cortex2image.errors import DataError
from cortex2image.reconstruction.external import read_predictions

SPLIT = {"s1": "train", "t1": "test", "t2": "test"}


class Runs:
    """What a pickle may hold: reading it makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def headed(description: str, body: bytes = b"") -> bytes:
    """Return an .npy file with this text as its head."""
    text = description.encode()
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text + body


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tiny_description(tmp_path_factory.mktemp("models"))


def predictions(path, models):
    return read_predictions(str(path), "z", models, SPLIT)


@FUZZ
@given(damaged(npy(np.zeros((2, 64), np.float32)), 128), st.sampled_from([b"t1\nt2\n", b"t1\n\xff\n", b""]))
def test_damaged_files(tmp_path, models, content, names):
    (tmp_path / "a.npy").write_bytes(content)
    (tmp_path / "a.txt").write_bytes(names)
    found = read_or_refused(predictions, tmp_path / "a.npy", models)
    assert found is None or found.features.shape == (2, 64)
    table = read_or_refused(open_table, tmp_path / "a.npy", 2)
    assert table is None or table.shape[0] == 2


CLAIMED = "{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}\n"
STRANGE = {
    "an archive": lambda: (lambda file: (np.savez(file, a=np.zeros(3)), file.getvalue())[1])(io.BytesIO()),
    "a terabyte": lambda: headed(CLAIMED.format("<f4", "(2, 250000000000)"), bytes(512)),
    "less than nothing": lambda: headed(CLAIMED.format("<f4", "(-2, 64)"), bytes(512)),
    "many minus signs": lambda: headed("-" * 9000 + "1\n"),
    "many brackets": lambda: headed("(" * 9000 + ")" * 9000 + "\n"),
    "code": lambda: headed("__import__('os').mkdir('made')\n"),
    "text": lambda: npy(np.array([["a"] * 64] * 2)),
    "complex": lambda: npy(np.zeros((2, 64), complex)),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_what_is_no_table_of_numbers(tmp_path, models, kind):
    (tmp_path / "a.npy").write_bytes(STRANGE[kind]())
    (tmp_path / "a.txt").write_text("t1\nt2\n")
    with bounded(5, 2**28), pytest.raises(DataError):
        predictions(tmp_path / "a.npy", models)
    with bounded(5, 2**28), pytest.raises(DataError):
        open_table(tmp_path / "a.npy", 2)


def test_a_pickle_is_not_read(tmp_path, models):
    (tmp_path / "a.npy").write_bytes(npy(np.array([Runs(tmp_path / "made")] * 2, object)))
    (tmp_path / "a.txt").write_text("t1\nt2\n")
    with pytest.raises(DataError):
        predictions(tmp_path / "a.npy", models)
    with pytest.raises(DataError):
        open_table(tmp_path / "a.npy", 2)
    assert not (tmp_path / "made").exists()
