"""JSON beside recordings: any JSON gives a plausible timing, or is refused."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fuzzing import FUZZ, JSON, bounded, damaged, read_or_refused

from cortex2image.data.bids.timing import FASTEST_S, KEYS, SLOWEST_S, read_timing
from cortex2image.data.volumes import BoldHeader
from cortex2image.errors import DataError

USUAL = {"RepetitionTime": 2.0, "StartTime": 1.0, "SliceTimingCorrected": True, "SliceTiming": [0.0, 1.0]}
VALUES = JSON | st.sampled_from([2, 2.0, 2000, 0, -1, True, "2", None, [], [[0.0]], math.nan])


def check(path, tr):
    timing = read_or_refused(read_timing, path.with_name("bold.nii.gz"), BoldHeader(100, tr), [path])
    if timing is not None:
        assert FASTEST_S <= timing.tr <= SLOWEST_S
        assert math.isfinite(timing.slice_time_reference)


@FUZZ
@given(st.dictionaries(st.sampled_from(KEYS), VALUES) | JSON, st.sampled_from([0.0, 2.0, 2000.0]))
def test_any_value(tmp_path, content, tr):
    if isinstance(content, dict):
        content = USUAL | content
    (tmp_path / "bold.json").write_text(json.dumps(content), "utf-8")
    check(tmp_path / "bold.json", tr)


@FUZZ
@given(damaged(json.dumps(USUAL).encode()))
def test_any_bytes(tmp_path, content):
    (tmp_path / "bold.json").write_bytes(content)
    check(tmp_path / "bold.json", 2.0)


@pytest.mark.parametrize("depth", [60, 900, 100_000])
@pytest.mark.parametrize("key", ["RepetitionTime", "SliceTimingCorrected", "Comment"])
def test_deep_nesting(tmp_path, depth, key):
    (tmp_path / "bold.json").write_text(f'{{"{key}": {"[" * depth}{"]" * depth}}}')
    with bounded(5), pytest.raises(DataError, match="inside each other"):
        read_timing(tmp_path / "bold.nii.gz", BoldHeader(100, 2.0), [tmp_path / "bold.json"])
