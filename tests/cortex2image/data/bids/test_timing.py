"""Timing of a recording from header and sidecars: what agrees, and what is named because it does not."""

import json
from pathlib import Path

import pytest

from cortex2image.data.bids.timing import read_timing
from cortex2image.data.volumes import BoldHeader
from cortex2image.errors import DataError

BOLD = "derivatives/sub-1/func/sub-1_bold.nii.gz"
OWN, GENERAL, RAW = "derivatives/sub-1/func/own.json", "general.json", "sub-1/func/raw.json"


def timing(root: Path, header: float, **sidecars: object):
    """Read the timing with sidecars of these contents (text, bytes, or what JSON encodes)."""
    places = {"general": GENERAL, "raw": RAW, "own": OWN}
    paths = []
    for name, content in sidecars.items():
        path = root / places[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        encoded = content if isinstance(content, bytes) else json.dumps(content).encode()
        path.write_bytes(encoded)
        paths.append(path)
    return read_timing(root / BOLD, BoldHeader(100, header), paths)


@pytest.mark.parametrize(
    ("header", "stated", "tr"),
    [
        (0.0, 2, 2.0),
        (2.0, 2.0, 2.0),
        (2.0, 2.001, 2.001),
        (0.735, 0.735, 0.735),
        (2000.0, 2, 2.0),
        (0.002, 2, 2.0),
    ],
)
def test_sidecar_and_header_agree(tmp_path, header, stated, tr):
    found = timing(tmp_path, header, own={"RepetitionTime": stated})
    assert (found.tr, found.slice_time_reference) == (tr, 0.0)
    assert found.source == f"RepetitionTime of {tmp_path / OWN}"


def test_header_alone(tmp_path):
    found = timing(tmp_path, 1.5, own={"SliceTimingCorrected": False})
    assert (found.tr, found.source) == (1.5, "the header of the recording alone")


def test_a_sidecar_with_a_byte_order_mark(tmp_path):
    assert timing(tmp_path, 0.0, own=b'\xef\xbb\xbf{"RepetitionTime": 3}').tr == 3.0


@pytest.mark.parametrize(
    ("facts", "reference"),
    [
        ({"SliceTimingCorrected": True}, 1.0),
        ({"SliceTimingCorrected": False}, 0.0),
        ({"SliceTimingCorrected": True, "StartTime": 0.97}, 0.97),
        ({"StartTime": 8.0}, 8.0),
        ({"SliceTiming": [0, 1.95, 1]}, 0.0),
    ],
)
def test_reference_within_a_volume(tmp_path, facts, reference):
    assert timing(tmp_path, 2.0, own={"RepetitionTime": 2.0} | facts).slice_time_reference == reference


@pytest.mark.parametrize(
    ("header", "own", "where", "match"),
    [
        (
            1.0,
            {"RepetitionTime": 2},
            BOLD,
            r"one repetition time\n.*1 s in the header, .*Time 2 s in",
        ),
        (2.0, {"RepetitionTime": 2.02}, BOLD, r"2 s in the header, RepetitionTime 2\.02 s"),
        (2.0, {"RepetitionTime": 2000}, OWN, r"0\.05 to 30 s\n.*2000 s as Rep.* the header .* 2 s\n.*milli"),
        (0.0, {"RepetitionTime": 0}, OWN, r"0 s as RepetitionTime; the header says none"),
        (0.0, {"RepetitionTime": -2}, OWN, r"-2 s as RepetitionTime"),
        (2000.0, {}, BOLD, r"2000 s in the header; no JSON file states RepetitionTime\n.*write Rep"),
        (0.0, {}, BOLD, r"a repetition time\n.*neither in the header nor in a JSON file\n.*write Rep"),
        (2.0, {"RepetitionTime": "2.0"}, OWN, r"a number of seconds\n.*\"2\.0\""),
        (2.0, {"RepetitionTime": None}, OWN, r"RepetitionTime as a number of seconds\n.*null"),
        (2.0, {"RepetitionTime": True}, OWN, r"RepetitionTime as a number of seconds\n.*true"),
        (2.0, {"RepetitionTime": [2]}, OWN, r"RepetitionTime as a number of seconds\n.*\[2\]"),
        (2.0, {"RepetitionTime": float("nan")}, OWN, r"RepetitionTime as a number of seconds\n.*NaN"),
        (2.0, {"RepetitionTime": 10**400}, OWN, r"RepetitionTime as a number of seconds"),
        (2.0, {"SliceTiming": [0, 975, 1950]}, OWN, r"SliceTiming within 0 to 2 s.*\n.*0 to 1950\n.*milli"),
        (2.0, {"SliceTiming": [0, "x"]}, OWN, r"SliceTiming as a number"),
        (2.0, {"StartTime": 970}, OWN, r"StartTime near 0.*\n.*970 s\n.*milli"),
        (2.0, {"StartTime": "0.9"}, OWN, r"StartTime as a number"),
        (2.0, {"SliceTimingCorrected": "no"}, OWN, r"SliceTimingCorrected true or false\n.*\"no\""),
        (2.0, {"VolumeTiming": [0, 2, 5]}, OWN, r"RepetitionTime for all volumes\n.*VolumeTiming"),
        (2.0, [1, 2], OWN, r"a JSON object in UTF-8\n.*a JSON list"),
        (2.0, b"{", OWN, r"a JSON object in UTF-8"),
        (2.0, b'{"RepetitionTime": 2, "RepetitionTime": 3}', OWN, r"RepetitionTime is there twice"),
        (2.0, '{"Name": "café"}'.encode("latin-1"), OWN, r"no UTF-8, first at byte 13"),
        (2.0, b"\xff\xfe{\x00}\x00", OWN, r"no UTF-8, first at byte 0"),
    ],
)
def test_what_is_wrong_is_named_in_its_file(tmp_path, header, own, where, match):
    with pytest.raises(DataError, match=match) as error:
        timing(tmp_path, header, own=own)
    assert error.value.where == str(tmp_path / where)


def test_raw_sidecar_and_derivative_contradict_each_other(tmp_path):
    with pytest.raises(DataError, match=r"own\.json\n.*one RepetitionTime\n.*1 s, but 2 s in .*raw\.json"):
        timing(tmp_path, 1.0, raw={"RepetitionTime": 2}, own={"RepetitionTime": 1})
    assert timing(tmp_path, 1.0, general={"RepetitionTime": 2}, own={"RepetitionTime": 1}).tr == 1.0
    assert timing(tmp_path, 1.0, raw={"RepetitionTime": 1}, own={"RepetitionTime": 1}).tr == 1.0


def test_slices_contradict_a_repetition_time_of_the_header(tmp_path):
    with pytest.raises(DataError, match=r"raw\.json\n.*0 to 1 s, from the header of the recording alone"):
        timing(tmp_path, 1.0, raw={"SliceTiming": [0.0, 1.9]})


def test_a_useless_fact_is_named_even_where_it_is_overruled(tmp_path):
    with pytest.raises(DataError, match=r"general\.json\n.*RepetitionTime as a number"):
        timing(tmp_path, 2.0, general={"RepetitionTime": "fast"}, own={"RepetitionTime": 2})
