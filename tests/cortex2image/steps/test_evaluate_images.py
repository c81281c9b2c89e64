"""The step that scores reconstructions, with a judge that looks at coarse pixels."""

import json

import numpy as np
import pytest
from PIL import Image
from tests.support.reconstructions import without_incident
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.metrics.registry import METRICS
from cortex2image.metrics.versions import package_versions
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.steps import evaluate_images as step
from cortex2image.steps import judge_stimuli
from cortex2image.steps.evaluate_images import held_out, main, stimulus_set
from cortex2image.study.config import read_slice
from cortex2image.study.settings import Study
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS

STIMULUS_IDS = [f"scene-{i}" for i in range(6)]


HEADLINE_PIXELS = [m.name for m in METRICS.values() if m.kind == "pixels" and m.headline]
LAYERS = {spec.name: spec.layers for spec in MODEL_SETS["miniature"].judges}


class CoarsePixels:
    """The judge of a name, whose every layer is a coarse picture."""

    def __init__(self, name="clip"):
        self.name, self.layers = name, LAYERS[name]
        self.shown = 0

    def features(self, images, layers=None):
        self.shown += len(images)
        coarse = images[:, ::2, ::2].reshape(len(images), -1).astype(np.float32)
        return dict.fromkeys(layers or self.layers, coarse)


class ReadingPixels:
    name, layers = "clip_takagi", ("hidden6", "hidden12", "embeds")

    def features(self, images, layers=layers):
        return dict.fromkeys(layers, images.reshape(len(images), -1).astype(np.float32))

    def text_features(self, captions):
        return np.array([[text.count(letter) for letter in "scene-012345"] for text in captions], np.float32)


def open_fake(models, device):
    assert (models.name, device) == ("miniature", "auto")
    return [CoarsePixels()]


def open_reader(models, device):
    return [*open_fake(models, device), ReadingPixels()]


def load_fakes(models, names, device):
    assert (models.name, names, device) == ("miniature", list(LAYERS), "auto")
    return [CoarsePixels(name) for name in names]


@pytest.fixture
def study(tmp_path, rng):
    """Six pictures of 96 px; sample 0 is the picture at 64 px, sample 1 is noise. Rows are shuffled."""
    stimuli: dict[str, list] = {"stimulus_id": [*STIMULUS_IDS, "unseen"], "image_path": []}
    rows = []
    for stimulus in stimuli["stimulus_id"]:
        picture = Image.fromarray(rng.integers(0, 256, (96, 96, 3), dtype=np.uint8))
        paths = [str(tmp_path / f"{stimulus}-{kind}.png") for kind in ("seen", 0, 1)]
        picture.save(paths[0])
        picture.resize((64, 64), Image.Resampling.LANCZOS).save(paths[1])
        Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(paths[2])
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
    judge(tmp_path)
    return tmp_path


def judge(study):
    """Let the judges look at the stimuli, by the step of the workflow."""
    options = ["--stimuli", str(study / "stimuli.parquet"), "--judged", str(study / "judged")]
    chosen = {"dataset": {"cross_validate": "none"}, "evaluate": {"metrics": ["headline"]}}
    settings = as_option(models={"set": "miniature"}, **chosen)
    judge_stimuli.main([*options, *settings], judges=load_fakes)


def write_trials(path, stimuli, folds=None, subject="sub-01"):
    count = len(stimuli)
    same = {"session": ["ses-1"] * count, "run": ["run-1"] * count, "fold": folds or [None] * count}
    same |= {"repetition": [0] * count, "onset": [0.0] * count, "duration": [1.0] * count}
    columns = {"trial_id": stimuli, "stimulus_id": stimuli, "split": ["test"] * count}
    TRIALS.write(columns | same, path, subject=subject)


class MeanDifference:
    """A distance under the name of a metric that the model set has."""

    name = "class_10way_top1_cnn"

    def distances_from(self, originals):
        return lambda pictures: np.abs(originals[:, None] - pictures.astype(float)).mean(axis=(2, 3, 4))


def no_distances(models, device):
    return []


def one_distance(models, device):
    assert (models.name, device) == ("miniature", "auto")
    return [MeanDifference()]


