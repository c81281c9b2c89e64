"""Which pictures made elsewhere a study scores, and the name of their scores."""

import pytest
from tests.support.studies import some_study

from cortex2image.errors import ConfigError
from cortex2image.study.scored import require_scored, scored_name


def study(**values):
    return some_study(("pictures", "stimuli", "scored_as"), **values)


@pytest.mark.parametrize(
    ("given", "missing"),
    [({}, "pictures and stimuli"), ({"pictures": "a"}, "stimuli"), ({"stimuli": "b"}, "pictures")],
)
def test_both_sides_must_be_named(given, missing):
    with pytest.raises(ConfigError, match=rf"^{missing}\n(.|\n)*--config pictures=DIR stimuli="):
        require_scored(study(**given))
    assert require_scored(study(pictures="a", stimuli="b")) == ("a", "b")


@pytest.mark.parametrize(
    ("pictures", "name"),
    [
        ("some/where/mine", "mine"),
        ("some/where/mine/", "mine"),
        ("mine.v2", "mine.v2"),
        ("mine.CSV", "mine"),
        ("mine.v2.parquet", "mine.v2"),
        ("my pictures (new)", "my-pictures-new"),
        (".hidden", "hidden"),
        ("été", "t"),
    ],
)
def test_scores_are_named_after_the_pictures(pictures, name):
    assert scored_name(study(pictures=pictures)) == name
    assert scored_name(study(pictures=pictures, scored_as="other")) == "other"


def test_a_folder_named_by_a_dot_has_its_own_name(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    assert scored_name(study(pictures=".")) == "mine"


def test_without_pictures_there_is_a_name_all_the_same():
    assert scored_name(study()) == "unnamed"


def test_a_name_without_letters_asks_for_one():
    with pytest.raises(ConfigError, match="scored_as"):
        scored_name(study(pictures="画像"))
    with pytest.raises(ConfigError, match="scored_as"):
        study(scored_as="../elsewhere")
