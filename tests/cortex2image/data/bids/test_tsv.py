"""Tables as BIDS defines them: what stands in the file comes out of it, or the file is refused."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cortex2image.data.bids.tsv import numbers_of, read_tsv, texts_among
from cortex2image.errors import DataError

TEXT = "a\tb\tc\n1\tx y\t0.5\n2\tn/a\t1.5\n"
ROWS = [["1", "x y", "0.5"], ["2", "n/a", "1.5"]]


def read(folder: Path, content: str | bytes, columns=("a", "b", "c"), others=()):
    path = folder / "table.tsv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_tsv(path, columns, others)


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        TEXT.rstrip("\n"),
        TEXT + "\n\n",
        TEXT + "\t\t\n",
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        "\ufeff" + TEXT,
        TEXT.replace("\n", "\t\n"),
        TEXT.replace("0.5\n", "0.5\t\n"),
        TEXT.replace("1.5\n", "1.5\t\t\n"),
        TEXT.replace("c\n", "c\t\n"),
        "\ta\tb\tc\n0\t1\tx y\t0.5\n1\t2\tn/a\t1.5\n",
        '"a"\t"b"\t"c"\n"1"\t"x y"\t"0.5"\n"2"\t"n/a"\t"1.5"\n',
        '""\t"a"\t"b"\t"c"\n"1"\t1\t"x y"\t0.5\n"2"\t2\t"n/a"\t1.5\n',
        "c\td\tb\ta\n0.5\t?\tx y\t1\n1.5\t\tn/a\t2\n",
        "d\ta\tb\tc\td\n9\t1\tx y\t0.5\t8\n9\t2\tn/a\t1.5\t8\n",
    ],
)
def test_spellings_of_one_table(tmp_path, content):
    table = read(tmp_path, content)
    assert table[["a", "b", "c"]].to_numpy().tolist() == ROWS
    assert table.index.tolist() == [2, 3]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (TEXT.replace("\t1.5", ""), r"row 3\n.*3 cells.*\n.*2 cells: '2', 'n/a'\n.*n/a for a cell"),
        (TEXT.replace("0.5", "0.5\t7"), r"row 2\n.*\n.*4 cells: '1', 'x y', '0.5', '7'\n.*row\.names"),
        ("a\tb\tc\n1\t1\tx\t0.5\n2\t2\ty\t1.5\n", r"row 2\n.*\n.*4 cells(.|\n)*row\.names = FALSE"),
        ("a\tb\tc\n1\t4\t2\t\n2\t8\t2\t\n", r"first counts the rows and the last is empty"),
        (TEXT.replace("\n2", "\n\n2"), r"row 3\n.*\n.*an empty line"),
        (TEXT.replace("x y", '"x\ny"'), r"row 2\n(.|\n)*line break within a cell"),
        (TEXT.replace("b", "a"), r"no b among 'a', 'a', 'c'"),
        (TEXT.replace("a\tb", "a \tb"), r"no a among 'a ', 'b', 'c'"),
        (TEXT.replace("\t", ","), r"no a, b, c among 'a,b,c'(.|\n)*a tab between two columns"),
        (TEXT.replace("\t", "  "), r"no a, b, c among"),
        (TEXT.encode("utf-16"), "no UTF-8"),
        (TEXT.encode("utf-16-le"), "zero bytes"),
        (TEXT.replace("n/a", "café").encode("latin-1"), "bytes in line 3 that are no UTF-8"),
        ("", "an empty file"),
        ("\n\n", "an empty file"),
    ],
)
def test_what_is_no_table_is_refused_with_its_place(tmp_path, content, match):
    with pytest.raises(DataError, match=rf"table\.tsv(.|\n)*{match}") as error:
        read(tmp_path, content)
    assert error.value.fix


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.tsv"):
        read_tsv(tmp_path / "nowhere.tsv", ())


@pytest.mark.parametrize(("columns", "others"), [(("a", "b"), ()), (("b",), ("a",))])
def test_a_column_that_is_used_and_there_twice(tmp_path, columns, others):
    content = "a\tb\ta\n1\tx\t2\n"
    with pytest.raises(DataError, match="2 columns a"):
        read(tmp_path, content, columns, others)
    assert list(read(tmp_path, content, ("b",))) == ["b"]
    assert list(read(tmp_path, content, (), None)) == ["a", "b", "a"]


def test_characters_that_end_lines_elsewhere_stay_in_their_cells(tmp_path):
    cell = "one\u2028two\x0bthree\x85four"
    assert read(tmp_path, f"a\tb\n{cell}\t1\n", ("a",))["a"].tolist() == [cell]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"a\tb"', "a\tb"),
        ('"say ""hi"""', 'say "hi"'),
        ('a "stop" sign', 'a "stop" sign'),
        ('"Stop" sign', '"Stop" sign'),
        ('"open', '"open'),
        ('""', ""),
        (" a ", " a "),
        ("NA", "NA"),
        ("null", "null"),
    ],
)
def test_cells(tmp_path, cell, value):
    for place, content in enumerate((f"a\tb\n{cell}\t1\n", f"b\ta\n1\t{cell}\n")):
        assert read(tmp_path, content, ("a",))["a"].tolist() == [value], place


CELLS = st.text(st.characters(exclude_characters="\r\n\0", codec="utf-8"), min_size=1).filter(
    lambda cell: bool(cell.strip())
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work may go on
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_what_the_csv_writer_of_python_wrote_comes_back(tmp_path_factory, rows):
    written = io.StringIO()
    csv.writer(written, dialect="excel-tab", lineterminator="\n").writerows([("a", "b"), *rows])
    table = read(tmp_path_factory.mktemp("table"), written.getvalue(), ("a", "b"))
    assert list(table.itertuples(index=False, name=None)) == rows


def test_numbers_and_texts_of_cells(tmp_path):
    content = "a\n1\n-2.5e1\n n/a \n\tx\nNaN\n1_0\n0x1\n3,5\nn/a\n.5\n"
    cells = read(tmp_path, content.replace("\tx\n", ""), ("a",))["a"]
    np.testing.assert_array_equal(numbers_of(cells), [1, -25, *[np.nan] * 6, 0.5])
    assert texts_among(cells).to_dict() == {6: "1_0", 7: "0x1", 8: "3,5"}
