import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.tiny_models import tiny_description

from cortex2image.errors import DataError
from cortex2image.reconstruction.external import read_predictions
from cortex2image.tables.columns import vectors
from cortex2image.tables.results import DECODED

SPLIT = {"s1": "train", "t3": "test", "t1": "test", "s2": "train", "t2": "test"}
GIVEN = ["t2", "t3", "t1"]
SORTED, ORDER = ["t1", "t2", "t3"], [2, 0, 1]
WIDTHS = {"z": 64, "c": 128}
HOLE = pa.array([[0.0] * 64, None, [0.0] * 64], pa.list_(pa.float32(), 64))
SHAPES = {"z": (4, 4, 4), "c": (8, 16)}


@pytest.fixture
def models(tmp_path):
    return tiny_description(tmp_path)


@pytest.fixture
def values(rng):
    return {space: rng.standard_normal((3, width)) for space, width in WIDTHS.items()}


@pytest.fixture
def read(tmp_path, models):
    def read(name, space="z", split=SPLIT):
        return read_predictions(str(tmp_path / name), space, models, split)

    return read


def save(path, array, stimuli=GIVEN):
    np.save(path, array)
    path.with_suffix(".txt").write_text("\n".join(stimuli) + "\n", "utf-8")


def columns(values, stimuli=GIVEN, **others):
    return pd.DataFrame({"stimulus_id": stimuli, "feature": list(values), **others})


def own_table(values, path):
    DECODED.write({"stimulus_id": GIVEN, "feature": vectors(values)}, path)


def unstamped(values, path):
    table = pa.table({"stimulus_id": GIVEN, "feature": vectors(values)})
    pq.write_table(table.replace_schema_metadata({}), path)


def by_pandas(values, path):
    columns(values.astype(np.float64), note=["a", "b", "c"]).to_parquet(path)


def in_row_groups(values, path):
    pq.write_table(pa.Table.from_pandas(columns(values)), path, row_group_size=2)


@pytest.mark.parametrize("space", WIDTHS)
@pytest.mark.parametrize("write", [own_table, unstamped, by_pandas, in_row_groups])
def test_tables_of_any_origin(read, tmp_path, values, write, space):
    write(values[space], tmp_path / "mine.parquet")
    table = read("mine.parquet", space)
    assert table.stimuli == SORTED
    assert table.features.dtype == np.float32
    np.testing.assert_array_equal(table.features, values[space][ORDER].astype(np.float32))


@pytest.mark.parametrize("space", WIDTHS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, ">f8"])
@pytest.mark.parametrize("flat", [True, False])
def test_arrays_with_their_stimuli_beside_them(read, tmp_path, values, space, dtype, flat):
    array = values[space].astype(dtype)
    save(tmp_path / "mine.npy", array if flat else array.reshape(3, *SHAPES[space]))
    table = read("mine.npy", space)
    assert table.stimuli == SORTED
    assert table.features.dtype == np.float32
    np.testing.assert_array_equal(table.features, array[ORDER].astype(np.float32))


def test_whole_numbers_are_numbers(read, tmp_path):
    save(tmp_path / "mine.npy", np.arange(192).reshape(3, 64))
    assert read("mine.npy").features[0, 0] == 128


def test_every_stimulus_is_predicted_where_each_is_held_out_once(read, tmp_path, values):
    save(tmp_path / "mine.npy", values["z"])
    crossed = dict.fromkeys(GIVEN, "train")
    assert read("mine.npy", split=crossed).stimuli == SORTED


@pytest.mark.parametrize(
    ("stimuli", "expected"),
    [
        (["t2", "t3"], "1 missing, first 't1'"),
        (["t2", "t3", "T1"], "1 unknown, first 'T1'; 1 missing, first 't1'"),
        (["t2", "t3", "t1", "t2"], "1 given twice, first 't2'"),
        (["t2", "t3", "t1", "s2"], r"no training stimulus(.|\n)*1 training stimuli, first s2"),
    ],
)
@pytest.mark.parametrize("ending", ["npy", "parquet"])
def test_stimuli_are_those_of_the_test_each_once(read, tmp_path, rng, stimuli, expected, ending):
    array = rng.standard_normal((len(stimuli), 64))
    if ending == "npy":
        save(tmp_path / "mine.npy", array, stimuli)
    else:
        columns(array, stimuli).to_parquet(tmp_path / "mine.parquet")
    with pytest.raises(DataError, match=rf"mine\.{ending}(.|\n)*{expected}"):
        read(f"mine.{ending}")


