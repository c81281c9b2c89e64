"""The target `score_folder` as a user runs it."""

import os

import numpy as np
import pandas as pd
import pytest
from tests.support.elsewhere import IDS, write_files, write_stimuli


@pytest.fixture
def scored(tmp_path, snakemake, rng):
    """Return a function that runs or plans the target on two folders with an odd name."""
    write_stimuli(tmp_path / "seen", rng)
    write_files(tmp_path / "my {new} set", [f"{name}_{n}.png" for name in IDS for n in (0, 1)], rng)

    def run(*arguments, **settings):
        given = {"pictures": "my {new} set", "stimuli": "seen"} | settings
        pairs = [f"{key}={value}" for key, value in given.items() if value]
        return snakemake("score_folder", *arguments, *(["--config", *pairs] if pairs else []))

    return run


def said(done):
    return done.stdout + done.stderr


def test_the_target_says_what_to_give(scored):
    done = scored("--dry-run", pictures=None, stimuli=None)
    assert done.returncode != 0
    assert "ConfigError: pictures and stimuli" in said(done)
    assert "--config pictures=DIR stimuli=DIR_OR_TABLE" in said(done)
    assert "Traceback" not in said(done)


def test_what_does_not_match_ends_the_plan(scored, tmp_path):
    (tmp_path / "seen" / "scene-2.png").unlink()
    done = scored("--dry-run")
    assert done.returncode != 0
    assert "2 of other stimuli, first 'scene-2_0'" in said(done)
    assert "Traceback" not in said(done)


def test_nothing_of_a_data_set_is_planned(scored):
    done = scored("--dry-run", "--quiet", "host")
    assert done.returncode == 0, said(done)
    assert done.stdout.count("rule score_folder:") == 1
    assert done.stdout.count("\nrule ") + done.stdout.count("\nlocalrule ") == 1


def test_a_folder_is_scored_once_and_again_when_a_picture_changes(scored, tmp_path):
    done = scored()
    assert done.returncode == 0, said(done)
    out = tmp_path / "results" / "demo" / "score_folder" / "my-new-set"
    assert f"The scores of my {{new}} set: {out.relative_to(tmp_path)}/index.html" in said(done)
    scores = pd.read_csv(out / "scores.csv")
    assert (scores["n"] == len(IDS)).all()
    assert np.isfinite(scores[["value", "ci_low", "ci_high", "null_mean", "p"]]).all().all()
    assert [path.name for path in (tmp_path / "results" / "demo").iterdir()] == ["score_folder"]
    assert "Nothing to be done" in said(scored("--dry-run"))
    os.utime(tmp_path / "my {new} set" / "scene-1_0.png")
    assert "rule score_folder:" in said(scored("--dry-run", "--quiet", "host"))
