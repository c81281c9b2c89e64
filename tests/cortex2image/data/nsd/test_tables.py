"""The tables that repeat the design: agreement, and every way to disagree."""

import numpy as np
import pandas as pd
import pytest

from cortex2image.data.nsd.design import load_design
from cortex2image.data.nsd.stimuli import check_stim_info, load_stim_info
from cortex2image.data.nsd.trials import check_responses, load_responses, sessions_done
from cortex2image.errors import DataError


@pytest.fixture(scope="module")
def design(tree):
    return load_design(tree.layout.design())


@pytest.fixture(scope="module")
def info(tree):
    return load_stim_info(tree.layout.stim_info(), (1, 2))


def test_responses(tree, design):
    path = tree.layout.responses("sub-01")
    responses = load_responses(path)
    assert sessions_done(responses) == 3
    assert sessions_done(load_responses(tree.layout.responses("sub-02"))) == 2
    np.testing.assert_array_equal(responses["73KID"], tree.brains["sub-01"].shown.ravel())
    check_responses(path, responses, design, 1)


def test_responses_of_another_subject(tree, design):
    path = tree.layout.responses("sub-02")
    with pytest.raises(DataError, match=r"responses\.tsv(.|\n)*73KID \d+ in row \d+"):
        check_responses(path, load_responses(path), design, 1)


@pytest.mark.parametrize("name", ["10KID", "RUN"])
def test_responses_of_another_order(tree, design, name):
    path = tree.layout.responses("sub-01")
    responses = load_responses(path)
    responses.loc[700, name] += 1
    with pytest.raises(DataError, match=f"{name} .* in row 701"):
        check_responses(path, responses, design, 1)


def test_more_sessions_than_planned(tree, design):
    responses = pd.concat([load_responses(tree.layout.responses("sub-01"))] * 14)
    with pytest.raises(DataError, match=r"at most 40 sessions(.|\n)*42"):
        check_responses("responses.tsv", responses, design, 1)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda lines: lines[:-1], r"750 trials per session(.|\n)*749 in session 2"),
        (lambda lines: lines[:1], "750 trials per session"),
        (lambda lines: [lines[0], *lines[751:], *lines[1:751]], "out of order"),
        (lambda lines: [lines[0].replace("73KID", "KID"), *lines[1:]], "73KID"),
        (lambda lines: [lines[0], *[line.replace("\t", "\tx", 1) for line in lines[1:]]], "columns SESSION"),
        (lambda lines: [lines[0], lines[1].replace("\t1\t", "\t\t", 1), *lines[2:]], "gaps"),
    ],
)
def test_damaged_responses(tree, copied, change, match):
    path = copied(tree.layout.responses("sub-02"))
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")
    with pytest.raises(DataError, match=rf"responses\.tsv(.|\n)*{match}"):
        load_responses(path)


def test_stim_info(tree, design, info):
    assert info["cocoId"].tolist() == tree.coco_ids.tolist()
    assert info["cocoSplit"].tolist() == tree.coco_splits.tolist()
    np.testing.assert_array_equal(np.flatnonzero(info["subject2"]), np.sort(tree.plan.pictures[1]) - 1)
    assert info["shared1000"].sum() == 1000
    check_stim_info("info", info, design, 1, 3)


def test_pictures_never_reached_may_lack_their_flag(design, info):
    changed, seen = info.copy(), design.shown(2, 2)
    changed["subject2"] = np.isin(changed["nsdId"], seen)
    check_stim_info("info", changed, design, 2, 2)


@pytest.mark.parametrize("column", ["shared1000", "subject1"])
@pytest.mark.parametrize("flag", [True, False])
def test_stim_info_of_other_pictures(design, info, column, flag):
    changed = info.copy()
    seen = design.shown(1, 3) if column == "subject1" else design.shared()
    changed.loc[np.setdiff1d(np.arange(73_000), design.pictures[0])[0] if flag else seen.min(), column] = flag
    with pytest.raises(DataError, match=f"nsdId \\d+|column {column}"):
        check_stim_info("info", changed, design, 1, 3)


def test_damaged_stim_info(tree, copied):
    path = copied(tree.layout.stim_info())
    text = path.read_text()
    path.write_text(text.replace("val2017", "test2015", 1))
    with pytest.raises(DataError, match=r"cocoSplit train2017 or val2017(.|\n)*test2015"):
        load_stim_info(path, (1,))
    path.write_text(text[: text.index("\n", len(text) // 2) + 1])
    with pytest.raises(DataError, match=r"nsdId 0 to 72999(.|\n)*rows"):
        load_stim_info(path, (1,))
    with pytest.raises(DataError, match="columns nsdId"):
        load_stim_info(path.with_name("absent.csv"), (1,))
