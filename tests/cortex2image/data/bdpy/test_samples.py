"""What the rows are, from the columns of labels."""

from dataclasses import replace

import numpy as np
import pytest
from tests.support.bdpy_files import some_content, write_bdpy

from cortex2image.data.bdpy.files import read_metadata
from cortex2image.data.bdpy.samples import Sample, read_samples_of, stimulus_of
from cortex2image.errors import DataError

A, B = "n01518878_5958", "n02051845_7"


def samples(tmp_path, content, split=None):
    return read_samples_of(read_metadata(write_bdpy(tmp_path / "Subject1.h5", content)), split)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1518878.005958, "n01518878_5958"),
        (1443537.022563, "n01443537_22563"),
        (2051845.000007, "n02051845_7"),
        (15000000.100000, "n15000000_100000"),
    ],
)
def test_identities(number, name):
    assert stimulus_of(number, "a.h5") == name


@pytest.mark.parametrize("number", [0.5, -1518878.005958, 1518878.0, 1518878.0059585, 123456789.000001])
def test_numbers_that_are_no_identity(number):
    with pytest.raises(DataError, match=r"a\.h5(.|\n)*WordNet"):
        stimulus_of(number, "a.h5")


def test_columns(tmp_path):
    content = some_content([A, B, A], DataType=[1, 2, 3], Session=[4, 4, 4], Run=[2, 3, 3])
    found, problems = samples(tmp_path, content)
    assert found == [Sample(0, "train", 4, 2, A), Sample(1, "test", 4, 3, B)]
    assert problems == ["Subject1.h5: 1 imagery left out"]


def test_the_file_says_the_split_and_columns_are_missing(tmp_path):
    found, problems = samples(tmp_path, some_content([A, B]), "test")
    assert found == [Sample(0, "test", 1, 1, A), Sample(1, "test", 1, 1, B)]
    assert problems == []


def test_rows_without_a_picture(tmp_path):
    content = some_content([A, B, A], Run=[1, 1, 2])
    content.labels["stimulus_id"][1] = np.nan
    found, problems = samples(tmp_path, content, "train")
    assert [sample.row for sample in found] == [0, 2]
    assert problems == ["Subject1.h5: 1 rows without a picture left out"]


def test_names_from_the_map_of_values(tmp_path):
    content = some_content([A, B])
    numbers = content.labels["stimulus_id"]
    named = replace(content, names={"stimulus_id": dict(zip(numbers, ["x.tiff", "y"], strict=True))})
    assert [sample.stimulus for sample in samples(tmp_path, named, "train")[0]] == ["x", "y"]
    lacking = replace(content, names={"stimulus_id": {numbers[0]: "x.tiff"}})
    with pytest.raises(DataError, match=r"/vmap/stimulus_id(.|\n)*none for 2051845\.000007"):
        samples(tmp_path, lacking, "train")


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ({}, "no such column"),
        ({"DataType": [1, 4]}, r"3 \(imagery\)(.|\n)*4"),
        ({"DataType": [1, np.nan]}, "nan"),
        ({"DataType": [1, 1], "Run": [1, np.nan]}, r"column Run(.|\n)*nan"),
        ({"DataType": [1, 1], "Session": [1.5, 1]}, r"column Session(.|\n)*1\.5"),
    ],
)
def test_bad_columns(tmp_path, labels, match):
    with pytest.raises(DataError, match=rf"Subject1\.h5(.|\n)*{match}"):
        samples(tmp_path, some_content([A, B], **labels))


def test_no_column_says_which_picture(tmp_path):
    content = replace(some_content([A, B], Run=[1, 1]), labels={"Run": np.ones(2)})
    with pytest.raises(DataError, match="stimulus_name or stimulus_id"):
        samples(tmp_path, content, "train")
