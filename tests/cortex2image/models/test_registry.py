import pytest

from cortex2image.errors import ConfigError
from cortex2image.models.registry import MODEL_SETS, model_set


def test_sets_are_found_by_their_own_name():
    assert all(model_set(name).name == name for name in MODEL_SETS)


def test_unknown_set_lists_the_known_ones():
    with pytest.raises(ConfigError, match=r"one of miniature(.|\n)*minature"):
        model_set("minature")


def test_judges_of_a_set_have_names_of_their_own():
    for known in MODEL_SETS.values():
        names = [judge.name for judge in known.judges]
        assert len(set(names)) == len(names) > 0
