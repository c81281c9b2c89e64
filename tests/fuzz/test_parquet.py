"""Parquet tables from outside, and sealed ones of this project: damaged, of other types, without end."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fuzzing import FUZZ, bounded, damaged, read_or_refused
from tests.support.tiny_models import tiny_description

from cortex2image.errors import ContractError, DataError
from cortex2image.reconstruction.external import read_predictions
from cortex2image.scoring.listing import list_reconstructions, list_stimuli
from cortex2image.tables.columns import vectors
from cortex2image.tables.footer import replace_footer, seal
from cortex2image.tables.recordings import STIMULI
from cortex2image.tables.results import DECODED

SPLIT = {"s1": "train", "t1": "test", "t2": "test", "t3": "test"}
NAMES = ["t1", "t2", "t3"]
FEATURES = np.random.default_rng(0).normal(size=(3, 64)).astype(np.float32)


def parquet(**columns: object) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, write_page_checksum=True)
    return sink.getvalue().to_pybytes()


PREDICTED = parquet(stimulus_id=NAMES, feature=vectors(FEATURES))
LISTED = parquet(stimulus_id=NAMES, image_path=[f"{name}.png" for name in NAMES], sample=[0, 0, 0])


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tiny_description(tmp_path_factory.mktemp("models"))


@FUZZ
@given(st.data())
def test_predictions(tmp_path, models, data):
    whole = data.draw(damaged(PREDICTED))
    (tmp_path / "a.parquet").write_bytes(whole)
    found = read_or_refused(read_predictions, str(tmp_path / "a.parquet"), "z", models, SPLIT)
    assert found is None or np.isfinite(found.features).all()


@FUZZ
@given(damaged(LISTED))
def test_lists_of_pictures(tmp_path, content):
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    read_or_refused(list_stimuli, str(path))
    for (name, sample), file in (read_or_refused(list_reconstructions, str(path), NAMES) or {}).items():
        assert name in NAMES
        assert sample >= 0
        assert isinstance(file, str)


@FUZZ
@given(st.data())
def test_sealed_tables(tmp_path, data):
    """A damaged footer under a seal of its own: what a fault of another program could leave."""
    path = tmp_path / "decoded.parquet"
    DECODED.write({"stimulus_id": NAMES, "feature": vectors(FEATURES)}, path)
    whole = path.read_bytes()
    size = int.from_bytes(whole[-8:-4], "little")
    body = data.draw(damaged(whole[-8 - size : -8]))
    length = data.draw(st.just(len(body).to_bytes(4, "little")) | st.binary(min_size=4, max_size=4))
    replace_footer(path, body + length + b"PAR1")
    read_or_refused(DECODED.read, path)
    read_or_refused(DECODED.read_keys, path)


@FUZZ
@given(damaged(PREDICTED, 128))
def test_tables_without_a_seal(tmp_path, content):
    (tmp_path / "decoded.parquet").write_bytes(content)
    with pytest.raises(ContractError):
        DECODED.read(tmp_path / "decoded.parquet")


STRANGE = {
    "bytes": pa.array([b"t1", b"t2", b"t3"]),
    "structures": pa.array([{"a": 1}] * 3),
    "lists": pa.array([["t1"], ["t2"], ["t3"]]),
    "times": pa.array(pd.date_range("2020", periods=3)),
    "no Unicode": pa.array([b"t\xff", b"t\xfe", b"t\xfd"]).view(pa.string()),
}


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("column", ["stimulus_id", "image_path"])
def test_other_types(tmp_path, models, kind, column):
    columns = {"stimulus_id": NAMES, "image_path": NAMES, "feature": vectors(FEATURES), column: STRANGE[kind]}
    (tmp_path / "a.parquet").write_bytes(parquet(**columns))
    with bounded(5), pytest.raises(DataError):
        list_reconstructions(str(tmp_path / "a.parquet"), NAMES)
    if column == "stimulus_id":
        with bounded(5), pytest.raises(DataError):
            read_predictions(str(tmp_path / "a.parquet"), "z", models, SPLIT)


def test_a_small_file_of_sixteen_million_equal_rows(tmp_path, models):
    rows = 2**24
    indices = pa.array(np.zeros(rows, np.int8))
    stimuli = pa.DictionaryArray.from_arrays(indices, ["t1"])
    with pq.ParquetWriter(tmp_path / "a.parquet", pa.schema([("stimulus_id", stimuli.type)])) as writer:
        writer.write_table(pa.table({"stimulus_id": stimuli}))
    assert (tmp_path / "a.parquet").stat().st_size < 2**20
    with bounded(5, 2**29), pytest.raises(DataError, match="at most 1000000 rows"):
        list_stimuli(str(tmp_path / "a.parquet"))


def test_a_list_of_sixteen_million_equal_values(tmp_path, models):
    offsets = [0, 2**24 + 1, 2**24 + 1, 2**24 + 1]
    feature = pa.ListArray.from_arrays(offsets, pa.array(np.zeros(2**24 + 1, np.float32)))
    pq.write_table(pa.table({"stimulus_id": NAMES, "feature": feature}), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 2**20
    with bounded(5, 2**28), pytest.raises(DataError, match="at most 16777216 values"):
        read_predictions(str(tmp_path / "a.parquet"), "z", models, SPLIT)


def test_facts_that_are_no_text(tmp_path):
    table = pa.table({"stimulus_id": NAMES}).replace_schema_metadata({b"contract": b"\xff\xfe"})
    pq.write_table(table, tmp_path / "stimuli.parquet")
    seal(tmp_path / "stimuli.parquet")
    with pytest.raises(ContractError):
        STIMULI.read(tmp_path / "stimuli.parquet")


def test_columns_of_one_name(tmp_path, models):
    names = ["stimulus_id", "image_path", "image_path", "feature", "feature"]
    columns = [pa.array(NAMES)] * 3 + [vectors(FEATURES)] * 2
    pq.write_table(pa.Table.from_arrays(columns, names), tmp_path / "a.parquet")
    with pytest.raises(DataError):
        list_reconstructions(str(tmp_path / "a.parquet"), NAMES)
    with pytest.raises(DataError, match="once each"):
        read_predictions(str(tmp_path / "a.parquet"), "z", models, SPLIT)
