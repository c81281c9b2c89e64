"""Files of choices that people send back: any JSON is a whole file of the page, or refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.fuzzing import FUZZ, JSON, bounded, damaged, read_or_refused
from tests.support.rated import SEED, STUDY, as_saved, some_pictures, some_trials

from cortex2image.errors import DataError
from cortex2image.rating.choices import read_choices

TRIAL_KEYS = ("subject", "stimulus", "left", "right", "choice", "seconds")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return some_pictures(tmp_path_factory.mktemp("rated"))


@pytest.fixture(scope="module")
def rating(pictures):
    trials = some_trials(pictures, "methods")[:4]
    return as_saved(trials, "Åsa", "methods", ["left", "right", "none", "left"])


def check(path, pictures):
    choices = read_or_refused(read_choices, [path], STUDY, SEED, pictures)
    if choices is not None:
        assert set(choices["value"]) <= {0.0, 0.5, 1.0}
        assert (choices["seconds"] >= 0).all()
        assert choices["rater"].iloc[0].encode()


@FUZZ
@given(st.data())
def test_any_value(tmp_path, rating, pictures, data):
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(rating)), JSON, max_size=1))
    of_trial = data.draw(st.dictionaries(st.sampled_from(TRIAL_KEYS), JSON, max_size=2))
    trials = [{**rating["trials"][0], **of_trial}, *rating["trials"][1:]]
    (tmp_path / "a.json").write_text(json.dumps({**rating, "trials": trials, **changes}), "utf-8")
    check(tmp_path / "a.json", pictures)


@FUZZ
@given(st.data())
def test_any_bytes(tmp_path, rating, pictures, data):
    (tmp_path / "a.json").write_bytes(data.draw(damaged(json.dumps(rating).encode())))
    check(tmp_path / "a.json", pictures)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.5", "9" * 5000),
        ("1.5", "9" * 400),
        ("1.5", "1e999"),
        ("1.5", "[" * 990 + "]" * 990),
        ("\\u00c5sa", "\\ud800"),
    ],
)
def test_values_that_break_readers(tmp_path, rating, pictures, old, new):
    text = json.dumps(rating)
    assert old in text
    (tmp_path / "a.json").write_text(text.replace(old, new, 1))
    with bounded(5), pytest.raises(DataError, match=r"a\.json"):
        read_choices([tmp_path / "a.json"], STUDY, SEED, pictures)


def test_a_folder_in_place_of_a_file(tmp_path, pictures):
    (tmp_path / "a.json").mkdir()
    with pytest.raises(DataError, match="no regular file"):
        read_choices([tmp_path / "a.json"], STUDY, SEED, pictures)