def run(
    study,
    seed=1,
    name="evaluation",
    subject="sub-01",
    judges=open_fake,
    distances=no_distances,
    metrics=("headline",),
    trials=("trials",),
    permutations=100,
):
    outputs = [study / f"{name}.parquet", study / f"{name}-nulls.parquet"]
    options = {
        "stimuli": study / "stimuli.parquet",
        "reconstructions": study / "zc.parquet",
        "judged": study / "judged",
        "subject": subject,
        "method": "zc",
        "evaluation": outputs[0],
        "nulls": outputs[1],
    }
    arguments = [part for key, value in options.items() for part in (f"--{key}", str(value))]
    arguments += ["--trials", *(str(study / f"{table}.parquet") for table in trials)]
    evaluate = {"permutations": permutations, "metrics": metrics}
    settings = as_option(models={"set": "miniature"}, evaluate=evaluate, seed=seed)
    main([*arguments, *settings], judges=judges, distances=distances)
    return outputs


def test_of_few_stimuli_that_all_subjects_saw_every_permutation_is_drawn(study):
    write_trials(study / "same.parquet", STIMULUS_IDS[::-1])
    write_trials(study / "other.parquet", [*STIMULUS_IDS, "unseen"])
    for trials, draws in ((("trials", "same"), 719), (("trials", "other"), 1000)):
        _, nulls = run(study, trials=trials, permutations=1000)
        table = NULLS.read(nulls).to_pandas()
        assert (table.groupby("metric").size() == draws).all()


def test_stimuli_of_a_cross_validated_study_are_permuted_within_the_folds_of_the_subject(study):
    """A fold's decoder is drawn away from all its stimuli, as decoded features are scored already."""
    write_trials(study / "own.parquet", STIMULUS_IDS, [0, 0, 0, 1, 1, 1])
    write_trials(study / "other.parquet", STIMULUS_IDS, [0, 1, 2, 0, 1, 2], "sub-02")
    _, nulls = run(study, trials=["own"], permutations=1000)
    assert (NULLS.read(nulls).to_pandas().groupby("metric").size() == 6 * 6 - 1).all()
    table = str(study / "stimuli.parquet")
    settings = read_slice(Study, json.dumps({"seed": 1}), ("seed", "evaluate/permutations"), "test")
    paths = [str(study / f"{name}.parquet") for name in ("own", "other")]
    own, other = (
        stimulus_set(settings, name, STIMULUS_IDS, table, paths).sets for name in ("sub-01", "sub-02")
    )
    assert (own[:, None] == own).tolist() == np.kron(np.eye(2), np.ones((3, 3))).astype(bool).tolist()
    assert other.tolist() == [0, 1, 2, 0, 1, 2]


def test_training_stimuli_do_not_count_and_of_a_cross_validated_study_all_do():
    trials = {"stimulus_id": ["a", "b", "a"], "split": ["test", "train", "test"]}
    assert held_out(trials) == {"a"}
    assert held_out(trials | {"split": ["train"] * 3}) == {"a", "b"}


def test_each_sample_is_scored_against_its_own_picture(study):
    evaluation, nulls = run(study)
    table = EVALUATION.read(evaluation)
    assert table.schema.metadata[b"subject"] == b"sub-01"
    assert table.schema.metadata[b"method"] == b"zc"
    values = table.to_pandas().pivot_table("value", "metric", "sample")
    assert list(values.index) == sorted([*HEADLINE_PIXELS, "twoway_clip"])
    best = {metric: METRICS[metric].bounds[METRICS[metric].higher_is_better] for metric in values.index}
    np.testing.assert_allclose(values[0], list(best.values()))
    assert values.loc["pixcorr", 1] < 0.3
    draws = NULLS.read(nulls).to_pandas()
    assert (draws.groupby("metric")["draw"].nunique() == 100).all()
    assert (draws["value"] < draws["metric"].map(best)).all()


