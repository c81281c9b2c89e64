"""Closed forms from the smallest to the largest penalty, against refits with 650 digits."""

import warnings
from itertools import product

import numpy as np
import pytest
import torch
from tests.support.exact_ridge import generalised_scores, left_out_scores
from tests.support.ridge_problems import posed

from cortex2image.ridge import RidgeCV
from cortex2image.ridge.complement import Outside, saturated, spared
from cortex2image.ridge.leverages import rows_of_groups

pytestmark = pytest.mark.filterwarnings("ignore:ridge alpha")

# Shares of the largest eigenvalue of X'X.
SHARES = np.array([1e-300, 1e-100, 1e-20, 1e-16, 1e-12, 1e-8, 1e-2, 1e4, 1e300])
FORMS = ["wide", "square", "tall", "one column less than rows", "repeated rows", "column of one row"]


def problem(form: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return predictors, targets and penalties of a tiny problem."""
    n, p = {"wide": (8, 13), "square": (8, 8), "tall": (9, 3), "one column less than rows": (8, 7)}.get(
        form, (8, 13)
    )
    X = rng.standard_normal((n, p))
    if form == "repeated rows":
        X[-3:] = X[[0, 0, 1]]
    if form == "column of one row":
        X = np.column_stack([X[:, :3], 2 * np.eye(n)[:, 4]])
    X = X.astype(np.float32).astype(float)
    Y = (X[:, :2].sum(axis=1)[:, None] + [0.1, 1.0] * rng.standard_normal((n, 2))).astype(np.float32)
    return X, Y.astype(float), SHARES * np.linalg.eigvalsh(X @ X.T)[-1]


def together(form: str, sizes: str, rows: int) -> np.ndarray:
    """Return the labels of the groups that are left out."""
    if sizes == "repeats":
        return np.r_[: rows - 3, 0, 0, 1]
    return np.repeat(np.arange(rows), np.resize([1] if sizes == "rows" else [1, 2, 3], rows))[:rows]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize(
    ("form", "sizes"), [*product(FORMS, ["rows", "groups"]), ("repeated rows", "repeats")], ids=str
)
def test_leaving_out_is_refitting_at_every_penalty(rng, form, sizes, intercept, dtype):
    """Where rows stand alone, errors are within sqrt(1e-16 largest L / least L) of their limit."""
    X, Y, alphas = problem(form, rng)
    groups, data = together(form, sizes, len(X)), (X.astype(dtype), Y.astype(dtype))
    options = {"selection": "loo", "fit_intercept": intercept}
    complete = RidgeCV(alphas, alpha_per_target=False, **options).fit(*data, groups)
    expected = left_out_scores(X, Y, alphas, groups, intercept)
    tolerance = 5e-6 if dtype is np.float64 else 2e-5
    np.testing.assert_allclose(1 - complete.cv_scores_, 1 - expected, rtol=tolerance)
    pruned = RidgeCV(alphas, **options).fit(*data, groups)
    np.testing.assert_allclose(1 - pruned.best_score_, (1 - expected).min(axis=0), rtol=tolerance)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_generalised_cross_validation_has_its_limits(rng, form, intercept, dtype):
    X, Y, alphas = problem(form, rng)
    model = RidgeCV(alphas, selection="gcv", fit_intercept=intercept).fit(X.astype(dtype), Y.astype(dtype))
    expected = generalised_scores(X, Y, alphas, intercept)
    tolerance = 1e-9 if dtype is np.float64 else 2e-5
    np.testing.assert_allclose(1 - model.cv_scores_, 1 - expected, rtol=tolerance)


@pytest.mark.parametrize("selection", ["loo", "gcv"])
def test_a_penalty_of_nothing_has_no_perfect_score(rng, selection):
    X = rng.standard_normal((20, 30))
    Y = X[:, :2].sum(axis=1) + rng.standard_normal(20)
    model = RidgeCV([1e-16, 1.0, 10.0], selection=selection).fit(X, Y)
    assert np.isfinite(model.cv_scores_).all()
    assert model.best_score_[0] < 0.9


@pytest.mark.parametrize("form", ["wide", "tall"])
def test_shares_keep_their_digits(rng, form):
    X, Y, alphas = problem(form, rng)
    basis = posed(X, Y, False).basis
    assert saturated(basis) == (form == "wide")
    values, L = spared(basis, torch.from_numpy(alphas)).numpy(), basis.values.numpy()[:, None]
    expected = 1 / (1 + L / alphas)
    expected /= expected.max(axis=0) if form == "wide" else 1
    np.testing.assert_allclose(values, expected, rtol=1e-14)


def test_blocks_are_those_of_the_projector_and_exactly_singular(rng):
    X, Y, _ = problem("repeated rows", rng)
    basis = posed(X, Y, False).basis
    groups = np.r_[:5, 0, 0, 1]
    members = rows_of_groups(groups)
    outside = Outside.of(basis, members)
    spanned = np.column_stack([basis.exact.numpy(), basis.constant.numpy()])
    projector = np.eye(8) - spanned @ spanned.T
    for rows, block in zip(members, outside.blocks, strict=True):
        for group, found in zip(rows.numpy(), block.numpy(), strict=True):
            np.testing.assert_allclose(found, projector[np.ix_(group, group)], atol=1e-14)
    assert (outside.blocks[0] == 0).all()
    residual = outside.clean(torch.from_numpy(projector @ Y))
    for group in range(5):
        np.testing.assert_allclose(residual[groups == group].sum(dim=0), 0, atol=1e-15)


@pytest.mark.parametrize("form", ["wide", "tall", "repeated rows", "column of one row"])
def test_only_rows_that_stand_alone_bound_the_penalty_and_say_so(rng, form):
    X, Y, alphas = problem(form, rng)
    basis = posed(X, Y, False).basis
    least = Outside.of(basis, rows_of_groups(np.arange(len(X)))).least_penalty(basis)
    assert (least > 0) == (form in ("repeated rows", "column of one row"))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        RidgeCV(alphas, selection="loo").fit(X, Y)
    assert any("is scored as" in str(warning.message) for warning in caught) == (least > 0)
