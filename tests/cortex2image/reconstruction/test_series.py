from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tests.support.sampling import sampling

from cortex2image.diffusion.denoise import Denoiser
from cortex2image.reconstruction import series
from cortex2image.reconstruction.pictures import pictures
from cortex2image.reconstruction.series import coarse, draw_series, likeness
from cortex2image.study.methods import METHODS

SEEDS = [5, 6, 7]
STRENGTHS, STEPS = (0.4, 1.0), (5, 10)


@pytest.fixture
def features(rng):
    return {
        "z": rng.standard_normal((3, 64), dtype=np.float32),
        "c": rng.standard_normal((3, 128), dtype=np.float32),
    }


@pytest.fixture
def cells(tiny_diffusion, features):
    drawn = draw_series(tiny_diffusion, sampling(7, 0.9, 3.0), STRENGTHS, STEPS, features, SEEDS, 3)
    return {(cell.steps, cell.strength): cell for cell in drawn}


def test_every_combination_once_with_its_denoised_steps(cells):
    assert {key: cell.denoised for key, cell in cells.items()} == {
        (5, 0.4): 2,
        (5, 1.0): 5,
        (10, 0.4): 4,
        (10, 1.0): 10,
    }


@pytest.mark.parametrize(("steps", "strength"), [(5, 0.4), (10, 1.0)])
def test_a_cell_is_the_reconstruction_at_its_strength_and_steps(
    cells, tiny_diffusion, features, steps, strength
):
    denoiser = Denoiser(tiny_diffusion, sampling(steps, strength, 3.0))
    expected = pictures(METHODS["zc"], denoiser, features, SEEDS)
    np.testing.assert_array_equal(cells[steps, strength].pictures, expected)


def test_batches_keep_the_order(cells, tiny_diffusion, features):
    (cell,) = draw_series(tiny_diffusion, sampling(7, 0.9, 3.0), [0.4], [5], features, SEEDS, 2)
    difference = cell.pictures.astype(int) - cells[5, 0.4].pictures
    assert abs(difference).max() <= 1


def test_a_batch_that_does_not_fit_is_halved(cells, tiny_diffusion, features, monkeypatch, capsys):
    whole = series.pictures

    def short_of_memory(method, denoiser, rows, seeds):
        if len(seeds) > 2:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")
        return whole(method, denoiser, rows, seeds)

    monkeypatch.setattr(series, "pictures", short_of_memory)
    (cell,) = draw_series(tiny_diffusion, sampling(7, 0.9, 3.0), [0.4], [5], features, SEEDS, 4)
    np.testing.assert_array_equal(cell.pictures, cells[5, 0.4].pictures)
    assert "out of memory with 4" in capsys.readouterr().err


def test_batches_are_padded_on_a_gpu_as_those_of_reconstructions_are(features, monkeypatch):
    sizes = []

    def blank(method, denoiser, rows, seeds):
        sizes.append(len(seeds))
        return np.zeros((len(seeds), 2, 2, 3), np.uint8)

    monkeypatch.setattr(series, "pictures", blank)
    monkeypatch.setattr(series, "Denoiser", lambda diffusion, drawn: SimpleNamespace(diffusion=diffusion))
    on_gpu = SimpleNamespace(device=torch.device("cuda"))
    assert coarse(on_gpu, sampling(7, 0.9, 3.0), features, 5).shape == (3, 2, 2, 3)
    assert sizes == [5]


def test_the_coarse_picture_is_that_of_method_z(tiny_diffusion, features):
    of_study = sampling(7, 0.9, 3.0)
    expected = pictures(METHODS["z"], Denoiser(tiny_diffusion, of_study), features, SEEDS)
    np.testing.assert_array_equal(coarse(tiny_diffusion, of_study, features, 3), expected)


def test_likeness_is_the_correlation_of_pairs(rng):
    one, other = rng.integers(0, 256, (2, 4, 5, 5, 3), dtype=np.uint8)
    other[3] = 7
    expected = [np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(one[:3], other[:3], strict=True)]
    np.testing.assert_allclose(likeness(one, other), [*expected, 0], atol=1e-12)
