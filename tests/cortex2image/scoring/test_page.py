"""The page of a folder: scores as text, pictures inside, what judged them, warnings."""

import base64
import dataclasses
import io
import re

import numpy as np
import pytest
from PIL import Image
from tests.support.elsewhere import IDS, SETTINGS, coarse, no_distances, write_files, write_stimuli

from cortex2image.scoring import page as module
from cortex2image.scoring.folder import score_folder


@pytest.fixture
def result(tmp_path, rng):
    seen = write_stimuli(tmp_path / "seen", rng)
    drawn = write_files(tmp_path / "drawn", [f"{name}_{n}.png" for name in IDS for n in (0, 1)], rng)
    return score_folder(drawn, seen, settings=SETTINGS, judges=coarse, distances=no_distances)


def page_of(result):
    return module.folder_page(
        result.name, result.matched, result.scores, result.facts, result.warnings, module.TEMPLATES
    )


def test_scores_stand_with_interval_null_and_p(result):
    page = page_of(result)
    row = result.scores.set_index("metric").loc["pixcorr"]
    text = page[page.index("<code>pixcorr</code>") :]
    minus = "\N{MINUS SIGN}"
    for value in (row["value"], row["ci_low"], row["ci_high"], row["null_mean"], row["null_sd"]):
        assert f"{value:.3f}".replace("-", minus) in text[:800]
    assert f"p = {row['p']:.3f}" in text[:800]
    assert result.facts.model_hash in page
    assert "numpy" in page
    assert "Warning." not in page
    assert not re.search(r'(src|href)="(?!data:|[a-z]+\.(csv|parquet)")', page)


def test_every_picture_is_shown_beside_what_was_seen(result):
    page = page_of(result)
    pictures = re.findall(r'src="data:image/webp;base64,([^"]+)" alt="([^"]+)"', page)
    assert len(pictures) == 3 * len(IDS)
    assert [words for _, words in pictures[:3]] == [
        "scene-1, seen",
        "scene-1, sample 0",
        "scene-1, sample 1",
    ]
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(pictures[1][0]))), int)
    drawn, other = (np.asarray(Image.open(path), int) for path in result.matched.reconstructions[0])
    assert shown.shape == drawn.shape
    assert np.abs(shown - drawn).mean() < 0.7 * np.abs(shown - other).mean()  # WebP of noise is lossy


def test_large_folders_are_shown_in_part_and_say_so(result, monkeypatch):
    monkeypatch.setattr(module, "SHOWN", 6)
    page = page_of(result)
    assert page.count("data:image/webp") == 6
    assert "The first 2 of 5" in page


def test_warnings_and_categories_are_shown(result):
    matched = dataclasses.replace(result.matched, categories=["cat & dog", *[None] * 4])
    page = module.folder_page(result.name, matched, result.scores, result.facts, ["All <same>."])
    assert "All &lt;same&gt;." in page
    assert "cat &amp; dog" in page


def test_a_score_without_spread_is_drawn(result):
    flat = result.scores.assign(value=1.0, ci_low=1.0, ci_high=1.0, null_mean=1.0, null_sd=0.0)
    assert f'cx="{module.MARGIN}' in module.folder_page(result.name, result.matched, flat, result.facts, [])
