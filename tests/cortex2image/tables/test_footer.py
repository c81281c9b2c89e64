"""The seal in front of the footer of a Parquet file."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cortex2image.errors import ContractError
from cortex2image.tables.footer import (
    SEAL,
    SEAL_BYTES,
    TAIL_BYTES,
    replace_footer,
    require_whole_footer,
    seal,
)


@pytest.fixture
def sealed(tmp_path):
    """A table whose metadata hold a fact."""
    pq.write_table(pa.table({"n": range(100)}, metadata={"seed": "7"}), tmp_path / "t.parquet")
    seal(tmp_path / "t.parquet")
    return tmp_path / "t.parquet"


def test_every_reader_of_parquet_reads_a_sealed_file(sealed):
    require_whole_footer(sealed)
    assert SEAL in sealed.read_bytes()
    assert pq.read_table(sealed)["n"].to_pylist() == list(range(100))


def test_a_changed_fact_is_found_without_a_change_in_length(sealed):
    whole = sealed.read_bytes()
    assert whole.count(b"seed\x18\x017") == 1
    sealed.write_bytes(whole.replace(b"seed\x18\x017", b"seed\x18\x018"))
    assert pq.read_metadata(sealed).metadata[b"seed"] == b"8"  # Parquet itself has nothing against it
    with pytest.raises(ContractError, match="bytes that changed after they were written") as error:
        require_whole_footer(sealed)
    assert error.value.where == str(sealed)


@pytest.mark.parametrize("kept", [0, 3, TAIL_BYTES, 100, -1, -TAIL_BYTES])
def test_a_file_that_is_cut_short_is_refused(sealed, kept):
    sealed.write_bytes(sealed.read_bytes()[:kept])
    with pytest.raises(ContractError, match="cut short"):
        require_whole_footer(sealed)


def test_another_footer_takes_the_place_of_the_old_one_and_its_seal(sealed, tmp_path):
    before = sealed.read_bytes()
    length = int.from_bytes(before[-TAIL_BYTES:-4], "little")
    replace_footer(sealed, before[-TAIL_BYTES - length :])
    assert sealed.read_bytes() == before
    longer = before[-TAIL_BYTES - length : -TAIL_BYTES] + bytes(5)
    replace_footer(sealed, longer + len(longer).to_bytes(4, "little") + b"PAR1")
    require_whole_footer(sealed)
    assert len(sealed.read_bytes()) == len(before) + 5
    assert sealed.read_bytes().count(SEAL) == 1
    assert before.index(SEAL) + SEAL_BYTES == len(before) - TAIL_BYTES - length
