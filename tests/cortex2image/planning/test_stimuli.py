"""Numbers of stimuli, where they are known before data are read."""

import pytest
from tests.support.configs import change, distributed, shipped

from cortex2image.planning.stimuli import StimulusCount, count_stimuli, most_test_stimuli
from cortex2image.study.config import resolve


def count(config):
    return count_stimuli(resolve(config))


def test_subjects_of_the_simulation_see_the_same_pictures():
    assert count(shipped()) == StimulusCount(660, 660)


def test_subjects_of_nsd_share_a_thousand_pictures():
    assert count(shipped("nsd")) == StimulusCount(37_000, 10_000)
    assert count(change(shipped("nsd"), "subjects", ["sub-01"])) == StimulusCount(10_000, 10_000)


def test_fewer_sessions_show_fewer_pictures():
    assert count(change(shipped("nsd"), "dataset/sessions", 20)) == StimulusCount(19_000, 5_500)


@pytest.mark.parametrize("config", [shipped("bids"), distributed("bold5000")], ids=["bids", "bold5000"])
def test_other_data_sets_have_any_number(config):
    assert count(config) is None


@pytest.mark.parametrize(
    ("split", "most"),
    [({}, 60), ({"kind": "tau", "tau": 0.9}, 60), ({"kind": "random"}, None), ({"kind": "cluster"}, None)],
)
def test_how_many_stimuli_test_is_known_for_the_test_set_of_the_data(split, most):
    assert most_test_stimuli(resolve(change(shipped(), "dataset/split", split))) == most
