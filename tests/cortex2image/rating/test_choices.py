import json

import pytest
from tests.support.rated import SEED, STUDY, as_saved, save, side_of, some_pictures, some_trials

from cortex2image.errors import DataError
from cortex2image.rating.choices import read_choices


@pytest.fixture
def pictures(tmp_path):
    return some_pictures(tmp_path)


def read(files, pictures):
    return read_choices(files, STUDY, SEED, pictures)


def test_choices_become_those_of_methods(tmp_path, pictures):
    trials = some_trials(pictures, "methods")
    of_zc = {one.name for one in pictures if one.method == "zc"}
    chosen = [next((side_of(t, name) for name in t.pair if name in of_zc), "none") for t in trials]
    found = read([save(tmp_path, as_saved(trials, "Åsa", "methods", chosen))], pictures)
    assert len(found) == 18
    shares = found.groupby(["method", "rival"])["value"].mean()
    assert shares.to_dict() == {("c", "z"): 0.5, ("c", "zc"): 0.0, ("z", "zc"): 0.0}
    assert set(found["rater"]) == {"Åsa"}
    assert (found["seconds"] == 1.5).all()


def test_a_seed_saved_as_a_number_is_taken_as_well(tmp_path, pictures):
    """As pages saved it before they wrote it as text, which JavaScript does not round."""
    saved = as_saved(
        some_trials(pictures, "methods"), "a", "methods", ["left"] * len(some_trials(pictures, "methods"))
    )
    assert len(read([save(tmp_path, saved | {"seed": int(saved["seed"])})], pictures))


def test_the_right_picture_counts_as_the_method(tmp_path, pictures):
    trials = some_trials(pictures, "identification")
    right = {(one.name, one.stimulus) for one in pictures}
    chosen = [next(side_of(t, name) for name in t.pair if (name, t.stimulus) in right) for t in trials]
    found = read([save(tmp_path, as_saved(trials, "a", "identification", chosen))], pictures)
    assert (found["value"] == 1).all()
    assert set(found["rival"]) == {"wrong"}
    assert found.groupby("method").size().to_dict() == {"c": 6, "z": 6, "zc": 6}


def changed(rating, **keys):
    return {**rating, **keys}


def with_trial(rating, **keys):
    return changed(rating, trials=[{**rating["trials"][0], **keys}, *rating["trials"][1:]])


BAD = {
    "another study": (lambda r: changed(r, study="other"), "study tiny, seed 7"),
    "another seed": (lambda r: changed(r, seed="8"), "seed 8"),
    "another format": (lambda r: changed(r, format="x"), "a file that the page `rate` saved"),
    "a later version": (lambda r: changed(r, format_version=2), "version 2"),
    "unknown design": (lambda r: changed(r, design="x"), "a design among methods, identification"),
    "nobody": (lambda r: changed(r, rater=" "), "the name of a person"),
    "reserved name": (lambda r: changed(r, rater="all"), "other than 'all'"),
    "no trials": (lambda r: changed(r, trials=None), "no list of trials"),
    "a part of a trial": (lambda r: changed(r, trials=[{"left": "x"}]), "trial 1"),
    "unknown choice": (lambda r: with_trial(r, choice="up"), "'up'"),
    "no time": (lambda r: with_trial(r, seconds=None), "seconds from 0"),
    "negative time": (lambda r: with_trial(r, seconds=-1), "seconds from 0"),
    "endless time": (lambda r: with_trial(r, seconds=float("inf")), "Infinity"),
    "NaN": (lambda r: with_trial(r, seconds=float("nan")), "NaN"),
    "unknown picture": (lambda r: with_trial(r, left="0" * 16), "an unknown picture, 0000000000000000"),
    "another stimulus": (
        lambda r: with_trial(r, stimulus="s99"),
        "a trial of methods by s99",
    ),
    "another subject": (lambda r: with_trial(r, subject="sub-02"), "two pictures of a trial"),
    "one picture twice": (lambda r: with_trial(r, left=r["trials"][0]["right"]), "two pictures of a trial"),
    "a trial twice": (lambda r: changed(r, trials=[*r["trials"], r["trials"][0]]), "every trial once"),
    "nothing": (lambda r: changed(r, trials=[]), "no trial in any file"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_the_page_does_not_save_is_refused(tmp_path, pictures, case):
    spoil, message = BAD[case]
    rating = as_saved(some_trials(pictures, "methods"), "a", "methods", ["left"] * 9)
    assert len(read([save(tmp_path, rating, "good")], pictures)) == 9
    with pytest.raises(DataError) as error:
        read([save(tmp_path, spoil(rating), "bad")], pictures)
    assert message in str(error.value)
    assert "bad.json" in str(error.value)


def test_a_person_rates_once(tmp_path, pictures):
    rating = as_saved(some_trials(pictures, "methods"), "a", "methods", ["left"] * 3)
    files = [save(tmp_path, rating, "one"), save(tmp_path, rating, "two")]
    with pytest.raises(DataError, match=r"two\.json(.|\n)*'a' in .*one\.json"):
        read(files, pictures)
    other = as_saved(some_trials(pictures, "identification"), "a", "identification", ["left"] * 3)
    assert len(read([files[0], save(tmp_path, other, "two")], pictures)) == 6


def test_half_a_file_and_no_file_are_refused(tmp_path, pictures):
    rating = as_saved(some_trials(pictures, "methods"), "a", "methods", ["left"] * 3)
    path = save(tmp_path, rating)
    path.write_text(json.dumps(rating)[:-40])
    with pytest.raises(DataError, match="no JSON"):
        read([path], pictures)
    with pytest.raises(DataError, match="no such file"):
        read([tmp_path / "none.json"], pictures)
    with pytest.raises(DataError, match="name their folder"):
        read([], pictures)
