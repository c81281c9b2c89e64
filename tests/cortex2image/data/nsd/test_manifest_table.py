"""The list for people and for programs."""

import csv
import io

import pytest

from cortex2image.data.nsd.manifest import COCO, Needed
from cortex2image.data.nsd.manifest_report import as_text, as_tsv, missing, readable, summary

PRESENT = Needed("b/present", "what", 7, 2_000_000)
ABSENT = Needed("b/absent", "why", 1_050_000_000, None)
OPTIONAL = Needed("b/optional", "who", 5, None, required=False)
CUT = Needed("b/cut", "how", 7, 2_000_000, least_bytes=3_000_000)
CAPTIONS = Needed("b/captions", "which", 5, None, origin=COCO)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (999_700, "1 MB"),
        (1_048_788_000, "1.05 GB"),
        (39_556_875_000, "39.6 GB"),
        (8_300_000_000_000, "8.3 TB"),
    ],
)
def test_sizes_are_readable(size, text):
    assert readable(size) == text


def test_missing_files_come_first_and_required_ones_before_all():
    lines = as_text([PRESENT, OPTIONAL, ABSENT]).splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["missing", "optional", "present"]
    assert "about 1.05 GB" in lines[0]
    assert "about" not in lines[2]


def test_the_summary_adds_what_is_on_disk_and_what_is_to_come():
    assert summary([PRESENT, ABSENT]) == "2 files, 1.05 GB; missing 1 file, 1.05 GB"
    assert summary([PRESENT]) == "1 file, 2 MB; missing none"
    assert missing([PRESENT, ABSENT]) == [ABSENT]


def test_files_that_are_too_short_are_told_as_such_and_counted_as_missing():
    assert missing([PRESENT, CUT]) == [CUT]
    line, *_, note = as_text([PRESENT, CUT]).splitlines()[:4]
    assert line.split()[:2] == ["too", "short"]
    assert "2 MB of about 3 MB" in line
    assert "were cut when they were copied" in note
    assert as_tsv([CUT]).splitlines()[1].startswith("too short\t3000000\testimate")


def test_advice_is_given_only_where_it_applies():
    assert "Data Access Agreement" in as_text([ABSENT])
    assert "cocodataset" not in as_text([ABSENT])
    assert "annotations_trainval2017.zip" in as_text([CAPTIONS])
    assert "nsd_download" not in as_text([CAPTIONS])
    assert as_text([PRESENT]).count("\n") == 1


def test_the_table_reads_back():
    rows = list(csv.DictReader(io.StringIO(as_tsv([PRESENT, ABSENT])), delimiter="\t"))
    assert [(row["status"], row["path"], int(row["bytes"]), row["size"]) for row in rows] == [
        ("present", "b/present", 2_000_000, "on disk"),
        ("missing", "b/absent", 1_050_000_000, "estimate"),
    ]
