"""Values are cast to the declared type, and vector columns are matrices."""

import numpy as np
import pyarrow as pa
import pytest

from cortex2image.errors import ContractError
from cortex2image.tables.columns import Column, matrix, vectors


def test_a_matrix_becomes_a_column_and_a_matrix_again_without_a_copy(rng):
    values = rng.normal(size=(4, 3)).astype(np.float32)
    again = matrix(pa.table({"beta": vectors(values)}), "beta")
    np.testing.assert_array_equal(again, values)
    assert np.shares_memory(again, values)


def test_a_column_in_several_pieces_is_one_matrix():
    halves = [pa.table({"beta": vectors(np.full((2, 3), number))}) for number in (1.0, 2.0)]
    np.testing.assert_array_equal(
        matrix(pa.concat_tables(halves), "beta"), np.repeat([[1.0] * 3, [2.0] * 3], 2, 0)
    )


def test_values_are_cast_to_the_declared_type():
    size = Column("size", pa.float64(), "m", "its size")
    assert size.cast(pa.chunked_array([[1, 2]]), "toy", "toy.parquet").type == pa.float64()


def test_an_error_names_the_file_the_column_and_the_table():
    size = Column("size", pa.float64(), "m", "its size")
    with pytest.raises(ContractError) as error:
        size.cast(pa.chunked_array([[1.0, None]]), "toy", "toy.parquet")
    assert error.value.where == "toy.parquet, column size"
    assert error.value.fix == "see table 'toy' in docs/tables.md"


def test_unit_and_meaning_travel_in_the_field():
    field = Column("beta", None, "%", "its response").field(5)
    assert field.metadata == {b"unit": b"%", b"doc": b"its response"}
    assert field.type.list_size == 5
