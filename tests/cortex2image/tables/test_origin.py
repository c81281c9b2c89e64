import pyarrow as pa
import pytest

from cortex2image.errors import DataError
from cortex2image.tables.origin import origin


def test_metadata_say_whose_a_table_is() -> None:
    table = pa.table({"value": [1.0]}).replace_schema_metadata({"subject": "sub-01", "method": "zc"})
    assert origin(table, "x.parquet") == ("sub-01", "zc")


@pytest.mark.parametrize("facts", [{}, {"subject": "sub-01"}, {"method": "zc"}])
def test_a_table_without_origin_is_named(facts: dict[str, str]) -> None:
    table = pa.table({"value": [1.0]}).replace_schema_metadata({"other": "x"} | facts)
    with pytest.raises(DataError, match=r"x\.parquet"):
        origin(table, "x.parquet")
