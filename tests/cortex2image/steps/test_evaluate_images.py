"""The step that scores reconstructions, with a judge that looks at coarse pixels."""

import numpy as np
import pytest
from PIL import Image
from tests.support.reconstructions import without_incident
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.metrics.pixels import MATRIX_METRICS, PAIR_METRICS
from cortex2image.metrics.registry import METRICS
from cortex2image.steps.evaluate_images import main
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS

STIMULUS_IDS = [f"scene-{i}" for i in range(6)]


class CoarsePixels:
    name, layers = "clip", ("embeds",)

    def features(self, images, layers=layers):
        return {"embeds": images[:, ::2, ::2].reshape(len(images), -1).astype(np.float32)}


def open_fake(models, device):
    assert (models.name, device) == ("miniature", "auto")
    return [CoarsePixels()]


@pytest.fixture
def study(tmp_path, rng):
    """Six pictures of 32 px; sample 0 is the picture at 16 px, sample 1 is noise. Rows are shuffled."""
    stimuli: dict[str, list] = {"stimulus_id": [*STIMULUS_IDS, "unseen"], "image_path": []}
    rows = []
    for stimulus in stimuli["stimulus_id"]:
        picture = Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8))
        paths = [str(tmp_path / f"{stimulus}-{kind}.png") for kind in ("seen", 0, 1)]
        picture.save(paths[0])
        picture.resize((16, 16), Image.Resampling.LANCZOS).save(paths[1])
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(paths[2])
        stimuli["image_path"].append(paths[0])
        rows += [(stimulus, sample, 1, paths[1 + sample]) for sample in (0, 1) if stimulus != "unseen"]
    count = len(stimuli["stimulus_id"])
    stimuli |= {"split": ["test"] * count, "captions": [["a scene"]] * count, "category": [None] * count}
    STIMULI.write(stimuli, tmp_path / "stimuli.parquet")
    columns = zip(*(rows[i] for i in rng.permutation(len(rows))), strict=True)
    names = ("stimulus_id", "sample", "seed", "image_path")
    table = dict(zip(names, map(list, columns), strict=True)) | without_incident(len(rows))
    RECONSTRUCTIONS.write(table, tmp_path / "zc.parquet")
    write_trials(tmp_path / "trials.parquet", STIMULUS_IDS)
    return tmp_path


def write_trials(path, stimuli):
    count = len(stimuli)
    same = {"session": ["ses-1"] * count, "run": ["run-1"] * count, "fold": [None] * count}
    same |= {"repetition": [0] * count, "onset": [0.0] * count, "duration": [1.0] * count}
    columns = {"trial_id": stimuli, "stimulus_id": stimuli, "split": ["test"] * count}
    TRIALS.write(columns | same, path)


class MeanDifference:
    name = "lpips_alex"

    def distances_from(self, originals):
        return lambda pictures: np.abs(originals[:, None] - pictures.astype(float)).mean(axis=(2, 3, 4))


def no_distances(models, device):
    return []


def one_distance(models, device):
    assert (models.name, device) == ("miniature", "auto")
    return [MeanDifference()]


def run(study, seed=1, name="evaluation", subject="sub-01", distances=no_distances, metrics=("headline",)):
    outputs = [study / f"{name}.parquet", study / f"{name}-nulls.parquet"]
    options = {
        "stimuli": study / "stimuli.parquet",
        "trials": study / "trials.parquet",
        "reconstructions": study / "zc.parquet",
        "subject": subject,
        "method": "zc",
        "evaluation": outputs[0],
        "nulls": outputs[1],
    }
    arguments = [part for key, value in options.items() for part in (f"--{key}", str(value))]
    evaluate = {"permutations": 100, "metrics": metrics}
    settings = as_option(models={"set": "miniature"}, evaluate=evaluate, seed=seed)
    main([*arguments, *settings], judges=open_fake, distances=distances)
    return outputs


def test_each_sample_is_scored_against_its_own_picture(study):
    evaluation, nulls = run(study)
    table = EVALUATION.read(evaluation)
    assert table.schema.metadata[b"subject"] == b"sub-01"
    assert table.schema.metadata[b"method"] == b"zc"
    values = table.to_pandas().pivot_table("value", "metric", "sample")
    assert list(values.index) == sorted([*MATRIX_METRICS, *PAIR_METRICS, "twoway_clip"])
    best = {metric: METRICS[metric].bounds[METRICS[metric].higher_is_better] for metric in values.index}
    np.testing.assert_allclose(values[0], list(best.values()))
    assert values.loc["pixcorr", 1] < 0.3
    draws = NULLS.read(nulls).to_pandas()
    assert (draws.groupby("metric")["draw"].nunique() == 100).all()
    assert (draws["value"] < draws["metric"].map(best)).all()


