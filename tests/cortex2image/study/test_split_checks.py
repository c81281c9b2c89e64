import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.study.config import resolve
from cortex2image.study.data_settings import Split
from cortex2image.study.split_checks import require_one_split


def resolved(**split):
    return resolve(change(shipped(), "dataset/split", split), "my.yaml").dataset.split


@pytest.mark.parametrize(
    ("split", "key", "said"),
    [
        ({"tau": 0.9}, "tau", "set kind: random or cluster or tau"),
        ({"kind": "tau"}, "tau", "give one"),
        ({"kind": "random", "clusters": 3}, "clusters", "set kind: cluster"),
        ({"kind": "cluster", "test_share": 0.2}, "test_share", "set kind: random"),
        ({"kind": "cluster", "clusters": 3, "held_out": 3}, "held_out", "below 3"),
        ({"kind": "cluster", "by": "category"}, "category", "the category that tests"),
        ({"kind": "cluster", "category": "dog"}, "category", "null with by: image"),
        ({"kind": "random", "by": "category"}, "by", "no category with kind: random"),
        ({"kind": "cluster", "by": "category", "category": "a", "tau": 0.5}, "tau", "image or captions"),
        ({"kind": "random", "leave_out": "random"}, "leave_out", "nothing is left out"),
    ],
)
def test_keys_without_effect_and_contradictions_are_refused(split, key, said):
    with pytest.raises(ConfigError) as error:
        resolved(**split)
    assert error.value.where == f"my.yaml, dataset/split/{key}"
    assert said in str(error.value)


def test_a_cross_validated_study_has_no_split_of_its_own():
    config = change(change(shipped(), "dataset/cross_validate", "run"), "standardise/by", "none")
    config["reconstruct"]["methods"] = ["z", "c", "zc"]
    study = resolve(config)
    with pytest.raises(ConfigError, match="none for a learning curve"):
        require_one_split(study)
    with pytest.raises(ConfigError, match="given with dataset/cross_validate: run"):
        resolve(change(config, "dataset/split", {"kind": "random"}))


@pytest.mark.parametrize(
    ("split", "words"),
    [
        ({}, "given"),
        ({"kind": "random", "test_share": 0.2}, "random 0.2"),
        ({"kind": "random", "tau": 0.9, "by": "captions"}, "random 0.1, tau 0.9 by captions"),
        ({"kind": "cluster", "held_out": 2}, "cluster 2 of 10 by image"),
        ({"kind": "cluster", "by": "category", "category": "dog"}, "category dog"),
        ({"kind": "tau", "tau": 0.8}, "given, tau 0.8 by image"),
        ({"kind": "tau", "tau": 0.8, "leave_out": "random"}, "given, tau 0.8 by image, as many at random"),
    ],
)
def test_a_split_in_words(split, words):
    assert resolved(**split).words == words


def test_only_a_split_by_likeness_needs_a_network():
    assert not Split().embeds
    assert not Split(kind="cluster", by="category", category="dog").embeds
    assert Split(kind="random").embeds
