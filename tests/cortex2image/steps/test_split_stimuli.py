"""Splits of planted stimuli: who tests, who is left out, and what the table says of it."""

import json

import numpy as np
import pytest
from PIL import Image
from tests.support.studies import as_option

from cortex2image.errors import ConfigError, DataError
from cortex2image.networks.checksums import model_hash
from cortex2image.networks.registry import MODEL_SETS
from cortex2image.stats.splits import unit_vectors
from cortex2image.steps import split_stimuli
from cortex2image.tables.recordings import STIMULI

COUNT, TESTS = 60, 12
NAMES = [f"s{i:02d}" for i in range(COUNT)]
GIVEN = np.arange(COUNT) < TESTS


@pytest.fixture
def folder(tmp_path):
    """The stimuli of a data set: the first 12 of 60 test; categories in turn, the last one without."""
    categories = [("cat", "dog", "car")[i % 3] for i in range(COUNT - 1)]
    columns = {
        "stimulus_id": NAMES,
        "split": np.where(GIVEN, "test", "train").tolist(),
        "captions": [["a thing"]] * COUNT,
        "image_path": [None] * COUNT,
        "category": [*categories, None],
    }
    STIMULI.write(columns, tmp_path / "given.parquet")
    return tmp_path


@pytest.fixture
def vectors(rng, monkeypatch):
    """Embeddings that the step takes for those of the pictures: three clusters, of 30, 20 and 10 stimuli."""
    centres = rng.standard_normal((3, 8))
    member = np.repeat([0, 1, 2], [30, 20, 10])
    made = unit_vectors(centres[member] + 0.4 * rng.standard_normal((COUNT, 8)))
    monkeypatch.setattr(split_stimuli, "embedded", lambda *_: made)
    monkeypatch.setattr(split_stimuli, "model_hash", lambda _: "hash")
    return made


def split(folder, seed=3, models=None, **keys):
    """Run the step; return the table, the names that test, those left out, and the numbers."""
    options = [f"--{name} {folder / name}.parquet" for name in ("given", "stimuli")]
    settings = as_option(seed=seed, dataset={"split": keys}, models=models or {})
    split_stimuli.main([*" ".join(options).split(), *settings])
    table = STIMULI.read(folder / "stimuli.parquet")
    facts = table.schema.metadata
    sides = zip(table["stimulus_id"].to_pylist(), table["split"].to_pylist(), strict=True)
    tests = [name for name, side in sides if side == "test"]
    return table, tests, json.loads(facts[b"left_out"]), json.loads(facts[b"facts"])


def test_random_stimuli_test(folder, vectors):
    table, tests, left_out, facts = split(folder, kind="random", test_share=0.3)
    assert table["stimulus_id"].to_pylist() == NAMES
    assert 8 < len(tests) < 30
    assert left_out == []
    assert table.schema.metadata[b"split"] == b"random 0.3"
    assert (facts["test"], facts["training"]) == (len(tests), COUNT - len(tests))
    assert split(folder, seed=4, kind="random", test_share=0.3)[1] != tests


@pytest.mark.parametrize(("held_out", "members"), [(0, NAMES[:30]), (2, NAMES[50:])])
def test_one_cluster_tests(folder, vectors, held_out, members):
    _, tests, _, facts = split(folder, kind="cluster", clusters=3, held_out=held_out)
    assert tests == members
    assert facts["sizes"] == {"0": 30, "1": 20, "2": 10}


def test_one_category_tests_without_a_network(folder, monkeypatch):
    monkeypatch.delattr(split_stimuli, "open_clip")
    table, tests, _, facts = split(folder, kind="cluster", by="category", category="dog")
    assert tests == NAMES[1:-1:3]
    assert table.schema.metadata[b"split"] == b"category dog"
    assert facts["sizes"] == {"cat": 20, "dog": 20, "car": 19, "n/a": 1}
    assert "nearest_training" not in facts


