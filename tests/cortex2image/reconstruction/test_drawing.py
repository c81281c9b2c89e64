import numpy as np
import pytest
from PIL import Image
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.reconstruction import pictures as painting
from cortex2image.reconstruction.drawing import core_of, draw, file_stem, plan
from cortex2image.seeds import seed_for
from cortex2image.study.methods import METHODS

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


@pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))
def test_every_method_has_a_core(method):
    assert callable(core_of(method).pictures)


def test_pictures_are_drawn_in_batches_of_rows_with_their_own_features(tmp_path, monkeypatch, rng):
    features = {"z": rng.standard_normal((3, 64)), "c": rng.standard_normal((3, 128))}
    calls = []

    def fake(method, denoiser, of_batch, seeds):
        calls.append((method.name, of_batch, seeds))
        return np.stack([np.full((2, 2, 3), len(calls) * 10 + i, np.uint8) for i in range(len(seeds))])

    monkeypatch.setattr(painting, "pictures", fake)
    rows = plan(STIMULI, 2, 7, shared_noise=False)
    draw(rows, METHODS["zc"], features, None, 4, tmp_path)
    assert [name for name, _, _ in calls] == ["zc", "zc"]
    assert [seed for _, _, seeds in calls for seed in seeds] == [row.seed for row in rows]
    for space, values in features.items():
        np.testing.assert_array_equal(calls[0][1][space], values[[0, 0, 1, 1]])
        np.testing.assert_array_equal(calls[1][1][space], values[[2, 2]])
    drawn = [int(np.asarray(Image.open(tmp_path / row.file))[0, 0, 0]) for row in rows]
    assert drawn == [10, 11, 12, 13, 20, 21]


def test_pictures_are_saved_as_they_are_drawn(tmp_path, tiny_diffusion, rng):
    denoiser = Denoiser(tiny_diffusion, sampling(5, 0.8, 3.0))
    features = {"z": rng.standard_normal((3, 64), dtype=np.float32)}
    rows = plan(STIMULI, 1, 7, shared_noise=False)
    draw(rows, METHODS["z"], features, denoiser, 3, tmp_path)
    expected = painting.pictures(METHODS["z"], denoiser, features, [row.seed for row in rows])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(row.file for row in rows)
    for row, picture in zip(rows, expected, strict=True):
        with Image.open(tmp_path / row.file) as image:
            assert (image.format, image.mode) == ("PNG", "RGB")
            np.testing.assert_array_equal(np.asarray(image), picture)


@pytest.mark.parametrize("stimulus", ["scene-0012", "nsd_73000"])
def test_plain_names_stay_readable(stimulus):
    assert file_stem(stimulus) == stimulus


def test_names_never_collide():
    names = ["a b", "a/b", "a_b", "A_b", "a.b", "ä_b", "..", "x" * 300, "x" * 301]
    stems = [file_stem(name) for name in names]
    assert len({stem.lower() for stem in stems}) == len(names)
    assert all(len(stem) <= 120 and "/" not in stem and not stem.startswith(".") for stem in stems)
