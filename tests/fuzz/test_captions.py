"""COCO's captions and the other tables of NSD: damaged text, other values, endless nesting."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fuzzing import FUZZ, JSON, bounded, damaged, read_or_refused, tables

from cortex2image.data.nsd.stimuli import load_captions, load_stim_info
from cortex2image.data.nsd.trials import load_responses
from cortex2image.errors import DataError

WANTED = {10: 0, 11: 1}
USUAL = [{"image_id": 10, "caption": "a cat"}, {"image_id": 11, "caption": "a dog\n"}]
ENTRY = st.fixed_dictionaries({"image_id": st.just(10) | JSON, "caption": st.just("a cat") | JSON}) | JSON


def check(path):
    for captions in (read_or_refused(load_captions, path, WANTED, "train2017") or {}).values():
        assert captions
        assert all(caption.encode() for caption in captions)


@FUZZ
@given(JSON | st.lists(ENTRY, max_size=3))
def test_any_value(tmp_path, entries):
    content = {"annotations": [*USUAL, *entries] if isinstance(entries, list) else entries}
    (tmp_path / "captions.json").write_text(json.dumps(content))
    check(tmp_path / "captions.json")


@FUZZ
@given(damaged(json.dumps({"annotations": USUAL}).encode()))
def test_any_bytes(tmp_path, content):
    (tmp_path / "captions.json").write_bytes(content)
    check(tmp_path / "captions.json")


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, '{"a": ' * 2000, '{"annotations": ' + "9" * 10_000],
    ids=["lists", "objects", "digits"],
)
def test_without_end(tmp_path, text):
    (tmp_path / "captions.json").write_text(text)
    with bounded(5), pytest.raises(DataError, match="captions as COCO distributes them"):
        load_captions(tmp_path / "captions.json", WANTED, "train2017")


RESPONSES = dict.fromkeys(("SESSION", "RUN", "73KID", "10KID"), ("1", "2"))
INFO = {"nsdId": ("0", "1"), "cocoId": ("10", "11"), "cocoSplit": ("train2017",), "shared1000": ("True",)}


@pytest.mark.parametrize("cell", ["inf", "-inf", "nan", "1e30"])
def test_ids_without_end(tmp_path, cell):
    (tmp_path / "responses.tsv").write_text(f"SESSION\tRUN\t73KID\t10KID\n1\t1\t1\t{cell}\n")
    with pytest.raises(DataError, match="whole numbers"):
        load_responses(tmp_path / "responses.tsv")


@FUZZ
@given(tables(RESPONSES), tables(INFO, ","))
def test_tables(tmp_path, responses, info):
    (tmp_path / "responses.tsv").write_bytes(responses)
    (tmp_path / "info.csv").write_bytes(info)
    read_or_refused(load_responses, tmp_path / "responses.tsv")
    read_or_refused(load_stim_info, tmp_path / "info.csv", ())
