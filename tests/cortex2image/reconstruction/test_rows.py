import numpy as np
import pyarrow as pa
import pytest

from cortex2image.errors import DataError
from cortex2image.reconstruction.rows import (
    file_stem,
    picture_file,
    plan,
    require_finite,
    require_test_stimuli,
)
from cortex2image.seeds import seed_for

STIMULI = ["scene-1", "scene/2", "scene-3"]


def test_every_stimulus_and_sample_has_noise_of_its_own():
    rows = plan(STIMULI, 4, 7, shared_noise=False)
    assert [(row.stimulus, row.sample) for row in rows] == [(i, k) for i in range(3) for k in range(4)]
    assert len({row.seed for row in rows}) == len({row.file for row in rows}) == len(rows)
    assert rows[6].seed == seed_for(7, "reconstruct", "scene/2", 2)


def test_noise_follows_from_study_stimulus_and_sample_alone():
    def seeds(stimuli, study_seed=7):
        rows = plan(stimuli, 2, study_seed, shared_noise=False)
        return {(stimuli[row.stimulus], row.sample): row.seed for row in rows}

    everything, some = seeds(STIMULI), seeds(["scene-3", "scene-1"])
    assert some == {key: seed for key, seed in everything.items() if key in some}
    assert not set(everything.values()) & set(seeds(STIMULI, 8).values())


def test_shared_noise_follows_from_study_and_sample():
    rows = plan(STIMULI, 2, 7, shared_noise=True)
    assert [row.seed for row in rows] == [seed_for(7, "reconstruct", sample) for sample in (0, 1)] * 3


@pytest.mark.parametrize("stimulus", ["scene-0012", "nsd_73000"])
def test_plain_names_stay_readable(stimulus):
    assert file_stem(stimulus) == stimulus


def test_names_never_collide():
    names = ["a b", "a/b", "a_b", "A_b", "a.b", "ä_b", "..", "x" * 300, "x" * 301]
    stems = [file_stem(name) for name in names]
    assert len({stem.lower() for stem in stems}) == len(names)
    assert all(len(stem) <= 120 and "/" not in stem and not stem.startswith(".") for stem in stems)


def trials(split, fold):
    return pa.table({"stimulus_id": ["a", "b", "b", "c"], "split": split, "fold": fold})


def test_features_of_the_test_stimuli_are_taken_in_any_order():
    once = trials(["train", "test", "test", "test"], [None] * 4)
    require_test_stimuli(["c", "b"], once, "decoded z")
    require_test_stimuli(["c", "a", "b"], trials(["train"] * 4, [0, 1, 1, 2]), "decoded z")
    for stimuli, found in ((["a", "b", "c"], "first a"), (["b"], "first c"), (["b", "c", "x"], "first x")):
        with pytest.raises(DataError, match=rf"decoded z(.|\n)*the 2 test stimuli(.|\n)*{found}"):
            require_test_stimuli(stimuli, once, "decoded z")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_features_that_are_not_finite_name_their_stimulus(value):
    features = {"z": np.zeros((3, 4)), "c": np.zeros((3, 2))}
    require_finite(STIMULI, features)
    features["c"][1, 1] = value
    with pytest.raises(DataError, match=r"features c(.|\n)*for 1 stimuli, first scene/2"):
        require_finite(STIMULI, features)


def test_every_picture_has_a_file_of_its_own():
    names = {picture_file(s, n, v) for s in ("a", "a/b") for n in (0, 1) for v in ("", "region", "random")}
    assert len(names) == 12
    assert picture_file("a", 3) == "a_003.png"
