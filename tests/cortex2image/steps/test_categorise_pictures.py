"""The step that identifies the category of pictures, with judges that read the colour."""

import numpy as np
import pytest
from PIL import Image
from tests.support.reconstructions import without_incident
from tests.support.studies import as_option

from cortex2image.errors import DataError
from cortex2image.steps.categorise_pictures import main
from cortex2image.tables.recordings import STIMULI, TRIALS
from cortex2image.tables.results import EVALUATION, NULLS, RECONSTRUCTIONS

CATEGORIES = ["blue", "green", "red"]
COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}
BLOCKS = [f"run-{run}_{category}" for run in range(3) for category in CATEGORIES]


class ColourClassifier:
    name, layers = "cnn", ("late",)

    def features(self, images, layers=layers):
        return {"late": images.mean(axis=(1, 2))}

    def category_probabilities(self, images):
        colours = images.mean(axis=(1, 2)) + 1
        return ["red", "green", "blue"], colours / colours.sum(axis=1, keepdims=True)


class ColourClip:
    name, layers = "clip", ("embeds",)

    def features(self, images, layers=layers):
        return {"embeds": images.mean(axis=(1, 2)).astype(np.float32)}

    def text_features(self, captions):
        return np.array([COLOURS[caption.split()[-1]] for caption in captions], np.float32)


@pytest.fixture
def study(tmp_path):
    """Three runs of three blocks; sample 0 has its category's colour, sample 1 is always red."""
    count, category = len(BLOCKS), CATEGORIES * 3
    stimuli = {"stimulus_id": BLOCKS, "split": ["train"] * count, "category": category}
    stimuli |= {"captions": [[f"all {c}", f"{c}"] for c in category], "image_path": [None] * count}
    STIMULI.write(stimuli, tmp_path / "stimuli.parquet")
    trials = {"trial_id": BLOCKS, "stimulus_id": BLOCKS, "session": ["ses-1"] * count}
    trials |= {"run": [block.split("_")[0] for block in BLOCKS], "repetition": [0] * count}
    trials |= {"split": ["train"] * count, "fold": list(np.repeat(range(3), 3))}
    trials |= {"onset": [0.0] * count, "duration": [24.0] * count}
    TRIALS.write(trials, tmp_path / "trials.parquet")
    rows = {"stimulus_id": np.repeat(BLOCKS, 2), "sample": [0, 1] * count, "seed": [1] * (2 * count)}
    rows["image_path"] = [str(tmp_path / f"{block}-{sample}.png") for block in BLOCKS for sample in (0, 1)]
    for path, colour in zip(rows["image_path"][::2], category, strict=True):
        Image.new("RGB", (12, 12), COLOURS[colour]).save(path)
    for path in rows["image_path"][1::2]:
        Image.new("RGB", (12, 12), COLOURS["red"]).save(path)
    RECONSTRUCTIONS.write(rows | without_incident(2 * count), tmp_path / "c.parquet")
    return tmp_path


def run(study, judges):
    outputs = [study / "evaluation.parquet", study / "nulls.parquet"]
    options = {
        "stimuli": study / "stimuli.parquet",
        "trials": study / "trials.parquet",
        "reconstructions": study / "c.parquet",
        "subject": "sub-1",
        "method": "c",
        "evaluation": outputs[0],
        "nulls": outputs[1],
    }
    arguments = [part for key, value in options.items() for part in (f"--{key}", str(value))]
    settings = as_option(models={"set": "miniature"}, evaluate={"permutations": 100}, seed=1)
    main([*arguments, *settings], judges=lambda models, device: judges)
    return outputs


def test_both_judges_see_the_colours(study):
    evaluation, nulls = run(study, [ColourClassifier(), ColourClip()])
    values = EVALUATION.read(evaluation).to_pandas().pivot_table("value", "metric", "sample")
    assert list(values.index) == ["category_clip", "category_cnn"]
    np.testing.assert_allclose(values[0], 1)
    np.testing.assert_allclose(values[1], 1 / 3)
    null = NULLS.read(nulls).to_pandas().groupby("metric")["value"].mean()
    np.testing.assert_allclose(null, 1 / 3, atol=0.05)


def test_samples_that_never_vary_have_a_null_without_width(study):
    rows = RECONSTRUCTIONS.read(study / "c.parquet").to_pandas().query("sample == 1")
    RECONSTRUCTIONS.write(rows.to_dict("list"), study / "c.parquet")
    _, nulls = run(study, [ColourClassifier()])
    np.testing.assert_allclose(NULLS.read(nulls)["value"].to_numpy(), 1 / 3)


def test_no_judge_for_these_categories_stops_it(study):
    class Mute:
        name, layers = "cnn", ("late",)

    with pytest.raises(DataError, match="blue, green, red"):
        run(study, [Mute()])
    assert not (study / "evaluation.parquet").exists()
