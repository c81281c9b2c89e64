import itertools
from collections import Counter

from tests.support.rated import SEED, reconstruction_tables, some_pictures, some_trials

from cortex2image.rating.pictures import rated_pictures
from cortex2image.rating.trials import rounds


def test_every_pair_of_methods_is_compared_by_every_stimulus_once(tmp_path):
    pictures = some_pictures(tmp_path)
    trials = some_trials(pictures, "methods")
    made = {one.name: one for one in pictures}
    found = Counter((t.stimulus, *sorted(made[name].method for name in t.pair)) for t in trials)
    pairs = itertools.product([f"s{i}" for i in range(6)], itertools.combinations(("c", "z", "zc"), 2))
    assert found == Counter((stimulus, *pair) for stimulus, pair in pairs)
    assert all(made[name].stimulus == t.stimulus for t in trials for name in t.pair)


def test_every_picture_is_right_once_and_wrong_once(tmp_path):
    pictures = some_pictures(tmp_path)
    made = {one.name: one for one in pictures}
    right, wrong = Counter(), Counter()
    for trial in some_trials(pictures, "identification"):
        first, second = (made[name] for name in trial.pair)
        assert first.method == second.method
        own = [one.stimulus == trial.stimulus for one in (first, second)]
        assert sorted(own) == [False, True]
        right[(first if own[0] else second).name] += 1
        wrong[(second if own[0] else first).name] += 1
    assert right == wrong == Counter(made.keys())


def test_a_round_compares_everything_once_by_different_stimuli(tmp_path):
    tables = reconstruction_tables(tmp_path, ("sub-01", "sub-02"), ("a", "b", "c", "d"), 12)
    pictures = rated_pictures(SEED, 12, tables)
    made = {one.name: one for one in pictures}
    found = rounds(SEED, "methods", pictures)
    assert len(found) == 12
    for members in found:
        contents = Counter((t.subject, *sorted(made[name].method for name in t.pair)) for t in members)
        assert set(contents.values()) == {1}
        assert len(contents) == 2 * 6
    assert len({trial.stimulus for trial in found[0]}) > 4


def test_the_order_within_a_pair_tells_nothing(tmp_path):
    pictures = some_pictures(tmp_path, stimuli=40)
    made = {one.name: one for one in pictures}
    trials = some_trials(pictures, "methods")
    first = [made[t.pair[0]].method == min(made[n].method for n in t.pair) for t in trials]
    assert 0.35 < sum(first) / len(first) < 0.65


def test_one_method_or_one_stimulus_leaves_a_design_empty(tmp_path):
    assert some_trials(some_pictures(tmp_path, ("z",)), "methods") == []
    assert some_trials(some_pictures(tmp_path, stimuli=1), "identification") == []
