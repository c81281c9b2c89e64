"""Scores of a folder: planted truth, bad pictures, and what is written."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.support.elsewhere import (
    IDS,
    SETTINGS,
    CoarsePixels,
    coarse,
    no_distances,
    random_picture,
    save,
    write_files,
    write_stimuli,
)

from cortex2image.errors import ConfigError, DataError
from cortex2image.metrics.registry import METRICS
from cortex2image.scoring.folder import READS, score_folder
from cortex2image.steps import score_folder as step
from cortex2image.tables.results import EVALUATION, NULLS
from cortex2image.tables.scores import SCORES


@pytest.fixture
def seen(tmp_path, rng):
    return write_stimuli(tmp_path / "seen", rng)


@pytest.fixture
def drawn(tmp_path, seen, rng):
    """Sample 0 is the stimulus at 16 px, a little brighter; sample 1 is noise."""
    for name in IDS:
        small = Image.open(seen / f"{name}.png").resize((16, 16), Image.Resampling.LANCZOS)
        save(tmp_path / "drawn" / f"{name}_0.png", np.asarray(small) // 2 + 40)
        save(tmp_path / "drawn" / f"{name}_1.png", random_picture(rng))
    return tmp_path / "drawn"


def scored(drawn, seen, judges=coarse, **more):
    return score_folder(drawn, seen, settings=SETTINGS, judges=judges, distances=no_distances, **more)


def test_the_step_reads_the_settings_of_the_call():
    assert step.READS == READS


def test_good_samples_are_told_from_noise(drawn, seen):
    result = scored(drawn, seen)
    values = result.evaluation.pivot_table("value", "metric", "sample")
    assert set(values.index) == {"pixcorr", "psnr", "ssim2d", "twoway_clip"}
    assert values.loc["twoway_clip", 0] == 1
    assert values.loc["pixcorr", 0] > 0.99
    assert abs(values.loc["pixcorr", 1]) < 0.2
    means = values.mean(axis=1)
    rows = result.scores.set_index("metric")
    np.testing.assert_allclose(rows["value"], means[rows.index])
    assert (rows["n"] == len(IDS)).all()
    assert (rows["ci_low"] < rows["value"]).all()
    assert (rows["value"] < rows["ci_high"]).all()
    assert rows.loc["pixcorr", "p"] < 0.05
    assert set(rows["method"]) == {"drawn"}
    assert result.warnings == []


def test_nulls_follow_from_the_seed(drawn, seen):
    first, again = scored(drawn, seen), scored(drawn, seen)
    pd.testing.assert_frame_equal(first.nulls, again.nulls)
    assert (first.nulls.groupby("metric")["draw"].nunique() == 100).all()
    other = score_folder(drawn, seen, settings={**SETTINGS, "seed": 2}, judges=coarse, distances=no_distances)
    assert not first.nulls.equals(other.nulls)
    pd.testing.assert_frame_equal(first.evaluation, other.evaluation)


def test_the_rule_and_the_name_are_chosen_in_the_call(drawn, seen):
    settings = {**SETTINGS, "evaluate": {"permutations": 100, "metrics": ["twoway_*_as_released"]}}
    result = score_folder(drawn, seen, "mine", settings, judges=coarse, distances=no_distances)
    assert result.name == "mine"
    assert "twoway_clip_as_released" in set(result.scores["metric"])
    for wrong in ({"evaluate": {"permutation": 5}}, {"seed": -1}):
        with pytest.raises(ConfigError, match="settings, "):
            score_folder(drawn, seen, settings=wrong, judges=coarse, distances=no_distances)
    with pytest.raises(ConfigError, match="scored_as"):
        score_folder(drawn, seen, "not/a/name", judges=coarse, distances=no_distances)


def test_tables_and_page_are_written(drawn, seen, tmp_path):
    result = scored(drawn, seen)
    result.write(tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "evaluation.parquet",
        "index.html",
        "nulls.parquet",
        "scores.csv",
        "scores.parquet",
    ]
    for contract, frame in ((EVALUATION, result.evaluation), (NULLS, result.nulls), (SCORES, result.scores)):
        table = contract.read(tmp_path / "out" / f"{contract.name}.parquet")
        pd.testing.assert_frame_equal(table.to_pandas(), frame)
        assert table.schema.metadata[b"method"] == b"drawn"
        assert len(table.schema.metadata[b"model_hash"]) == 64
        versions = json.loads(table.schema.metadata[b"metrics"])
        assert versions.keys() == set(result.scores["metric"])
        assert len(versions["twoway_clip"]["weights"]) == 64
    written = pd.read_csv(tmp_path / "out" / "scores.csv", dtype={"metric_version": str})
    pd.testing.assert_frame_equal(written, result.scores, check_dtype=False, rtol=1e-12)


def test_stimuli_of_any_shape_are_cut_to_their_centre(drawn, seen):
    for name in IDS:
        picture = np.asarray(Image.open(seen / f"{name}.png"))
        save(seen / f"{name}.png", np.concatenate([picture[:, :8] * 0, picture, picture[:, :8] * 0], axis=1))
    values = scored(drawn, seen).evaluation.pivot_table("value", "metric", "sample")
    assert values.loc["pixcorr", 0] > 0.99


@pytest.mark.parametrize(
    ("picture", "found"),
    [((20, 20), "20 x 20 px"), ((16, 20), "20 x 16 px"), ((20, 16), "16 x 20 px")],
)
@pytest.mark.parametrize("name", ["scene-4_0", "scene-2_1"])
def test_sizes_that_differ_are_refused(drawn, seen, rng, picture, found, name):
    save(drawn / f"{name}.png", rng.integers(0, 256, (*picture, 3), dtype=np.uint8))
    with pytest.raises(DataError, match=rf"{name}\.png\n.*16 x 16 px, square(.|\n)*{found}(.|\n)*one size"):
        scored(drawn, seen)


def test_reconstructions_that_are_not_square_are_refused_before_a_judge_is_loaded(tmp_path, seen, rng):
    for name in IDS:
        save(tmp_path / "wide" / f"{name}.png", rng.integers(0, 256, (16, 20, 3), dtype=np.uint8))
    opened = []
    with pytest.raises(DataError, match=r"20 x 16 px\n.*squares of one size"):
        scored(tmp_path / "wide", seen, judges=lambda models, device: opened.append(models) or [])
    assert not opened


def test_unreadable_pictures_are_named(drawn, seen):
    (drawn / "scene-3_1.png").write_bytes(b"cut")
    with pytest.raises(DataError, match=r"scene-3_1\.png"):
        scored(drawn, seen)


class Overflowing(CoarsePixels):
    def features(self, images, layers=None):
        features = super().features(images)["embeds"]
        features[2, 5] = np.nan
        return {"embeds": features}


class BrokenDistance:
    name = "class_10way_top1_cnn"

    def distances_from(self, originals):
        distances = np.ones((len(originals), len(originals)))
        distances[:, 1] = np.inf
        return lambda pictures: distances


def test_judges_that_give_no_numbers_are_refused(drawn, seen):
    with pytest.raises(DataError, match=r"judge clip, layer embeds\n.*\n.*1 of 5 pictures, first number 3"):
        scored(drawn, seen, judges=lambda models, device: [Overflowing()])
    with pytest.raises(DataError, match=r"class_10way_top1_cnn\n.*\n.*1 of 5 stimuli, first 'scene-2'"):
        score_folder(
            drawn,
            seen,
            settings=SETTINGS,
            judges=coarse,
            distances=lambda models, device: [BrokenDistance()],
        )


def test_a_stimulus_without_company_has_no_score_within_its_category(drawn, seen, tmp_path):
    rows = [f"{name},{seen}/{name}.png,{'bird' if name == IDS[-1] else 'cat'}" for name in IDS]
    (tmp_path / "stimuli.csv").write_text("\n".join(["stimulus_id,image_path,category", *rows]))
    result = scored(drawn, tmp_path / "stimuli.csv")
    counts = result.scores.set_index("metric")["n"]
    assert (counts["twoway_clip"], counts["twoway_clip_within_category"]) == (len(IDS), len(IDS) - 1)


def test_stimuli_that_allow_no_chosen_metric_are_refused(drawn, seen):
    settings = {**SETTINGS, "evaluate": {"permutations": 100, "metrics": ["nway50_*"]}}
    with pytest.raises(DataError, match=r"stimuli that allow one of nway50_(.|\n)*evaluate/metrics"):
        score_folder(drawn, seen, settings=settings, judges=coarse, distances=no_distances)


def test_the_stimuli_themselves_are_scored_with_a_loud_warning(seen, drawn, capsys):
    result = scored(seen, seen)
    best = {name: METRICS[name].bounds[1] for name in result.scores["metric"]}
    np.testing.assert_allclose(result.scores.set_index("metric")["value"], pd.Series(best))
    (warning,) = result.warnings
    assert warning.startswith("All reconstructions are pixel for pixel")
    assert f"WARNING: {warning}" in capsys.readouterr().err
    for name in ("scene-2", "scene-4"):
        small = Image.open(seen / f"{name}.png").resize((16, 16), Image.Resampling.LANCZOS)
        small.save(drawn / f"{name}_1.png")
    (warning,) = scored(drawn, seen).warnings
    assert warning.startswith("Reconstructions of 2 stimuli are pixel")
    assert "first: scene-2" in warning


def test_every_metric_of_the_scores_is_described(drawn, seen):
    rows = scored(drawn, seen).scores
    versions = {metric: METRICS[metric].version for metric in rows["metric"]}
    assert dict(zip(rows["metric"], rows["metric_version"], strict=True)) == versions


def test_accents_in_names_of_files_do_not_change_the_null(tmp_path, rng):
    import unicodedata

    ids = ["café", "naïve", "élan", "scene"]
    for name in ids:
        picture = random_picture(rng)
        for form in ("NFC", "NFD"):
            save(tmp_path / f"{form}-seen" / f"{unicodedata.normalize(form, name)}.png", picture)
    drawn = write_files(tmp_path / "drawn", [f"{name}.png" for name in ids], rng)
    first, second = (scored(drawn, tmp_path / f"{form}-seen") for form in ("NFC", "NFD"))
    pd.testing.assert_frame_equal(first.scores, second.scores)