def test_training_stimuli_near_to_a_test_stimulus_are_left_out(folder, vectors):
    similarity = vectors @ vectors.T
    expected = [NAMES[i] for i in range(TESTS, COUNT) if similarity[i, :TESTS].max() > 0.8]
    table, tests, left_out, facts = split(folder, kind="tau", tau=0.8)
    assert 0 < len(expected) < COUNT - TESTS
    assert left_out == expected
    assert tests == NAMES[:TESTS]
    assert table["stimulus_id"].to_pylist() == [name for name in NAMES if name not in expected]
    kept = [i for i in range(TESTS, COUNT) if NAMES[i] not in expected]
    assert facts["nearest_training"] == pytest.approx(similarity[:TESTS, kept].max(axis=1).mean())
    assert facts["nearest_training"] < 0.8
    assert facts["left_out"] == len(expected)


def test_as_many_can_be_left_out_at_random(folder, vectors):
    near, at_random = (
        split(folder, kind="tau", tau=0.8, leave_out=leave_out) for leave_out in ("near", "random")
    )
    assert len(at_random[2]) == len(near[2])
    assert at_random[2] != near[2]
    assert at_random[1] == near[1]
    assert not set(at_random[2]) & set(NAMES[:TESTS])
    assert at_random[3]["nearest_training"] > near[3]["nearest_training"]


def test_a_random_split_can_be_kept_at_a_distance(folder, vectors):
    plain = split(folder, kind="random", test_share=0.3)
    apart = split(folder, kind="random", test_share=0.3, tau=0.8)
    assert apart[1] == plain[1]
    assert apart[2]
    assert apart[3]["nearest_training"] < plain[3]["nearest_training"]


def test_the_order_of_the_table_changes_nothing(folder, vectors, rng):
    before = split(folder, kind="random", test_share=0.3, tau=0.8, leave_out="random")
    order = rng.permutation(COUNT)
    given = STIMULI.read(folder / "given.parquet")
    STIMULI.write(given.take(order), folder / "given.parquet")
    vectors[:] = vectors[order]
    after = split(folder, kind="random", test_share=0.3, tau=0.8, leave_out="random")
    assert sorted(after[1]) == sorted(before[1])
    assert after[2] == before[2]


@pytest.mark.parametrize(
    ("keys", "error", "said"),
    [
        ({"kind": "tau", "tau": -0.99}, ConfigError, "0 training and 12 test stimuli(.|\n)*raise tau"),
        ({"kind": "random", "test_share": 0.001}, ConfigError, "60 training and 0 test stimuli"),
        ({"kind": "cluster", "clusters": 60}, DataError, "more than 60 stimuli"),
        ({"kind": "cluster", "by": "category", "category": "cow"}, DataError, r"car \(19\), cat \(20\)"),
    ],
)
def test_a_split_that_leaves_a_side_empty_gives_no_table(folder, vectors, keys, error, said):
    with pytest.raises(error, match=said):
        split(folder, **keys)
    assert not (folder / "stimuli.parquet").exists()


def test_pictures_are_embedded_by_the_clip_of_the_model_set(folder, rng, tiny_model_set, monkeypatch):
    monkeypatch.setitem(MODEL_SETS, "tiny", tiny_model_set)
    picture = rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    given = STIMULI.read(folder / "given.parquet").to_pydict()
    given["image_path"] = [str(folder / f"{name}.png") for name in NAMES]
    for i, path in enumerate(given["image_path"]):
        same = i in (0, 40)  # a training picture that is also a test picture
        Image.fromarray(picture if same else rng.integers(0, 256, picture.shape, dtype=np.uint8)).save(path)
    STIMULI.write(given, folder / "given.parquet")
    _, _, left_out, facts = split(folder, models={"set": "tiny"}, kind="tau", tau=0.999999)
    assert "s40" in left_out
    assert facts["model_hash"] == model_hash(tiny_model_set)


def test_a_split_by_pictures_that_are_not_known_is_refused(folder, monkeypatch):
    monkeypatch.delattr(split_stimuli, "open_clip")
    with pytest.raises(DataError, match="the split by image"):
        split(folder, kind="random")


def test_what_is_known_of_pictures_travels_with_the_table(folder, vectors):
    assert split(folder, kind="random")[0].schema.metadata[b"alike"] == b"[]"
    given = STIMULI.read(folder / "given.parquet")
    STIMULI.write(given, folder / "given.parquet", alike=json.dumps(["all alike"]), pictures="0f")
    known = split(folder, kind="random")[0].schema.metadata
    assert json.loads(known[b"alike"]) == ["all alike"]
    assert known[b"pictures"] == b"0f"
