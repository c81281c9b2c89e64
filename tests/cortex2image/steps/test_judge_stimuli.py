"""The step that lets the judges of a model set look at the test stimuli."""

import numpy as np
import pytest
from tests.support.stimuli import write_pictures
from tests.support.studies import as_option

from cortex2image.errors import DataError
from cortex2image.judges.open import load_judges
from cortex2image.metrics.pictures import read_originals
from cortex2image.metrics.stimulus_features import open_stimulus_features
from cortex2image.metrics.versions import judge_facts
from cortex2image.networks.pixels import square
from cortex2image.networks.reference_picture import reference_picture
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.stats.fingerprints import fingerprint
from cortex2image.steps import judge_stimuli
from cortex2image.tables.recordings import STIMULI


@pytest.fixture
def study(tmp_path, rng, tiny_model_set, monkeypatch):
    """A working directory with three test pictures and a training picture; the tiny set is registered."""
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    monkeypatch.chdir(tmp_path)
    write_pictures(rng.integers(0, 256, (4, 30, 24, 3), dtype=np.uint8), tmp_path)
    columns = {
        "stimulus_id": ["s2", "s0", "s3", "s1"],
        "split": ["test", "test", "train", "test"],
        "captions": [["x"]] * 4,
        "image_path": ["2.png", "0.png", "3.png", "1.png"],
        "category": [None] * 4,
    }
    STIMULI.write(columns, "stimuli.parquet")
    return tmp_path


def judge(cross_validate="none", metrics=("headline",), **main):
    given = {"models": {"set": "tiny"}, "evaluate": {"metrics": metrics}}
    settings = as_option(**given, dataset={"cross_validate": cross_validate})
    judge_stimuli.main(["--stimuli", "stimuli.parquet", "--judged", "judged", *settings], **main)
    return open_stimulus_features("judged")


def test_features_are_those_of_the_judges_at_the_size_of_the_reconstructions(
    study, tiny_model_set, monkeypatch
):
    monkeypatch.setattr(judge_stimuli, "AT_ONCE", 2)
    stored = judge()
    assert (stored.model_set, stored.size, list(stored.digests)) == ("tiny", 16, ["s0", "s1", "s2"])
    pictures = read_originals(["0.png", "1.png", "2.png"], 16)
    for one in load_judges(tiny_model_set, ["cnn", "residual", "clip"], "cpu"):
        for layer, expected in one.features(pictures).items():
            (found,) = stored.rows(one.name, layer).batches(3)
            np.testing.assert_allclose(found, expected, atol=1e-5)
        assert stored.judges[one.name]["facts"] == judge_facts(tiny_model_set, one.name)
        seen = one.features(square(reference_picture(), 16)[None])
        for layer, features in seen.items():
            numbers = stored.judges[one.name]["reference"][layer]["projections"]
            np.testing.assert_allclose(numbers, fingerprint(features[0])["projections"], atol=1e-5)


def test_all_stimuli_of_a_cross_validated_study_are_judged(study):
    assert list(judge("run").digests) == ["s0", "s1", "s2", "s3"]


def test_a_missing_picture_stops_it(study):
    (study / "1.png").unlink()
    with pytest.raises(DataError, match=r"1\.png"):
        judge()
    assert not (study / "judged").exists()


@pytest.mark.xdist_group("pretrained_set")
def test_distances_take_the_last_layer_alone(study, pretrained_set, monkeypatch):
    """The judges of photographs are replaced: which layers are asked for is what counts."""
    monkeypatch.setitem(MODEL_SETS, "tiny", pretrained_set)

    class Asked:
        def __init__(self, name):
            self.name = name

        def features(self, images, layers):
            return dict.fromkeys(layers, np.zeros((len(images), 2), np.float32))

    stored = judge(metrics=["*"], judges=lambda models, names, device: [Asked(name) for name in names])
    assert {name: list(entry["layers"]) for name, entry in stored.judges.items()} == {
        spec.name: list(spec.layers if spec.comparison == "identification" else spec.layers[-1:])
        for spec in pretrained_set.judges
    }