def test_a_set_with_a_distance_has_its_metric(study):
    evaluation, nulls = run(study, distances=one_distance)
    table = EVALUATION.read(evaluation).to_pandas().query("metric == 'lpips_alex'")
    values = table.pivot_table("value", "stimulus_id", "sample")
    assert list(values.index) == STIMULUS_IDS
    assert (values[0] == 0).all()
    assert (values[1] > 0).all()
    draws = NULLS.read(nulls).to_pandas().query("metric == 'lpips_alex'")
    assert len(draws) == 100
    assert draws["value"].median() > values.to_numpy().mean() + 5


def test_identification_as_released_has_a_name_of_its_own(study):
    evaluation, nulls = run(study, metrics=["twoway_clip_as_released"])
    values = EVALUATION.read(evaluation).to_pandas().query("metric == 'twoway_clip_as_released'")
    assert list(values["sample"]) == [0, 1] * len(STIMULUS_IDS)
    # One score per stimulus, and the sample that is the picture itself wins for all.
    assert (values["value"] == 1).all()
    assert set(NULLS.read(nulls).to_pandas()["metric"]) == {"twoway_clip_as_released"}


def test_groups_of_stimuli_come_from_their_table(study, capsys):
    rows = STIMULI.read(study / "stimuli.parquet").to_pydict()
    rows |= {"setting": ["beach", "city", "beach", "beach", "city", "sea", "sea"]}
    STIMULI.write(rows, study / "stimuli.parquet")
    metrics = ["twoway_clip_within_setting", "cluster_clip_by_setting", "cluster_clip_by_category"]
    evaluation, _ = run(study, metrics=metrics)
    table = EVALUATION.read(evaluation).to_pandas()
    assert set(table["metric"]) == set(metrics[:2])
    within = table.query("metric == 'twoway_clip_within_setting' and sample == 0")
    # Of the sea there is one among the test stimuli; the others are found, since sample 0 is the picture.
    assert list(within["stimulus_id"]) == STIMULUS_IDS[:5]
    assert (within["value"] == 1).all()
    said = capsys.readouterr().err
    assert "twoway_*_within_setting: 1 of 6 stimuli" in said
    assert "cluster_*_by_category is left out" in said


def test_metrics_that_the_stimuli_do_not_allow_leave_no_table(study):
    with pytest.raises(DataError, match=r"stimuli\.parquet(.|\n)*top1of300_clip(.|\n)*evaluate/metrics"):
        run(study, metrics=["top1of300_clip"])
    assert not list(study.glob("*evaluation*"))


def test_a_metric_that_the_model_set_lacks_stops_it(study):
    with pytest.raises(ConfigError, match="evaluate/metrics"):
        run(study, metrics=["twoway_inception"])


def test_the_seed_decides_the_null(study):
    first, again, other = (run(study, seed, f"run{i}")[1] for i, seed in enumerate((1, 1, 2)))
    assert NULLS.read(first).equals(NULLS.read(again))
    assert not NULLS.read(first).equals(NULLS.read(other))


def test_subjects_who_saw_the_same_are_permuted_alike(study):
    first, second = (run(study, name=s, subject=s)[1] for s in ("sub-01", "sub-02"))
    assert NULLS.read(first).equals(NULLS.read(second))


def test_a_subject_who_missed_a_stimulus_is_permuted_much_alike(study):
    whole = NULLS.read(run(study, name="whole")[1]).to_pandas()
    rows = RECONSTRUCTIONS.read(study / "zc.parquet").to_pandas().query("stimulus_id != 'scene-5'")
    RECONSTRUCTIONS.write(rows.to_dict("list"), study / "zc.parquet")
    part = NULLS.read(run(study, name="part", subject="sub-02")[1]).to_pandas()
    nulls = [frame.query("metric == 'pixcorr'").sort_values("draw")["value"] for frame in (whole, part)]
    assert np.corrcoef(*nulls)[0, 1] > 0.4


@pytest.mark.parametrize("stimuli", [["unseen"], [*STIMULUS_IDS, "unseen"]])
def test_a_stimulus_without_a_picture_stops_it(study, stimuli):
    rows = STIMULI.read(study / "stimuli.parquet").to_pylist()
    rows = [r | {"image_path": None} for r in rows if r["stimulus_id"] in stimuli]
    STIMULI.write({key: [row[key] for row in rows] for key in rows[0]}, study / "stimuli.parquet")
    with pytest.raises(DataError, match=r"stimuli\.parquet(.|\n)*6 without, first scene-0"):
        run(study)
    assert not list(study.glob("*evaluation*"))


def test_a_lost_reconstruction_stops_it(study):
    (study / "scene-3-1.png").unlink()
    with pytest.raises(DataError, match=r"scene-3-1\.png"):
        run(study)
    assert not list(study.glob("*evaluation*"))
