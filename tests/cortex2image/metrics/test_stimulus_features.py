"""Features of stimuli on disk: what is written is what judges say, and what is stale is refused."""

import json

import numpy as np
import pytest

from cortex2image.errors import DataError
from cortex2image.metrics.similarity import correlation_matrix
from cortex2image.metrics.stimulus_features import (
    DESCRIPTION,
    Judged,
    features_of,
    open_stimulus_features,
    write_stimulus_features,
)
from cortex2image.stats.fingerprints import fingerprint

IDS = ["a", "b", "c", "d", "e"]
FACTS = {"weights": "w", "input_size": 8, "interpolation": "lanczos", "antialias": True}


class Pixels:
    """A judge of two layers: all pixels, and every second row of pixels."""

    name, layers = "pixels", ("all", "rows")

    def __init__(self):
        self.shown = []

    def features(self, images, layers=None):
        self.shown.append((len(images), layers))
        of_layer = {"all": images, "rows": images[:, ::2]}
        return {
            layer: of_layer[layer].reshape(len(images), -1).astype(np.float32)
            for layer in layers or self.layers
        }


@pytest.fixture
def pictures(rng):
    return rng.integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)


@pytest.fixture
def reference(rng):
    return rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path, pictures, reference):
    """Features of five stimuli in both layers, written in batches of two."""
    batches = (pictures[first : first + 2] for first in (0, 2, 4))
    judged = [Judged(Pixels(), ("all", "rows"), FACTS)]
    write_stimulus_features(tmp_path / "judged", IDS, batches, judged, reference, "tiny")
    return tmp_path / "judged"


def chosen(folder, stimuli, pictures, layers=("all", "rows"), facts=FACTS):
    stored = open_stimulus_features(folder)
    return features_of(stored, stimuli, pictures, {"pixels": layers}, lambda judge: facts)["pixels"]


def test_features_of_all_stimuli_are_those_of_the_judge(folder, pictures, rng):
    found, other = chosen(folder, IDS, pictures), rng.normal(size=(3, 96))
    expected = Pixels().features(pictures)
    assert found["all"].shape == (5, 192)
    (batch,) = found["all"].batches(10)
    np.testing.assert_array_equal(batch, expected["all"])
    np.testing.assert_array_equal(
        correlation_matrix(found["rows"], other), correlation_matrix(expected["rows"], other)
    )


def test_features_of_some_stimuli_come_in_their_order(folder, pictures):
    which = [3, 0]
    found = chosen(folder, [IDS[i] for i in which], pictures[which], ["all"])
    (batch,) = found["all"].batches(10)
    np.testing.assert_array_equal(batch, Pixels().features(pictures[which])["all"])


def test_nothing_is_read_until_it_is_needed(folder, pictures, monkeypatch):
    opened = []
    load = np.load
    monkeypatch.setattr(np, "load", lambda *args, **kw: opened.append(kw) or load(*args, **kw))
    chosen(folder, IDS, pictures)
    assert opened == [{"mmap_mode": "r"}] * 2


def test_only_the_layers_that_are_read_are_written(tmp_path, pictures, reference):
    judge = Pixels()
    write_stimulus_features(tmp_path / "x", IDS, [pictures], [Judged(judge, ("rows",), {})], reference, "m")
    written = sorted(path.name for path in (tmp_path / "x").iterdir())
    assert written == [DESCRIPTION, "pixels-rows.crc32", "pixels-rows.npy"]
    assert judge.shown == [(5, ("rows",)), (1, ("rows",))]
    with pytest.raises(DataError, match=r"pixels all(.|\n)*found: +pixels rows"):
        open_stimulus_features(tmp_path / "x").rows("pixels", "all")


def test_the_description_says_what_features_depend_on(folder, reference):
    stored = open_stimulus_features(folder)
    assert (stored.model_set, stored.size, list(stored.digests)) == ("tiny", 8, IDS)
    assert stored.judges["pixels"]["facts"] == FACTS
    assert stored.judges["pixels"]["layers"] == {"all": 192, "rows": 96}
    expected = fingerprint(Pixels().features(reference[None])["rows"][0])
    assert stored.judges["pixels"]["reference"]["rows"] == expected
    assert stored.packages["numpy"] == np.__version__


def test_features_of_other_pictures_are_refused(folder, pictures):
    changed = pictures.copy()
    changed[2, 0, 0, 0] ^= 1
    with pytest.raises(DataError, match="1 with another picture, first c"):
        chosen(folder, IDS, changed)


def test_features_of_other_stimuli_are_refused(folder, pictures):
    with pytest.raises(DataError, match="2 missing, first f"):
        chosen(folder, ["a", "f", "g"], pictures[:3])


def test_features_of_another_size_are_refused(folder, pictures):
    with pytest.raises(DataError, match=r"pictures of 4 px(.|\n)*pictures of 8 px"):
        chosen(folder, IDS, pictures[:, ::2, ::2])


@pytest.mark.parametrize(("key", "value"), [("weights", "v"), ("interpolation", "bilinear")])
def test_features_of_other_weights_or_inputs_are_refused(folder, pictures, key, value):
    with pytest.raises(DataError, match=rf"{key} {value}(.|\n)*found: +{key} {FACTS[key]}"):
        chosen(folder, IDS, pictures, facts=FACTS | {key: value})


def test_a_judge_that_did_not_look_is_refused(folder, pictures):
    stored = open_stimulus_features(folder)
    with pytest.raises(DataError, match="judge other"):
        features_of(stored, IDS, pictures, {"other": ["x"]}, lambda judge: FACTS)


@pytest.mark.parametrize("keep", [10, 100, 1000])
def test_a_cut_file_is_refused(folder, pictures, keep):
    path = folder / "pixels-all.npy"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(DataError, match=r"pixels-all\.npy(.|\n)*delete this folder"):
        chosen(folder, IDS, pictures)


def test_a_flipped_bit_is_refused_where_its_stimulus_is_read(folder, pictures):
    path = folder / "pixels-rows.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"pixels-rows\.npy(.|\n)*first 4(.|\n)*delete this folder"):
        chosen(folder, IDS, pictures)
    chosen(folder, IDS[:4], pictures[:4])


def test_a_file_of_another_shape_is_refused(folder, pictures):
    np.save(folder / "pixels-all.npy", np.zeros((4, 192), np.float32))
    with pytest.raises(DataError, match=r"5 stimuli x 192 units(.|\n)*\(4, 192\)"):
        chosen(folder, IDS, pictures)


@pytest.mark.parametrize("text", ["", "{", "{}", "[]"])
def test_a_damaged_description_is_refused(folder, text):
    (folder / DESCRIPTION).write_text(text)
    with pytest.raises(DataError, match=r"features\.json"):
        open_stimulus_features(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"features\.json"):
        open_stimulus_features(tmp_path)


def test_features_that_are_not_finite_leave_nothing_behind(tmp_path, pictures, reference):
    class Broken(Pixels):
        def features(self, images, layers=None):
            return {name: rows * np.nan for name, rows in super().features(images, layers).items()}

    with pytest.raises(DataError, match="pixels all"):
        write_stimulus_features(
            tmp_path / "x", IDS, [pictures], [Judged(Broken(), ("all",), {})], reference, "m"
        )
    assert list(tmp_path.iterdir()) == []


def test_the_description_is_plain_json(folder):
    assert set(json.loads((folder / DESCRIPTION).read_text())) == {
        "model_set",
        "size",
        "stimuli",
        "judges",
        "packages",
    }