@pytest.mark.parametrize(
    ("space", "shape"), [("z", (60,)), ("z", (4, 16)), ("z", (4, 2, 8)), ("c", (16, 8)), ("c", (64,))]
)
def test_another_shape_is_refused(read, tmp_path, space, shape):
    """Channels last has as many values as channels first, in another order."""
    save(tmp_path / "mine.npy", np.zeros((3, *shape)))
    with pytest.raises(DataError, match=rf"{WIDTHS[space]} values per stimulus(.|\n)*shape \(3, {shape[0]}"):
        read("mine.npy", space)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e300])
def test_numbers_that_are_not_finite_are_refused(read, tmp_path, values, bad):
    values["z"][0, 5] = bad
    save(tmp_path / "mine.npy", values["z"])
    with pytest.raises(DataError, match="1 stimuli, first t2"):
        read("mine.npy")


@pytest.mark.parametrize("dtype", [bool, complex, "U3"])
def test_other_types_are_refused(read, tmp_path, dtype):
    save(tmp_path / "mine.npy", np.zeros((3, 64), dtype))
    with pytest.raises(DataError, match="real numbers"):
        read("mine.npy")


def test_pickles_are_never_read(read, tmp_path):
    save(tmp_path / "mine.npy", np.array([[{}]] * 3, dtype=object))
    with pytest.raises(DataError, match=r"an array that numpy\.save wrote"):
        read("mine.npy")


def test_an_archive_of_arrays_is_no_array(read, tmp_path, values):
    with (tmp_path / "mine.npy").open("wb") as file:
        np.savez(file, values["z"])
    with pytest.raises(DataError, match="an archive of arrays"):
        read("mine.npy")


def test_files_that_are_missing_or_damaged(read, tmp_path, values):
    for name in ("mine.npy", "mine.parquet"):
        with pytest.raises(DataError, match=name):
            read(name)
        (tmp_path / name).write_bytes(b"no such format")
        with pytest.raises(DataError, match=name):
            read(name)
    np.save(tmp_path / "other.npy", values["z"])
    with pytest.raises(DataError, match=r"other\.txt(.|\n)*the stimuli of .*other\.npy, one per line"):
        read("other.npy")
    (tmp_path / "other.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match=r"other\.txt"):
        read("other.npy")


def test_as_many_names_as_rows(read, tmp_path, values):
    save(tmp_path / "mine.npy", values["z"], GIVEN[:2])
    with pytest.raises(DataError, match=r"2 rows, one for each line of .*mine\.txt(.|\n)*\(3, 64\)"):
        read("mine.npy")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"stimulus_id": GIVEN}, "the columns stimulus_id and feature"),
        ({"stimulus_id": [1, 2, 3], "feature": [[0.0] * 64] * 3}, r"texts(.|\n)*int64"),
        ({"stimulus_id": GIVEN, "feature": [0.0] * 3}, "lists of numbers"),
        ({"stimulus_id": GIVEN, "feature": [["a"] * 64] * 3}, "real numbers"),
        ({"stimulus_id": GIVEN, "feature": [[0.0] * 64, [0.0] * 63, [0.0] * 64]}, "lists of 2 lengths"),
        ({"stimulus_id": GIVEN, "feature": [[0.0] * 64, None, [0.0] * 64]}, "found: .*missing values"),
        ({"stimulus_id": GIVEN, "feature": HOLE}, "found: .*missing values"),
        ({"stimulus_id": GIVEN, "feature": [[0.0] * 63 + [None]] * 3}, "found: .*missing values"),
        ({"stimulus_id": [None, "t2", "t3"], "feature": [[0.0] * 64] * 3}, "texts"),
    ],
)
def test_tables_of_another_form(read, tmp_path, table, expected):
    pq.write_table(pa.table(table), tmp_path / "mine.parquet")
    with pytest.raises(DataError, match=expected):
        read("mine.parquet")
