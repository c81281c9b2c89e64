"""Units and moments of folds, by subtraction, against cvmatrix and against explicit rows."""

import numpy as np
import pytest
import torch
from cvmatrix.cvmatrix import CVMatrix
from tests.support.ridge_problems import posed

from cortex2image.ridge import fold_systems
from cortex2image.ridge.engine import make_training
from cortex2image.ridge.folds import Fold, make_folds
from cortex2image.ridge.inputs import Sliced
from cortex2image.ridge.planning import Plan
from cortex2image.ridge.posing import Posed


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_moments_of_folds_are_those_of_cvmatrix(rng, standardize, weighted):
    X = rng.normal(2, np.linspace(0.5, 2, 7), (40, 7))
    weights = np.resize([1.0, 2, 3], 40) if weighted else None
    training = make_training(
        Posed(Sliced(X), 40, [], None, weights),
        X.dtype,
        torch.device("cpu"),
        False,
        True,
        standardize,
        Plan(200, 4, 3, 2),
    )
    oracle = CVMatrix(center_X=True, center_Y=False, scale_X=standardize, scale_Y=False, ddof=0)
    oracle.fit(X, weights=weights)
    for fold in make_folds(4, 40, None, 0):
        expected = oracle.training_XTX(np.flatnonzero(fold.validation))[0]
        left_out = training.design.select(~fold.train)
        _, _, moments = fold_systems.own_moments(training, fold, left_out)
        whole = training.design.scaling.scale
        # In units of all rows unless the fold has its own.
        scale = 1 if standardize else np.outer(whole, whole)
        np.testing.assert_allclose(moments.numpy() * scale, expected, rtol=1e-9, atol=1e-9)


def test_columns_that_vary_in_held_out_rows_alone_are_computed_from_training_rows(rng, monkeypatch):
    X = rng.standard_normal((40, 5))
    fold: Fold = make_folds(4, 40, None, 0)[0]
    X[fold.train, 3] = 0.7
    X[fold.validation, 3] += 1e6
    calls = []
    original = fold_systems._exact_moments
    monkeypatch.setattr(fold_systems, "_exact_moments", lambda *a: (calls.append(1), original(*a))[1])
    training = posed(X, X[:, :1], True)
    _, scale, moments = fold_systems.own_moments(training, fold, training.design.select(~fold.train))
    assert calls == [1]
    assert scale[3] == 1 / training.design.scaling.scale[3]
    assert not moments[3].any()
