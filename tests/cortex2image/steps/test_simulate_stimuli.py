import json

import pandas as pd
import pytest
from PIL import Image
from tests.support.studies import as_option

from cortex2image.errors import ConfigError
from cortex2image.steps.simulate_stimuli import main


def _options(folder, train=20):
    settings = as_option(seed=5, simulation={"train_stimuli": train, "test_stimuli": 4})
    return ["--bids", str(folder / "bids"), "--truth", str(folder / "truth"), *settings]


def test_writes_every_picture_of_the_table_and_what_is_in_it(tmp_path):
    main(_options(tmp_path))
    stimuli = tmp_path / "bids" / "stimuli"
    table = pd.read_csv(stimuli / "stimuli.tsv", sep="\t")
    files = {str(path.relative_to(stimuli)) for path in stimuli.rglob("*.png")}
    assert files == set(table["stim_file"])
    assert len(files) == 24
    with Image.open(stimuli / table["stim_file"][0]) as image:
        assert (image.size, image.mode) == ((128, 128), "RGB")
    lines = (tmp_path / "truth" / "scenes.jsonl").read_text().splitlines()
    categories = [json.loads(line)["objects"][0]["category"] for line in lines]
    assert categories == list(table["category"])


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    for folder in ("a", "b"):
        main(_options(tmp_path / folder))
    first = {p.relative_to(tmp_path / "a"): p.read_bytes() for p in (tmp_path / "a").rglob("*.*")}
    second = {p.relative_to(tmp_path / "b"): p.read_bytes() for p in (tmp_path / "b").rglob("*.*")}
    assert first == second


def test_a_study_without_training_pictures_writes_nothing(tmp_path):
    with pytest.raises(ConfigError, match="train_stimuli"):
        main(_options(tmp_path, train=0))
    assert not list(tmp_path.iterdir())
