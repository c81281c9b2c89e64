"""K-fold scores against single fits of scikit-learn; compressed operators against the operators."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit
from sklearn.preprocessing import StandardScaler
from tests.support.ridge_problems import awkward, posed

from cortex2image.ridge import RidgeCV, kfold
from cortex2image.ridge.compression import LARGEST_MISS
from cortex2image.ridge.folds import make_folds
from cortex2image.ridge.kfold import FoldOperators, compressed
from cortex2image.ridge.operators import FoldOperator
from cortex2image.ridge.planning import Plan
from cortex2image.ridge.repeats import PerTrial
from cortex2image.ridge.shared_operators import shared_operators
from cortex2image.ridge.targets import Targets

MANY = np.logspace(-2, 4, 25)

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")


@pytest.fixture(params=[(90, 40), (40, 90)], ids=["tall", "wide"])
def data(request: pytest.FixtureRequest, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n, p = request.param
    X = rng.standard_normal((n, 8)) @ rng.standard_normal((8, p)) + 0.1 * rng.standard_normal((n, p))
    Y = X @ rng.standard_normal((p, 6)) * np.logspace(-3, 1, 6) + 0.1 * rng.standard_normal((n, 6))
    return X.astype(np.float32), Y.astype(np.float32)


def operators(X: np.ndarray, Y: np.ndarray) -> list[FoldOperator]:
    folds = make_folds(4, len(X), None, 0)
    return list(shared_operators(posed(X, Y, False), folds, torch.from_numpy(MANY)))


def test_combinations_give_the_operators_back(data):
    for operator in operators(*data):
        fewer = compressed(operator)
        assert fewer.mixing is not None
        assert fewer.mixing.shape == (len(MANY), len(fewer.matrix))
        assert len(fewer.matrix) <= 0.6 * len(MANY)
        again = torch.einsum("aj,jmw->amw", fewer.mixing, fewer.matrix)
        missed = torch.linalg.vector_norm(again - operator.matrix, dim=(1, 2))
        largest = torch.linalg.vector_norm(operator.matrix, dim=(1, 2)).max()
        assert (missed < 3 * LARGEST_MISS * largest).all()


def test_double_precision_and_single_penalties_stay_as_they_are(data):
    operator = operators(*data)[0]
    double = FoldOperator(operator.fold, operator.matrix.double(), operator.on_projections)
    assert compressed(double) is double
    alone = FoldOperator(operator.fold, operator.matrix[:1], operator.on_projections)
    assert compressed(alone) is alone


def test_scores_are_those_without_combinations(data, monkeypatch):
    """Targets from noise only to almost perfectly predictable."""
    fewer = RidgeCV(MANY, cv=4).fit(*data)
    monkeypatch.setattr(kfold, "compressed", lambda operator: operator)
    direct = RidgeCV(MANY, cv=4).fit(*data)
    assert direct.best_score_.max() > 0.99
    np.testing.assert_allclose(fewer.cv_scores_, direct.cv_scores_, atol=1e-5)
    np.testing.assert_array_equal(fewer.alpha_, direct.alpha_)


ALPHAS = np.logspace(-6, 9, 6)
SHAPES = {
    "tall": (40, 9),
    "square": (24, 24),
    "wide": (20, 60),
    "one feature": (30, 1),
    "nearly square": (25, 23),
}
GROUPS = np.arange(60) // 3


def explicit_scores(
    X: np.ndarray, Y: np.ndarray, folds: list, intercept: bool, standardize: bool
) -> np.ndarray:
    """Return R^2 of every penalty and target from single fits, with errors pooled over folds."""
    errors, total = np.zeros((len(ALPHAS), Y.shape[1])), np.zeros(Y.shape[1])
    for train, test in folds:
        scaler = StandardScaler(with_mean=intercept, with_std=standardize).fit(X[train])
        fitted, new = scaler.transform(X[train]), scaler.transform(X[test])
        mean = Y[train].mean(axis=0) * intercept
        total += ((Y[test] - mean) ** 2).sum(axis=0)
        for error, alpha in zip(errors, ALPHAS, strict=True):
            model = Ridge(alpha, fit_intercept=intercept, solver="svd").fit(fitted, Y[train])
            error += ((Y[test] - model.predict(new)) ** 2).sum(axis=0)
    return 1 - errors / total


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("intercept", [False, True])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_scores_are_those_of_single_fits(rng, shape, intercept, standardize):
    n, p = SHAPES[shape]
    X = rng.normal(1, 1, (n, p)) * np.linspace(0.1, 3, p)
    Y = 2 + X @ rng.standard_normal((p, 3)) + rng.standard_normal((n, 3))
    folds = list(KFold(4, shuffle=True, random_state=0).split(X))
    model = RidgeCV(ALPHAS, cv=folds, fit_intercept=intercept, standardize=standardize).fit(X, Y)
    expected = explicit_scores(X, Y, folds, intercept, standardize)
    np.testing.assert_allclose(model.cv_scores_, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(model.alpha_, ALPHAS[expected.argmax(axis=0)])


@pytest.mark.parametrize("shape", ["tall", "wide"])
@pytest.mark.parametrize(
    "cv", [ShuffleSplit(3, random_state=1), GroupKFold(3), [(np.arange(12), np.arange(14, 20))]], ids=str
)
def test_any_splitter_will_do(rng, shape, cv):
    n, p = SHAPES[shape]
    X, Y = rng.standard_normal((n, p)), rng.standard_normal((n, 2))
    groups = GROUPS[:n] if isinstance(cv, GroupKFold) else None
    folds = cv if isinstance(cv, list) else list(cv.split(X, groups=groups))
    model = RidgeCV(ALPHAS, cv=cv).fit(X, Y, groups)
    expected = explicit_scores(X, Y, folds, True, False)
    np.testing.assert_allclose(model.cv_scores_, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", ["tall", "wide"])
@pytest.mark.parametrize(
    "name", ["duplicated rows", "collinear columns", "column that one row owns", "ill-conditioned"]
)
def test_awkward_predictors_give_the_scores_of_single_fits(rng, name, shape, dtype):
    X = awkward(name, rng.standard_normal(SHAPES[shape]))
    Y = X @ rng.standard_normal((X.shape[1], 3)) + 0.3 * rng.standard_normal((len(X), 3))
    X, Y = X.astype(dtype), Y.astype(dtype)
    folds = list(KFold(4, shuffle=True, random_state=0).split(X))
    model = RidgeCV(ALPHAS, cv=folds).fit(X, Y)
    expected = explicit_scores(X.astype(float), Y.astype(float), folds, True, False)
    tolerance = 1e-4 if dtype == np.float64 else 1e-3
    usable = expected > -1
    np.testing.assert_allclose(model.cv_scores_[usable], expected[usable], atol=tolerance)
    np.testing.assert_allclose(model.best_score_, expected.max(axis=0), atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("repeats", [1, 2, 6])
def test_few_targets_are_multiplied_as_they_are_and_many_projected(rng, monkeypatch, repeats, dtype):
    """With 18 training trials of a fold for 9 directions: 18, 9 or 3 targets."""
    X, row = rng.normal(1, 1, (24, 9)), np.arange(24) // repeats
    matrix = 2 + rng.standard_normal((24 // repeats, 3)) + X[::repeats, :3]
    folds = list(GroupKFold(4).split(X, groups=row))
    projected, own = [], kfold.own_operator
    monkeypatch.setattr(kfold, "own_operator", lambda *a: (projected.append(a[-1]), own(*a))[1])
    model = RidgeCV(ALPHAS, cv=folds, standardize=True)
    model.fit(X.astype(dtype), PerTrial(matrix.astype(dtype), row))
    assert projected == [repeats == 1] * 4
    expected = explicit_scores(X, matrix[row], folds, True, True)
    tolerance = 1e-6 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(model.cv_scores_, expected, rtol=tolerance, atol=tolerance)


def test_folds_in_several_passes_change_nothing(rng):
    X, Y = rng.standard_normal((40, 30)), rng.standard_normal((40, 3))
    whole = RidgeCV(ALPHAS, cv=8).fit(X, Y)
    bounded = RidgeCV(ALPHAS, cv=8, max_memory_gb=2.2e-4).fit(X, Y)
    np.testing.assert_allclose(whole.cv_scores_, bounded.cv_scores_, rtol=1e-10)


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("shape", ["tall", "wide"])
@pytest.mark.parametrize(("at_once", "penalties"), [(1, 1), (3, 4), (5, 6)])
def test_folds_and_penalties_some_at_a_time_change_nothing(rng, at_once, penalties, shape, standardize):
    n, p = SHAPES[shape]
    X, Y = rng.standard_normal((n, p)), rng.standard_normal((n, 3))
    posed_once, folds = posed(X, Y, standardize), make_folds(5, n, None, 0)
    few, all_at_once = (Plan(200, *share, 2) for share in ((at_once, penalties), (5, len(ALPHAS))))
    in_batches = Targets(Y - Y.mean(axis=0), True, Y.dtype, torch.device("cpu"), 2)
    got, expected = (
        kfold.kfold_scores(FoldOperators(posed_once, folds, ALPHAS[::-1].copy(), plan), in_batches)
        for plan in (few, all_at_once)
    )
    np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-8)


def predictions_by_fold(
    monkeypatch: pytest.MonkeyPatch, model: RidgeCV, X: np.ndarray, Y: np.ndarray
) -> list[np.ndarray]:
    """Return the predictions of the held-out rows of every fold that enter its scores, (a, m, t) each.

    They are what is left of the held-out targets without the errors.
    """
    predicted: list[np.ndarray] = []
    squared_residuals = kfold.squared_residuals

    def recorded(matrix: torch.Tensor, _: None, known: torch.Tensor, measured: torch.Tensor) -> np.ndarray:
        held_out = Y[sorted(model.cv[len(predicted)][1])]
        predicted.append(held_out + (matrix @ known - measured).numpy())
        return squared_residuals(matrix, None, known, measured)

    with monkeypatch.context() as patch:
        patch.setattr(kfold, "squared_residuals", recorded)
        model.fit(X, Y)
    return predicted


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("shape", ["tall", "wide"])
def test_a_fold_does_not_know_its_held_out_targets(rng, monkeypatch, shape, standardize):
    n, p = SHAPES[shape]
    X, Y = rng.standard_normal((n, p)), rng.standard_normal((n, 2))
    folds = list(KFold(4, shuffle=True, random_state=0).split(X))
    model = RidgeCV(ALPHAS, cv=folds, standardize=standardize)
    before = predictions_by_fold(monkeypatch, model, X, Y)
    Y[folds[0][1]] += 100
    after = predictions_by_fold(monkeypatch, model, X, Y)
    np.testing.assert_allclose(after[0], before[0], atol=1e-5)
    assert all(np.abs(new - old).max() > 1 for new, old in zip(after[1:], before[1:], strict=True))
