from dataclasses import replace

import pytest
from tests.support.configs import change, shipped

from cortex2image.errors import ConfigError
from cortex2image.planning.ratings import rating_files
from cortex2image.study.config import resolve


def files(folder):
    return rating_files(resolve(change(shipped(), "ratings", folder)))


def test_json_files_of_the_folder_are_found_in_order(tmp_path):
    for name in ("b.json", "a é.json", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "old.json").mkdir()
    assert files(str(tmp_path)) == [str(tmp_path / name) for name in ("a é.json", "b.json")]


def test_without_files_the_target_says_what_to_do(tmp_path):
    with pytest.raises(ConfigError, match=r"null(.|\n)*--config ratings=FOLDER"):
        files(None)
    with pytest.raises(ConfigError, match="a folder without any"):
        files(str(tmp_path))
    with pytest.raises(ConfigError, match="no such folder"):
        files(str(tmp_path / "none"))


def test_a_name_that_is_a_pattern_is_refused(tmp_path):
    (tmp_path / "{rater}.json").touch()
    with pytest.raises(ConfigError, match="rename the file"):
        files(str(tmp_path))


def test_a_data_set_without_pictures_has_none_to_rate(tmp_path):
    (tmp_path / "a.json").touch()
    study = resolve(change(shipped(), "ratings", str(tmp_path)))
    assert len(rating_files(study)) == 1
    with pytest.raises(ConfigError, match="says which picture"):
        rating_files(replace(study, dataset=replace(study.dataset, reader="haxby2001")))
