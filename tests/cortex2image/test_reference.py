"""Generated pages are up to date."""

import re

import pytest
import yaml

from cortex2image import reference
from cortex2image.study.config import resolve
from cortex2image.study.fields import as_json
from cortex2image.study.spaces import DECODABLE


@pytest.mark.parametrize(
    ("page", "path"),
    [
        (reference.tables_page, "docs/tables.md"),
        (reference.config_page, "config/README.md"),
        (reference.schema_file, "config/schema.json"),
    ],
)
def test_pages_have_not_drifted(page, path):
    written = (reference.REPOSITORY / path).read_text()
    assert written == page(), "run: PYTHONPATH=workflow python -m cortex2image.reference"


ROW = re.compile(r"\| `([\w/]+)` \| (?:`([^`]*)`|required) \| ([^|]+) \| ([^|]+) \|")
ROWS = {row[1]: row for row in map(ROW.fullmatch, reference.config_page().splitlines()) if row}


def test_defaults_are_written_as_in_a_config():
    minimal = {"study": "x", "subjects": ["sub-1"], "dataset": {"reader": "bids", "root": "/data"}}
    minimal["dataset"]["rois"] = {"atlas": "a.nii.gz", "labels": {"early": 1, "ventral": 2}}
    study = as_json(resolve(minimal))
    given = {"dataset/root", "dataset/derivatives", "dataset/rois/atlas", "dataset/rois/labels"}
    given |= {
        "attribute/regions",
        "prefer/regions",
        "prefer/spaces",
        "evaluate/brain/regions",
    }  # follow from others
    defaults = {key: row[2] for key, row in ROWS.items() if row[2] is not None and key not in given}
    assert len(defaults) > 40
    for key, default in defaults.items():
        value = study
        for name in key.split("/"):
            value = value[name]
        assert yaml.safe_load(default) == value, key


@pytest.mark.parametrize(
    ("key", "default", "allowed"),
    [
        ("study", None, "string"),
        ("subjects", None, "list of string"),
        ("dataset/root", "null", "string or null"),
        ("dataset/derivatives", '"{root}/derivatives/fmriprep"', "string or null"),
        ("dataset/sessions", "null", "integer or null >= 1, in sessions"),
        ("dataset/rois/labels", "{}", "mapping of names to integer >= 1"),
        ("dataset/terms_accepted", "false", "boolean"),
        ("glm/high_pass_hz", "0.01", "number > 0 and <= 0.1, in Hz"),
        (
            "decode/rois",
            "{z: [early], c: [ventral]}",
            f"mapping of {' and '.join(DECODABLE)} to list of string",
        ),
        ("ridge/alphas", "[1, 10, 100, 1000, 10000, 100000]", "list of number > 0"),
        ("standardise/average_repeats", "[test]", "list of train, test"),
    ],
)
def test_rows_say_what_may_be_written(key, default, allowed):
    assert (ROWS[key][2], ROWS[key][3]) == (default, allowed)
