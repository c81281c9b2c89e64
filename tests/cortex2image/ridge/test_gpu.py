"""A GPU gives the results of the CPU with every method of the solver."""

import numpy as np
import pytest
from sklearn.model_selection import ShuffleSplit

from cortex2image.ridge import RidgeCV
from cortex2image.ridge.banded import fit_bands
from cortex2image.ridge.inputs import Sliced
from cortex2image.ridge.kernels import Kernel
from cortex2image.ridge.mixtures import mixtures_of_two

ALPHAS = np.logspace(-3, 5, 9)
SHAPES = {"tall": (300, 60), "wide": (120, 300)}
TOLERANCE = {np.float64: 1e-8, np.float32: 1e-3}

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.usefixtures("gpu"),
    pytest.mark.filterwarnings("ignore:ridge alpha"),
]

Data = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(params=SHAPES, ids=str)
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> Data:
    """Return X with every row twice, Y from nearly no noise to nearly all noise, and new rows."""
    n, p = SHAPES[request.param]
    X = np.repeat(rng.normal(1, 1, (n // 2, p)), 2, axis=0)
    noise = np.logspace(-1, 1.5, 40) * rng.standard_normal((n, 40))
    return X, 3 + X @ rng.standard_normal((p, 40)) / p**0.5 + noise, rng.normal(1, 1, (50, p))


def compare(
    make: type[RidgeCV], options: dict, X: object, Y: np.ndarray, new: object, **rest: object
) -> None:
    """Fit on both devices; compare penalties, scores, weights, and predictions of both kinds."""
    on_cpu, on_gpu = (make(ALPHAS, device=d, **options).fit(X, Y, **rest) for d in ("cpu", "cuda"))
    tolerance = TOLERANCE[Y.dtype.type]
    np.testing.assert_allclose(on_gpu.best_score_, on_cpu.best_score_, atol=tolerance)
    same = on_gpu.alpha_ == on_cpu.alpha_
    assert same.all() if Y.dtype == np.float64 else same.mean() > 0.95
    expected = on_cpu.predict(new)[:, same]
    at_once = make(ALPHAS, device="cuda", **options).fit_and_predict(X, Y, new, **rest)
    for got in (on_gpu.predict(new), at_once):
        np.testing.assert_allclose(got[:, same], expected, atol=tolerance * Y.std())
    np.testing.assert_allclose(on_gpu.coef_[:, same], on_cpu.coef_[:, same], atol=tolerance)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("selection", ["kfold", "loo", "gcv"])
def test_every_selection(data, selection, standardize, dtype):
    X, Y, new = (array[::2].astype(dtype) for array in data)
    compare(RidgeCV, {"selection": selection, "standardize": standardize}, X, Y, new)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize(
    "options", [{}, {"selection": "loo"}, {"cv": ShuffleSplit(3, random_state=0)}], ids=str
)
def test_repeats_and_overlapping_folds(data, options, dtype):
    X, Y, new = (array.astype(dtype) for array in data)
    together = {} if "cv" in options else {"groups": np.arange(len(X)) // 2}
    compare(RidgeCV, options, X, Y, new, **together)


def test_blocks_and_batches(data):
    X, Y, new = data
    compare(RidgeCV, {"n_targets_batch": 7, "max_memory_gb": 0.1}, Sliced(X), Y, new)


@pytest.mark.parametrize("selection", ["kfold", "loo"])
def test_bands(data, selection):
    X, Y, new = data
    bands, others = ([x[:, :20], x[:, 20:]] for x in (X, new))
    kernels = [Kernel(band @ band.T) for band in bands]
    crossed = [Kernel(other @ band.T) for other, band in zip(others, bands, strict=True)]
    whole = lambda: [(slice(0, Y.shape[1]), Y)]  # noqa: E731
    on_cpu, on_gpu = (
        fit_bands(
            RidgeCV(ALPHAS, device=device, selection=selection),
            kernels,
            whole,
            Y.shape[1],
            crossed,
            mixtures_of_two(),
        )
        for device in ("cpu", "cuda")
    )
    np.testing.assert_allclose(on_gpu.score, on_cpu.score, atol=1e-8)
    np.testing.assert_allclose(on_gpu.by_band, on_cpu.by_band, atol=1e-8)