def test_a_set_with_a_distance_has_its_metric(study):
    evaluation, nulls = run(study, distances=one_distance)
    table = EVALUATION.read(evaluation).to_pandas().query("metric == 'class_10way_top1_cnn'")
    values = table.pivot_table("value", "stimulus_id", "sample")
    assert list(values.index) == STIMULUS_IDS
    assert (values[0] == 0).all()
    assert (values[1] > 0).all()
    draws = NULLS.read(nulls).to_pandas().query("metric == 'class_10way_top1_cnn'")
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


def with_captions(study, decoded):
    """Give each stimulus captions of its own; `decoded` makes the decoded captions of the ids of stimuli."""
    rows = STIMULI.read(study / "stimuli.parquet").to_pydict()
    captions = [[name, f"{name} {name}"] for name in rows["stimulus_id"]]
    STIMULI.write(rows | {"captions": captions}, study / "stimuli.parquet")
    drawn = RECONSTRUCTIONS.read(study / "zc.parquet").to_pydict()
    RECONSTRUCTIONS.write(drawn | {"caption": decoded(drawn["stimulus_id"])}, study / "zc.parquet")


CAPTIONS = ["caption_cosine_clip_vit_l14", "caption_twoway_clip_vit_l14"]


def test_decoded_captions_are_scored_as_texts(study, monkeypatch):
    # The miniature has no CLIP of photographs, whose text tower reads captions.
    monkeypatch.setattr(step, "chosen_metrics", lambda *_: ["twoway_clip", *CAPTIONS])
    with_captions(study, decoded=lambda names: names)
    evaluation, nulls = run(study, judges=open_reader)
    values = EVALUATION.read(evaluation).to_pandas().set_index("metric")
    draws = NULLS.read(nulls).to_pandas().set_index("metric")["value"]
    for metric in CAPTIONS:
        assert list(values.loc[metric, "sample"]) == [0, 1] * len(STIMULUS_IDS)
        np.testing.assert_allclose(values.loc[metric, "value"], 1, atol=1e-6)
        assert (draws[metric] < 1 - 1e-6).mean() > 0.9
    assert values.loc["caption_twoway_clip_vit_l14", "as_rival"].notna().all()
    assert values.loc["caption_cosine_clip_vit_l14", "as_rival"].isna().all()
    unread = EVALUATION.read(run(study, name="unread")[0]).column("metric").to_pylist()
    assert not any("caption" in metric for metric in unread)


def test_a_table_with_some_captions_stops_it(study):
    with_captions(study, decoded=lambda names: [names[0], *[None] * (len(names) - 1)])
    with pytest.raises(DataError, match=r"zc\.parquet(.|\n)*a caption of every(.|\n)*11 pictures without"):
        run(study)


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


def test_stimuli_are_not_shown_to_the_judges_again(study):
    clip = CoarsePixels()
    run(study, judges=lambda models, device: [clip])
    assert clip.shown == 2 * len(STIMULUS_IDS)


def test_features_of_pictures_that_were_replaced_are_refused(study, rng):
    Image.fromarray(rng.integers(0, 256, (96, 96, 3), dtype=np.uint8)).save(study / "scene-2-seen.png")
    with pytest.raises(DataError, match="1 with another picture, first scene-2"):
        run(study)
    assert not list(study.glob("*evaluation*"))
    judge(study)
    run(study)


def test_reconstructions_of_another_size_are_refused(study):
    """The features of stimuli are of the size that the model set makes."""
    for path in study.glob("scene-*-[01].png"):
        Image.open(path).resize((32, 32)).save(path)
    with pytest.raises(DataError, match=r"64 x 64 px(.|\n)*32 x 32 px"):
        run(study)


def test_the_tables_say_what_each_metric_depends_on(study):
    for contract, path in zip((EVALUATION, NULLS), run(study), strict=True):
        facts = contract.read_schema(path).metadata
        metrics = json.loads(facts[b"metrics"])
        assert set(metrics) == {*HEADLINE_PIXELS, "twoway_clip"}
        assert metrics["ssim2d"]["version"] == METRICS["ssim2d"].version
        assert metrics["ssim2d"]["input_size"] == 64
        assert len(metrics["twoway_clip"]["weights"]) == 64
        assert metrics["twoway_clip"]["interpolation"] == "lanczos"
        assert json.loads(facts[b"packages"]) == package_versions()
