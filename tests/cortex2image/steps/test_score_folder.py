"""The step that scores pictures made elsewhere, and the study's own pictures scored both ways."""

from pathlib import Path

import pandas as pd
import pytest
from tests.support.elsewhere import IDS, SETTINGS, coarse, no_distances, random_picture, save
from tests.support.reconstructions import without_incident
from tests.support.studies import as_option

from cortex2image.errors import ConfigError
from cortex2image.judges.open import load_judges
from cortex2image.sources import ROOT
from cortex2image.steps import evaluate_images, judge_stimuli, score_folder, scores
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS
from cortex2image.tables.scores import SCORES

TEMPLATES = [str(ROOT / "report" / name) for name in ("folder.html.j2", "style.css")]
SAMPLES = (0, 1)


@pytest.fixture
def study(tmp_path, rng, monkeypatch):
    """A study of one subject: stimuli of 24 px, two reconstructions of 64 px each, and its tables."""
    monkeypatch.chdir(tmp_path)
    ids, count = [*IDS, "trained"], len(IDS)
    seen = [save(Path("seen", f"{name}.png"), random_picture(rng, 24)) for name in ids]
    columns = {"stimulus_id": ids, "image_path": seen, "category": ["cat"] * len(ids)}
    splits = ["test"] * count + ["train"]
    STIMULI.write(columns | {"split": splits, "captions": [["a"]] * len(ids)}, "stimuli.parquet")
    rows = [(name, number) for name in IDS for number in SAMPLES]
    files = [save(Path("zc", f"{name}_{number}.png"), random_picture(rng, 64)) for name, number in rows]
    drawn = {"stimulus_id": [name for name, _ in rows], "sample": [number for _, number in rows]}
    drawn |= {"seed": [1] * len(rows), "image_path": files} | without_incident(len(rows))
    RECONSTRUCTIONS.write(drawn, "zc.parquet")
    same = {"session": ["ses-1"] * count, "run": ["run-1"] * count, "fold": [None] * count}
    same |= {"repetition": [0] * count, "onset": [0.0] * count, "duration": [1.0] * count}
    TRIALS.write(same | {"trial_id": IDS, "stimulus_id": IDS, "split": ["test"] * count}, "trials.parquet")
    return tmp_path


def options(**files):
    return [part for name, path in files.items() for part in (f"--{name}", str(path))]


def run_folder(pictures, stimuli, judges=coarse, out="out", **more):
    outputs = {"evaluation": "evaluation.parquet", "nulls": "nulls.parquet", "scores": "scores.parquet"}
    outputs |= {"csv": "scores.csv", "page": "index.html"}
    named = options(**{name: Path(out, file) for name, file in outputs.items()})
    settings = as_option(pictures=pictures, stimuli=stimuli, **{**SETTINGS, **more})
    score_folder.main([*named, "--templates", *TEMPLATES, *settings], judges=judges, distances=no_distances)
    return Path(out)


def run_study(networks, metrics):
    """Score the study's pictures by its own steps, with the networks of these names."""

    def opened(models, names, device):
        return [judge for judge in networks if judge.name in names]

    settings = as_option(**{**SETTINGS, "evaluate": {"permutations": 100, "metrics": metrics}})
    seen = options(stimuli="stimuli.parquet", judged="judged")
    judge_stimuli.main([*seen, *settings], judges=opened)
    given = [*seen, *options(reconstructions="zc.parquet", trials="trials.parquet")]
    given += options(subject="sub-01", method="zc", evaluation="e.parquet", nulls="n.parquet")
    evaluate_images.main([*given, *settings], judges=served(networks), distances=no_distances)
    given = options(evaluation="e.parquet", nulls="n.parquet", scores="s.parquet", csv="s.csv")
    scores.main([*given, *options(comparisons="c.parquet"), *as_option()])


def served(networks):
    """Return the function that opens those networks that the chosen metrics take."""
    return lambda models, device: [j for j in networks if j.name in {spec.name for spec in models.judges}]


@pytest.mark.parametrize("metrics", [["headline"], ["pixcorr", "twoway_*_as_released", "top1_*"]])
@pytest.mark.parametrize(
    ("pictures", "stimuli"), [("zc", "stimuli.parquet"), ("zc.parquet", "stimuli.parquet")]
)
def test_pictures_of_a_study_have_the_scores_of_the_study(study, tiny_model_set, metrics, pictures, stimuli):
    """The same values, nulls, intervals and p, by the networks of a tiny model set."""
    networks = load_judges(tiny_model_set, ["cnn", "residual", "clip"], "cpu")
    run_study(networks, metrics)
    evaluate = {"permutations": 100, "metrics": metrics}
    out = run_folder(pictures, stimuli, served(networks), evaluate=evaluate)
    own = SCORES.read("s.parquet").to_pandas().query("subject == 'sub-01'").set_index("metric")
    other = SCORES.read(out / "scores.parquet").to_pandas().set_index("metric")
    assert set(own.index) == set(other.index)
    other = other.loc[own.index]
    assert len(own) >= 6
    names = ["n", "value", "ci_low", "ci_high", "null_mean", "null_sd", "p", "metric_version"]
    pd.testing.assert_frame_equal(own[names], other[names], rtol=1e-9)
    for contract, file, table in ((EVALUATION, "e", "evaluation"), (NULLS, "n", "nulls")):
        ours, theirs = (contract.read(p).to_pandas() for p in (f"{file}.parquet", out / f"{table}.parquet"))
        pd.testing.assert_frame_equal(
            *(frame.sort_values(list(contract.key)).reset_index(drop=True) for frame in (ours, theirs))
        )


def test_a_folder_of_stimuli_serves_as_well_as_a_table(study):
    (study / "seen" / "trained.png").unlink()
    first, second = (run_folder("zc", stimuli, out=stimuli[:4]) for stimuli in ("seen", "stimuli.parquet"))
    by_folder, by_table = (SCORES.read(out / "scores.parquet").to_pandas() for out in (first, second))
    # The table has categories, too, of which a folder knows nothing.
    both = by_table["metric"].isin(by_folder["metric"])
    pd.testing.assert_frame_equal(by_folder, by_table[both].reset_index(drop=True))
    assert set(by_table.loc[~both, "metric"]) == {"twoway_clip_within_category"}


def test_the_page_has_the_categories_of_the_table(study):
    page = (run_folder("zc", "stimuli.parquet") / "index.html").read_text()
    assert page.count('<span class="what">cat</span>') == len(IDS)


def test_without_pictures_the_step_says_what_to_give(study):
    with pytest.raises(ConfigError, match="pictures and stimuli"):
        run_folder(None, None)
    assert not Path("out").exists()


def test_nothing_is_written_where_a_picture_is_missing(study):
    (study / "zc" / "scene-2_1.png").unlink()
    with pytest.raises(ValueError, match="scene-2"):
        run_folder("zc", "stimuli.parquet")
    assert not Path("out").exists()
