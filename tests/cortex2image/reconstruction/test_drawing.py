import numpy as np
import pytest
from PIL import Image
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.reconstruction import pictures as painting
from cortex2image.reconstruction.drawing import core_of, draw
from cortex2image.reconstruction.rows import plan
from cortex2image.study.methods import METHODS

STIMULI = ["scene-1", "scene/2", "scene-3"]


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
